#include "sim/cost/collective_model.hpp"

namespace sim::cost {
namespace {

// The group of all ranks of one node, and of the ranks with one local index in all nodes.
GroupShape node_group(const GroupShape& shape) {
  GroupShape group = shape;
  group.ranks = shape.ranks_per_node;
  group.nodes = 1;
  return group;
}

GroupShape rail_group(const GroupShape& shape) {
  GroupShape group = shape;
  group.ranks = shape.nodes;
  group.ranks_per_node = 1;
  group.nics_per_node = shape.nics_per_node / shape.ranks_per_node;
  return group;
}

Priced on_rail(Collective collective, const GroupShape& rail, double bytes) {
  const Priced ring = ring_across(collective, rail, bytes);
  if (collective != Collective::all_reduce) return ring;
  const Priced tree = tree_across(rail, bytes, false);
  return tree.time < ring.time ? tree : ring;
}

}  // namespace

Priced hierarchical_across(Collective collective, const GroupShape& shape, double bytes) {
  const double local = shape.ranks_per_node;
  const Priced rail = on_rail(collective, rail_group(shape), bytes / local);
  // Every rail group runs beside its siblings: their bytes meet on the NICs in proportion to the NICs they share.
  Priced priced{Algorithm::hierarchical, rail.time, 0.0, rail.nic_usage / local, rail.trunk_usage / local};
  if (shape.ranks_per_node == 1) return priced;
  const GroupShape node = node_group(shape);
  const auto add = [&](Collective phase) {
    const Priced part = ring_one_node(phase, node, bytes);
    priced.time += part.time;
    priced.scale_up_usage += part.scale_up_usage;
  };
  if (collective != Collective::all_gather) add(Collective::reduce_scatter);
  if (collective != Collective::reduce_scatter) add(Collective::all_gather);
  return priced;
}

// Tutel's two-dimensional all-to-all (arXiv 2206.03382, section 4.3): one phase after the other, and a chip sends each
// node one message instead of one for each of its chips.
Priced rail_all_to_all_across(const GroupShape& shape, double bytes) {
  Priced priced = all_to_all_across(rail_group(shape), bytes);
  priced.algorithm = Algorithm::hierarchical;
  if (shape.ranks_per_node == 1) return priced;
  const Priced node = all_to_all_one_node(node_group(shape), bytes);
  priced.time += node.time;
  priced.scale_up_usage = node.scale_up_usage;
  return priced;
}

}  // namespace sim::cost
