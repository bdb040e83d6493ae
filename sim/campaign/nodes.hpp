#pragma once

#include <cstddef>
#include <optional>
#include <queue>
#include <vector>

#include "sim/campaign/plan.hpp"

namespace sim::campaign {

/// Which nodes are there, and which are being repaired.
class Nodes {
 public:
  explicit Nodes(const Plan& plan);

  /// Deliveries and repairs until now have come; returns the deliveries among them.
  std::vector<Delivery> update(Moment now);
  void breaks(std::size_t entry, Moment repaired);

  /// Highest level that the delivered nodes hold, broken or not; empty: none.
  [[nodiscard]] std::optional<std::size_t> delivered_level() const;
  [[nodiscard]] std::optional<std::size_t> healthy_level() const;
  /// Next delivery that raises delivered_level(); never: Moment::max().
  [[nodiscard]] Moment next_growth() const { return next_growth_; }
  /// Next delivery or repair of any kind.
  [[nodiscard]] Moment next_change() const;

 private:
  [[nodiscard]] std::optional<std::size_t> level_of(const std::vector<int>& nodes) const;
  [[nodiscard]] Moment find_growth() const;

  struct Repair {
    Moment at;
    std::size_t entry;
    bool operator>(const Repair& other) const { return at > other.at; }
  };
  const Plan& plan_;
  std::size_t next_delivery_ = 0;
  Moment next_growth_;
  std::vector<int> delivered_, healthy_;
  std::priority_queue<Repair, std::vector<Repair>, std::greater<>> repairs_;
};

}  // namespace sim::campaign
