#pragma once

#include <cstdint>
#include <vector>

#include "sim/iteration/prepare.hpp"
#include "sim/iteration/recorder.hpp"
#include "sim/iteration/timeline.hpp"

namespace sim::iteration {

/// Share of a link that each meeting takes at level 1.
struct MeetingShare {
  std::uint32_t meeting = 0;  ///< of the prepared system
  std::uint32_t pattern = 0;
  double share = 0;
};

struct WatchedLink {
  std::uint32_t resource = 0;  ///< index of FabricView::rate: a link, or a cable of a hashed uplink
  std::vector<MeetingShare> users;
};

/// The links that the iteration fills most, a few of each tier that differ in who uses them. `bound` with its usage.
[[nodiscard]] std::vector<WatchedLink> busiest_links(const FabricView& view, const Bound& bound,
                                                     const Prepared& prepared);

/// Load over one period of the steady state of a link whose users were recorded. Where it changes very often, means
/// over short stretches of equal length.
[[nodiscard]] LinkLoad load_of(const FabricView& view, const engine::System& system, const Recorder& recorder,
                               const WatchedLink& link, engine::SimTime period);

}  // namespace sim::iteration
