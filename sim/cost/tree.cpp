#include <algorithm>
#include <cmath>

#include "sim/cost/collective_model.hpp"
#include "sim/cost/pipeline_fill.hpp"

namespace sim::cost {
namespace {

constexpr double kTreeRateInside = 0.92;        // of the links, trees without switch reduction
constexpr double kSwitchTreeRateInside = 0.97;  // of the rate of the switch reduction, when a network tree feeds on it

// Bytes per byte of S on the NICs: in a double binary tree inner nodes send and receive everything twice; two nodes
// only exchange their sums; a network that reduces sends each sum up once and gets it back once.
double network_volume(const GroupShape& shape) {
  return shape.nodes == 2 || shape.network->in_network_reduction ? 1.0 : 2.0;
}

// Seconds of one hop between nodes beyond its fixed time: bytes in flight that must drain, rising with message size.
double hop_fill(const GroupShape& shape, double bytes) {
  const hardware::NetworkKind& network = *shape.network;
  const double per_rail = bytes / shape.nics_per_node;
  const double in_flight = network.bytes_in_flight.value.value() / shape.nic_rate.value();
  return in_flight * std::sqrt(per_rail / (per_rail + network.roll_off.value.value()));
}

}  // namespace

bool reduces_in_switch(const GroupShape& shape) {
  return shape.link != nullptr && shape.link->in_switch_reduction &&
         shape.ranks_per_node >= shape.link->in_switch_minimum_ranks;
}

bool is_wide(const GroupShape& shape) {
  return shape.link->wide_ranks > 0 && shape.ranks_per_node >= shape.link->wide_ranks;
}

double in_switch_efficiency(const GroupShape& shape) {
  return (is_wide(shape) ? shape.link->wide_in_switch_efficiency : shape.link->in_switch_efficiency).value;
}

Priced in_switch_one_node(const GroupShape& shape, double bytes) {
  const hardware::LinkGeneration& link = *shape.link;
  const double ranks = shape.ranks;
  const double usage = (ranks + 1.0) / ranks / in_switch_efficiency(shape);
  const double moving = usage * bytes / inside(shape).rate;
  const double time =
      link.in_switch_start.value.value() + moving + pipeline_fill(moving, link.in_switch_fill.value.value());
  return {Algorithm::in_switch, std::max(time, least_time(link, 0, bytes)), usage, 0.0, 0.0};
}

Priced tree_across(const GroupShape& shape, double bytes, bool in_switch) {
  const hardware::NetworkKind& network = *shape.network;
  const double local = shape.ranks_per_node;
  Priced priced{in_switch ? Algorithm::in_switch_tree : Algorithm::tree};
  double steps_inside = 0, moving_inside = 0;
  if (in_switch) {
    priced.scale_up_usage = (local + 1.0) / local / (kSwitchTreeRateInside * in_switch_efficiency(shape));
  } else if (shape.ranks_per_node > 1) {
    priced.scale_up_usage = 2.0 * (local - 1.0) / local / kTreeRateInside;
    steps_inside = 2.0 * (local - 1.0) * inside(shape).tree_step;
  }
  if (priced.scale_up_usage > 0) moving_inside = priced.scale_up_usage * bytes / inside(shape).rate;
  priced.nic_usage = network_volume(shape) / (shape.nics_per_node * network.efficiency.value);
  priced.trunk_usage = priced.nic_usage;
  const double moving_across = priced.nic_usage * bytes / shape.nic_rate.value();
  const double hops = network.in_network_reduction ? 2.0 : 2.0 * std::log2(shape.nodes);
  priced.time = network.start.value.value() + steps_inside +
                hops * (network.hop.value.value() + hop_fill(shape, bytes)) + std::max(moving_across, moving_inside);
  return priced;
}

}  // namespace sim::cost
