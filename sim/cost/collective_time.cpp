#include "sim/cost/collective_time.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/cost/collective_model.hpp"

namespace sim::cost {
namespace {

constexpr double kHostTreeStep = 4.0e-6;  // s, NCCL's tree step over PCIe

void check_shape(const GroupShape& shape, Bytes bytes) {
  check(bytes.value() >= 0, "a collective of negative size");
  check(shape.nodes >= 1 && shape.ranks_per_node >= 1 && shape.ranks >= shape.nodes, "a group with empty nodes");
  if (shape.nodes > 1) {
    check(shape.network != nullptr, "a group across nodes without a network");
    if (!(node_rate(shape) > 0)) throw infeasible("a group spans nodes, but its chips have no network interface");
  }
  const bool meets_inside = shape.ranks_per_node > 1 || shape.nodes == 1;
  if (meets_inside && !(inside(shape).rate > 0)) {
    throw infeasible("chips of one node have neither a scale-up link nor a path over the host to each other");
  }
}

std::vector<Priced> one_node_candidates(Collective collective, const GroupShape& shape, double bytes) {
  switch (collective) {
    case Collective::all_to_all:
    case Collective::rail_all_to_all:
      return {all_to_all_one_node(shape, bytes)};
    case Collective::deduplicated_all_to_all:
      return {deduplicated_one_node(shape, bytes)};
    case Collective::send:
      return {send_one_node(shape, bytes)};
    case Collective::all_gather:
    case Collective::reduce_scatter:
    case Collective::all_reduce:
      break;
  }
  std::vector<Priced> candidates{ring_one_node(collective, shape, bytes)};
  const bool in_switch = collective == Collective::all_reduce && reduces_in_switch(shape);
  if (in_switch) candidates.push_back(in_switch_one_node(shape, bytes));
  return candidates;
}

std::vector<Priced> candidates_across(Collective collective, const GroupShape& shape, double bytes, bool forced) {
  switch (collective) {
    case Collective::all_to_all:
      return {all_to_all_across(shape, bytes)};
    case Collective::rail_all_to_all:
      return {rail_all_to_all_across(shape, bytes)};
    case Collective::deduplicated_all_to_all:
      return {deduplicated_across(shape, bytes)};
    case Collective::send:
      return {send_across(shape, bytes)};
    case Collective::all_gather:
    case Collective::reduce_scatter:
    case Collective::all_reduce:
      break;
  }
  std::vector<Priced> candidates{ring_across(collective, shape, bytes)};
  if (collective == Collective::all_reduce) {
    candidates.push_back(tree_across(shape, bytes, false));
    if (reduces_in_switch(shape)) candidates.push_back(tree_across(shape, bytes, true));
  }
  // Frameworks compose the hierarchical form themselves; the library never picks it.
  if (forced) candidates.push_back(hierarchical_across(collective, shape, bytes));
  return candidates;
}

std::string algorithm_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::automatic:
      return "automatic";
    case Algorithm::ring:
      return "ring";
    case Algorithm::tree:
      return "tree";
    case Algorithm::in_switch:
      return "in-switch";
    case Algorithm::in_switch_tree:
      return "in-switch tree";
    case Algorithm::direct:
      return "direct";
    case Algorithm::hierarchical:
      return "hierarchical";
  }
  throw InternalError("unknown collective algorithm");
}

Priced choose(std::vector<Priced> candidates, Algorithm forced) {
  const bool free = forced == Algorithm::automatic;
  if (!free) std::erase_if(candidates, [&](const Priced& priced) { return priced.algorithm != forced; });
  if (candidates.empty()) throw infeasible("the " + algorithm_name(forced) + " algorithm cannot serve this collective");
  const auto faster = [](const Priced& a, const Priced& b) { return a.time < b.time; };
  return *std::min_element(candidates.begin(), candidates.end(), faster);
}

// Seconds of the macro-flow when nothing else uses its links.
double flow_time(const Priced& priced, const GroupShape& shape, double bytes) {
  double time = 0;
  if (priced.scale_up_usage > 0) time = priced.scale_up_usage * bytes / inside(shape).rate;
  if (priced.nic_usage > 0) time = std::max(time, priced.nic_usage * bytes / shape.nic_rate.value());
  return time;
}

