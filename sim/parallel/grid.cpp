#include "sim/parallel/grid.hpp"

namespace sim::parallel {

Coordinate coordinate_of(const Strategy& strategy, Rank rank) {
  const int stage_ranks = strategy.stage_ranks();
  const int in_stage = static_cast<int>(rank) % stage_ranks;
  Coordinate place;
  place.pp = static_cast<int>(rank) / stage_ranks;
  place.tp = in_stage % strategy.tp;
  place.cp = in_stage / strategy.tp % strategy.cp;
  place.dp = in_stage / (strategy.tp * strategy.cp);
  place.expert_tensor = in_stage % strategy.etp;
  place.expert = in_stage / strategy.etp % strategy.ep;
  place.expert_data = in_stage / (strategy.etp * strategy.ep);
  return place;
}

GroupPattern pattern_of(const Strategy& strategy, Axis axis) {
  const int instances = strategy.instances();
  const int expert_stride = strategy.etp * strategy.ep;
  const int shards = strategy.data_ranks() / instances, expert_shards = strategy.expert_data_ranks() / instances;
  switch (axis) {
    case Axis::tensor:
      return {strategy.tp, 1};
    case Axis::context:
      return {strategy.cp, strategy.tp};
    case Axis::data:
      return {shards, strategy.tp};
    case Axis::replica:
      return {instances, strategy.tp * shards};
    case Axis::expert_tensor:
      return {strategy.etp, 1};
    case Axis::expert:
      return {strategy.ep, strategy.etp};
    case Axis::expert_data:
      return {expert_shards, expert_stride};
    case Axis::expert_replica:
      break;
  }
  return {instances, expert_stride * expert_shards};
}

}  // namespace sim::parallel
