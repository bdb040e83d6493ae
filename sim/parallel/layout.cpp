#include "sim/parallel/layout.hpp"

#include <numeric>
#include <string>

#include "sim/base/error.hpp"

namespace sim::parallel {
namespace {

std::vector<int> layers_by_stage(const Strategy& strategy, int layers) {
  const int stages = strategy.virtual_stages();
  if (!strategy.stage_layers.empty()) {
    if (static_cast<int>(strategy.stage_layers.size()) != stages) {
      throw infeasible("parallel.stages: " + std::to_string(strategy.stage_layers.size()) +
                       " entries for pp x vpp = " + std::to_string(stages) + " virtual stages");
    }
    const int sum = std::accumulate(strategy.stage_layers.begin(), strategy.stage_layers.end(), 0);
    if (sum != layers) {
      throw infeasible("parallel.stages: the entries add up to " + std::to_string(sum) + " layers, the model has " +
                       std::to_string(layers));
    }
    return strategy.stage_layers;
  }
  std::vector<int> split(static_cast<std::size_t>(stages), layers / stages);
  if (layers % stages == 0) return split;
  if ((layers + 2) % stages != 0) {
    throw infeasible(
        "parallel.pp: " + std::to_string(layers) + " layers do not divide by pp x vpp = " + std::to_string(stages),
        "change pp or vpp, or give the layers of every virtual stage in parallel.stages");
  }
  split.assign(static_cast<std::size_t>(stages), (layers + 2) / stages);
  --split.front();
  --split.back();
  return split;
}

}  // namespace

std::vector<ChunkLayout> make_layout(const Strategy& strategy, int layers) {
  std::vector<ChunkLayout> layout;
  int next = 0;
  for (const int count : layers_by_stage(strategy, layers)) {
    layout.push_back({next, count, false, false, static_cast<int>(layout.size())});
    next += count;
  }
  layout.front().has_embedding = true;
  layout.back().has_head = true;
  return layout;
}

}  // namespace sim::parallel
