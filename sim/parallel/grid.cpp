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
  switch (axis) {
    case Axis::tensor: return {strategy.tp, 1};
    case Axis::context: return {strategy.cp, strategy.tp};
    case Axis::data: return {strategy.cp * strategy.dp, strategy.tp};
    case Axis::expert_tensor: return {strategy.etp, 1};
    case Axis::expert: return {strategy.ep, strategy.etp};
    case Axis::expert_data: break;
  }
  return {strategy.stage_ranks() / (strategy.etp * strategy.ep), strategy.etp * strategy.ep};
}

}  // namespace sim::parallel
