#include "sim/plan/layer_split.hpp"

#include <algorithm>
#include <limits>

namespace sim::plan {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

/// Best value of the first stages with the first layers, and the layers of the last of these stages.
struct Best {
  double value = kNone;
  int last = 0;
};

using Table = std::vector<std::vector<Best>>;  // by stages, then layers

// `join(value of the stages before, cost of this stage)` must grow with both.
template <class Join>
Table fill(int stages, int layers, const StageCost& cost, Join&& join) {
  const auto size = static_cast<std::size_t>(layers) + 1;
  Table table(static_cast<std::size_t>(stages) + 1, std::vector<Best>(size));
  table[0][0].value = 0;
  for (int stage = 0; stage < stages; ++stage) {
    const std::vector<Best>& before = table[static_cast<std::size_t>(stage)];
    for (int first = 0; first <= layers; ++first) {
      const double value = before[static_cast<std::size_t>(first)].value;
      for (int count = 0; value < kNone && first + count <= layers; ++count) {
        const double joined = join(value, cost(stage, first, count));
        Best& best = table[static_cast<std::size_t>(stage) + 1][static_cast<std::size_t>(first + count)];
        if (joined < best.value) best = {joined, count};
      }
    }
  }
  return table;
}

}  // namespace

std::vector<int> split_layers(int stages, int layers, const StageCost& cost) {
  const auto larger = [](double before, double own) { return std::max(before, own); };
  const Table slowest = fill(stages, layers, cost, larger);
  const double bound = slowest.back().back().value;
  if (bound == kNone) return {};
  const auto squares = [bound](double before, double own) { return own <= bound ? before + own * own : kNone; };
  const Table even = fill(stages, layers, cost, squares);
  std::vector<int> split(static_cast<std::size_t>(stages), 0);
  int left = layers;
  for (int stage = stages; stage > 0; --stage) {
    const int count = even[static_cast<std::size_t>(stage)][static_cast<std::size_t>(left)].last;
    split[static_cast<std::size_t>(stage) - 1] = count;
    left -= count;
  }
  return split;
}

}  // namespace sim::plan
