#pragma once

#include <cstdint>
#include <vector>

namespace sim::flow {

/// Which resources a flow uses, as compressed rows of (resource, weight). A weight is an integer: equal shares then
/// add up to the same sum in any order, which is what makes folded and unfolded runs agree bit for bit.
struct Rows {
  std::vector<std::uint32_t> begin{0};  ///< row r owns entries [begin[r], begin[r + 1])
  std::vector<std::uint32_t> resource;
  std::vector<std::int64_t> weight;  ///< > 0

  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(begin.size() - 1); }
  [[nodiscard]] bool is_empty(std::uint32_t row) const { return begin[row] == begin[row + 1]; }
  void add(std::uint32_t to_resource, std::int64_t entry_weight) {
    resource.push_back(to_resource);
    weight.push_back(entry_weight);
  }
  void close_row() { begin.push_back(static_cast<std::uint32_t>(resource.size())); }
};

}  // namespace sim::flow