// Times that what arrives last has crossed from island to island. A ring passes every island once a round; a tree goes
// up and down once, over as many joins as a binary tree of islands is deep.
double crossings(Collective collective, Algorithm algorithm, int islands) {
  if (islands <= 1) return 0;
  const double rounds = collective == Collective::all_reduce ? 2 : 1;
  if (algorithm == Algorithm::direct || is_all_to_all(collective)) return 1;
  const bool is_tree = algorithm == Algorithm::tree || algorithm == Algorithm::in_switch_tree;
  return rounds * (is_tree ? std::ceil(std::log2(islands)) : islands);
}

// Bytes that one chip must at least send (or receive) per byte of S. A reducing switch still needs every element once
// from every chip: its contribution, or the sum that the chip formed.
double chip_volume(Collective collective, const GroupShape& shape) {
  if (collective == Collective::send) return 1.0;
  const double volume = ring_volume(collective, shape.ranks);
  if (collective == Collective::deduplicated_all_to_all) return volume * chip_copies(shape);
  const bool switched = collective == Collective::all_reduce && reduces_in_switch(shape);
  return switched ? std::min(1.0, volume) : volume;
}

// Bytes that the NICs of one node must at least send (or receive) per byte of S.
double node_volume(Collective collective, const GroupShape& shape) {
  const double local = shape.ranks_per_node, ranks = shape.ranks;
  if (collective == Collective::send) return 1.0;
  if (is_all_to_all(collective)) {
    const bool is_deduplicated = collective == Collective::deduplicated_all_to_all;
    return local * (ranks - local) / ranks * (is_deduplicated ? node_copies(shape) : 1.0);
  }
  const double volume = ring_volume(collective, shape.nodes);
  const bool reduced = collective == Collective::all_reduce && shape.network->in_network_reduction;
  return reduced ? std::min(1.0, volume) : volume;
}

}  // namespace

Inside inside(const GroupShape& shape) {
  if (shape.link == nullptr) return {shape.host_path.value(), 0.0, kHostTreeStep};
  const hardware::LinkGeneration& link = *shape.link;
  return {shape.links * link.usable_rate.value.value(), link.copy_rate.value.value(), link.ring_step.value.value()};
}

double node_rate(const GroupShape& shape) {
  return shape.nics_per_node * shape.nic_rate.value();
}

CollectiveTime collective_time(Collective collective, const GroupShape& shape, Bytes bytes, Algorithm forced) {
  if (shape.ranks <= 1) return {};
  check_shape(shape, bytes);
  const double size = bytes.value();
  const bool hierarchical = forced == Algorithm::hierarchical;
  const Priced priced = choose(shape.nodes == 1 ? one_node_candidates(collective, shape, size)
                                                : candidates_across(collective, shape, size, hierarchical),
                               forced);
  CollectiveTime time;
  time.algorithm = priced.algorithm;
  const double transfer = flow_time(priced, shape, size);
  time.transfer = Seconds(transfer);
  time.latency = Seconds(std::max(0.0, priced.time - transfer)) +
                 crossings(collective, priced.algorithm, shape.islands) * shape.crossing;
  time.scale_up_usage = priced.scale_up_usage;
  time.nic_usage = priced.nic_usage;
  time.trunk_usage = priced.trunk_usage;
  return time;
}

Seconds lower_bound(Collective collective, const GroupShape& shape, Bytes bytes) {
  if (shape.ranks <= 1) return Seconds(0);
  check_shape(shape, bytes);
  const double size = bytes.value();
  if (shape.nodes == 1) return Seconds(chip_volume(collective, shape) * size / inside(shape).rate);
  const double across = node_volume(collective, shape) * size / node_rate(shape);
  // A chip may use its own links and its part of the NICs at the same time.
  const double ports = (shape.ranks_per_node > 1 ? inside(shape).rate : 0.0) + node_rate(shape) / shape.ranks_per_node;
  return Seconds(std::max(across, chip_volume(collective, shape) * size / ports));
}

}  // namespace sim::cost
