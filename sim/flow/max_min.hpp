#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sim/flow/rows.hpp"

namespace sim::flow {

/// Weighted max-min sharing of resources among the flows that are active now, solved anew only where something changed.
///
/// Every active flow f has a level x_f; its use of resource r is weight(f, r) * x_f. Progressive filling raises all
/// levels together; a flow freezes when one of its resources is full, or when its level reaches `most`. This is the
/// unique allocation in which no level can grow without shrinking a smaller or equal one (Bertsekas and Gallager, Data
/// Networks, section 6.5.2). Rates of a caller are level times the flow's own scale.
///
/// Sums of weights are integers and each resource gets one floating-point addition per filling round, so the levels do
/// not depend on the order of flows or on how many equal flows a quotient has merged.
class MaxMin {
 public:
  /// `capacity` by resource, in weight units; `rows` must outlive the object.
  MaxMin(std::vector<std::int64_t> capacity, const Rows& rows, double most);

  /// Makes `row` active or inactive; levels are stale until resolve().
  void start(std::uint32_t row);
  void finish(std::uint32_t row);

  /// Re-solves the components that were touched since the last call. Afterwards `changed()` lists the active rows whose
  /// level is not bitwise what it was, each once.
  void resolve();

  [[nodiscard]] bool is_stale() const { return !seeds_.empty() || !touched_.empty(); }
  [[nodiscard]] double level(std::uint32_t row) const { return level_[row]; }
  [[nodiscard]] std::span<const std::uint32_t> changed() const { return changed_; }
  [[nodiscard]] std::uint64_t solves() const { return solves_; }

 private:
  static constexpr std::uint32_t kEnd = 0xffffffffU;

  struct Share {
    double level;
    std::uint32_t resource;
    bool operator<(const Share& other) const { return level > other.level; }  // smallest first in std heaps
  };

  void touch(std::uint32_t resource);
  void gather();
  void gather_flow(std::uint32_t row);
  void fill();
  bool append_share(std::uint32_t resource);  // false: all its flows are frozen
  void freeze_round(double round_level);
  void freeze_flow(std::uint32_t row, double round_level);

  std::vector<std::int64_t> capacity_;
  const Rows* rows_;
  double most_;

  // By entry of the rows: the list of active entries of each resource.
  std::vector<std::uint32_t> next_, previous_, owner_;
  // By resource.
  std::vector<std::uint32_t> first_active_;
  std::vector<std::int64_t> demand_;    // sum of the weights of active flows
  std::vector<std::int64_t> filling_;   // of those not yet frozen in this solve
  std::vector<std::int64_t> freezing_;  // frozen in this round
  std::vector<double> used_;            // capacity taken by frozen flows
  std::vector<double> share_;           // level at which it would be full
  std::vector<std::uint8_t> is_touched_, is_gathered_;
  // By row.
  std::vector<double> level_, old_level_;
  std::vector<std::uint8_t> is_active_, is_collected_, is_frozen_;

  std::vector<std::uint32_t> touched_, seeds_;  // since the last resolve
  std::vector<std::uint32_t> component_flows_, component_resources_, round_resources_, changed_;
  std::vector<Share> heap_;
  std::uint64_t solves_ = 0;
};

/// One solve from nothing: all rows active. Returns the level of each row.
[[nodiscard]] std::vector<double> max_min_levels(const std::vector<std::int64_t>& capacity, const Rows& rows,
                                                 double most);

}  // namespace sim::flow
