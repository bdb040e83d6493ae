#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/cost/kernel_time.hpp"
#include "sim/engine/system.hpp"

namespace sim::iteration {

/// Where an actor's seconds went; docs/model.md, "Staves".
enum class Stave { tensor_compute, hbm_bandwidth, launch, scale_up, scale_out, host_link, latency, bubble, imbalance };
inline constexpr std::size_t kStaves = 9;
using StaveSeconds = std::array<double, kStaves>;

[[nodiscard]] constexpr std::size_t index(Stave stave) {
  return static_cast<std::size_t>(stave);
}

/// Adds `seconds` of work with these parts, whose sum may differ: the actor may be slow, or be slowed by an exchange.
/// Skew between ranks counts as imbalance.
void add_work(const cost::KernelTime& parts, double seconds, StaveSeconds& staves);

/// Adds an exchange of this tag: the seconds before its flow and those of its flow.
void add_exchange(std::uint16_t tag, double before, double flowing, StaveSeconds& staves);

/// Adds a delay of `system` that lasted `seconds`, split into the parts that it was merged from.
void add_delay(const engine::System& system, const std::vector<cost::KernelTime>& labels,
               const engine::Instruction& delay, double seconds, StaveSeconds& staves);

}  // namespace sim::iteration
