#include "sim/plan/stage_shape.hpp"

#include <algorithm>
#include <limits>

#include "sim/model/layer.hpp"
#include "sim/parallel/schedule.hpp"

namespace sim::plan {
namespace {

template <class T>
int place_of(std::vector<T>& list, const T& value) {
  const auto found = std::find(list.begin(), list.end(), value);
  if (found != list.end()) return static_cast<int>(found - list.begin());
  list.push_back(value);
  return static_cast<int>(list.size()) - 1;
}

// Kind of every virtual stage; new kinds go to `kinds`.
std::vector<int> kinds_of(const model::Transformer& model, const std::vector<int>& layers, int recompute_layers,
                          std::vector<UnitCounts>& kinds) {
  std::vector<int> kind_of;
  int next = 0;
  for (std::size_t stage = 0; stage < layers.size(); ++stage) {
    UnitCounts units{};
    if (stage == 0) ++units[kEmbedding];
    for (int index = 0; index < layers[stage]; ++index, ++next) {
      const bool is_recomputed = recompute_layers == 0 || index < recompute_layers;
      ++units[(is_recomputed ? kLayer : kKeptLayer) + (model::has_experts(model, next) ? 1 : 0)];
    }
    if (stage + 1 == layers.size()) ++units[kHead];
    kind_of.push_back(place_of(kinds, units));
  }
  return kind_of;
}

UnitCounts sum_of(const std::vector<UnitCounts>& kinds, const std::vector<int>& chunks) {
  UnitCounts sum{};
  for (const int kind : chunks) {
    for (std::size_t unit = 0; unit < kUnits; ++unit) sum[unit] += kinds[static_cast<std::size_t>(kind)][unit];
  }
  return sum;
}

}  // namespace

StageShape stage_shape(const model::Transformer& model, const std::vector<int>& layers, int recompute_layers, int pp,
                       parallel::Placement placement) {
  StageShape shape;
  const std::vector<int> kind_of = kinds_of(model, layers, recompute_layers, shape.kinds);
  const int chunks = placement == parallel::Placement::mirrored ? 2 : static_cast<int>(layers.size()) / pp;
  const parallel::Schedule where{pp, chunks, 1, placement, {}};
  std::vector<std::vector<int>> seen;
  std::vector<int> last_begin;  // of each class: the most virtual stages before any of its stages
  for (int stage = 0; stage < pp; ++stage) {
    std::vector<int> held;
    int begin = std::numeric_limits<int>::max();
    for (int chunk = 0; chunk < chunks; ++chunk) {
      const int at = where.virtual_stage({stage, chunk});
      held.push_back(kind_of[static_cast<std::size_t>(at)]);
      begin = std::min(begin, at);
    }
    const auto index = static_cast<std::size_t>(place_of(seen, held));
    if (index == shape.classes.size()) {
      shape.classes.push_back({sum_of(shape.kinds, held), held, stage, {}, {}});
      last_begin.push_back(begin);
    }
    last_begin[index] = std::max(last_begin[index], begin);
    shape.class_of.push_back(static_cast<int>(index));
  }
  const auto counted = [&](int begin, int end) {
    std::vector<int> counts(shape.kinds.size(), 0);
    for (int at = begin; at < end; ++at) ++counts[static_cast<std::size_t>(kind_of[static_cast<std::size_t>(at)])];
    return counts;
  };
  for (std::size_t i = 0; i < shape.classes.size(); ++i) {
    shape.classes[i].before = counted(0, last_begin[i]);
    shape.classes[i].after = counted(shape.classes[i].first_stage + 1, static_cast<int>(kind_of.size()));
  }
  return shape;
}

}  // namespace sim::plan
