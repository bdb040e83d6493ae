#pragma once

#include <array>
#include <cstddef>

#include "sim/campaign/clock.hpp"

namespace sim::campaign {

/// What the fleet is doing. Every microsecond between the start and the end of a run belongs to one state.
enum class State {
  productive,            ///< steps that were kept
  lost_work,             ///< steps that a failure undid
  detection,             ///< stopped, and nobody has noticed yet
  restart,               ///< diagnosis, people, scheduling, start-up, loading the checkpoint
  checkpoint,            ///< stopped for a checkpoint
  evaluation,            ///< measuring the model
  maintenance,           ///< planned stops
  waiting_for_spares,    ///< too few healthy nodes
  waiting_for_delivery,  ///< the chips are not there yet
};
inline constexpr std::size_t kStates = 9;
inline constexpr std::array<const char*, kStates> kStateNames{
    "productive",  "lost_work",          "detection",           "restart", "checkpoint", "evaluation",
    "maintenance", "waiting_for_spares", "waiting_for_delivery"};

using StateSpans = std::array<Span, kStates>;

[[nodiscard]] constexpr std::size_t index(State state) {
  return static_cast<std::size_t>(state);
}

/// What the chips of a level draw power for.
enum class Load {
  training,  ///< steps and evaluations, kept or not
  stopped,   ///< holding the job: checkpoint, detection, restart, maintenance
};
inline constexpr std::size_t kLoads = 2;
using LoadSpans = std::array<Span, kLoads>;

}  // namespace sim::campaign
