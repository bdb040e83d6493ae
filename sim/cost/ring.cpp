#include <algorithm>

#include "sim/cost/collective_model.hpp"
#include "sim/cost/pipeline_fill.hpp"

namespace sim::cost {
namespace {

constexpr double kAllReduceCopyShare = 0.79;  // of S, copied by the cores inside an all-reduce of one node

// Rings that cross nodes (NCCL's Simple protocol, its constants times 0.95) and their low-latency form (LL128).
constexpr double kStart = 12e-6;                  // s
constexpr double kStepInside = 3.25e-6;           // s
constexpr double kLowLatencyStepInside = 0.9e-6;  // s
constexpr double kLowLatencyStepAcross = 5e-6;    // s
constexpr double kLowLatencyRate = 0.95;          // of the bandwidth
constexpr double kRingOverTree = 0.03;            // share of the NIC rate by which rings beat trees

// Rings over the host bus: NCCL's own constants of PCIe, Simple and LL (which sends a flag with every word).
constexpr double kHostStart = 8.4e-6;            // s
constexpr double kHostStep = 5.7e-6;             // s
constexpr double kHostLowLatencyStart = 6.6e-6;  // s
constexpr double kHostLowLatencyStep = 1.0e-6;   // s
constexpr double kHostLowLatencyRate = 0.5;      // of the bandwidth

double ring_rounds(Collective collective) {
  return collective == Collective::all_reduce ? 2.0 : 1.0;
}

Priced ring_over_host(Collective collective, const GroupShape& shape, double bytes) {
  const double volume = ring_volume(collective, shape.ranks);
  const double steps = ring_rounds(collective) * (shape.ranks - 1);
  const double moving = volume * bytes / shape.host_path.value();
  const double simple = kHostStart + steps * kHostStep + moving;
  const double low_latency = kHostLowLatencyStart + steps * kHostLowLatencyStep + moving / kHostLowLatencyRate;
  const double rate = simple <= low_latency ? 1.0 : kHostLowLatencyRate;
  return {Algorithm::ring, std::min(simple, low_latency), volume / rate, 0.0, 0.0};
}

}  // namespace

double ring_volume(Collective collective, int ranks) {
  const double others = static_cast<double>(ranks - 1) / ranks;
  return collective == Collective::all_reduce ? 2.0 * others : others;
}

double least_time(const hardware::LinkGeneration& link, double ring_steps, double bytes) {
  const double least = link.floor.value.value() + ring_steps * link.floor_step.value.value();
  const bool is_large = bytes >= link.large_floor_from.value.value();
  return is_large ? std::max(least, link.large_floor.value.value()) : least;
}

Priced ring_one_node(Collective collective, const GroupShape& shape, double bytes) {
  if (shape.link == nullptr) return ring_over_host(collective, shape, bytes);
  const hardware::LinkGeneration& link = *shape.link;
  const Inside node = inside(shape);
  const double volume = ring_volume(collective, shape.ranks);
  const double steps = ring_rounds(collective) * (shape.ranks - 1);
  const double copied = collective == Collective::all_reduce ? kAllReduceCopyShare : 1.0;
  const double share = is_wide(shape) ? link.wide_ring_share.value : 1.0;
  double moving = volume * bytes / (share * node.rate);
  if (node.copy_rate > 0) moving += copied * bytes / (shape.ranks * node.copy_rate);
  const double time = link.ring_start.value.value() + steps * link.ring_step.value.value() + moving +
                      pipeline_fill(moving, link.ring_fill.value.value());
  return {Algorithm::ring, std::max(time, least_time(link, steps, bytes)), volume / share, 0.0, 0.0};
}

Priced ring_across(Collective collective, const GroupShape& shape, double bytes) {
  const hardware::NetworkKind& network = *shape.network;
  const double volume = ring_volume(collective, shape.ranks);
  const double nic_share = network.efficiency.value + kRingOverTree;
  const double steps_inside = shape.ranks - shape.nodes, steps_across = shape.nodes - 1;
  const double rounds = ring_rounds(collective);
  double moving = volume * bytes / (node_rate(shape) * nic_share);
  if (shape.ranks_per_node > 1) {
    const Inside node = inside(shape);
    const double copy = node.copy_rate > 0 ? bytes / (shape.ranks * node.copy_rate) : 0.0;
    moving = std::max(moving, volume * bytes / node.rate + copy);
  }
  const double step_inside = shape.link != nullptr ? kStepInside : kHostStep;
  const double hop = network.ring_hop.value.value();
  const double simple = kStart + rounds * (steps_inside * step_inside + steps_across * hop) + moving;
  Priced priced{Algorithm::ring, simple, shape.ranks_per_node > 1 ? volume : 0.0,
                volume / (shape.nics_per_node * nic_share), volume / (shape.nics_per_node * nic_share)};
  // LL128 needs 128-byte stores that arrive whole: scale-up links and suitable networks keep them, the host bus does
  // not. The library does not choose it where switches reduce.
  const bool whole_stores = network.low_latency_protocol && (shape.link != nullptr || shape.ranks_per_node == 1);
  const bool low_latency = collective == Collective::all_reduce && whole_stores && !reduces_in_switch(shape);
  if (!low_latency) return priced;
  const double quick = kStart + rounds * (steps_inside * kLowLatencyStepInside + steps_across * kLowLatencyStepAcross) +
                       moving / kLowLatencyRate;
  if (quick >= simple) return priced;
  priced.time = quick;
  priced.scale_up_usage /= kLowLatencyRate;
  priced.nic_usage /= kLowLatencyRate;
  priced.trunk_usage /= kLowLatencyRate;
  return priced;
}

}  // namespace sim::cost
