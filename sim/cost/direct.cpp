#include <algorithm>
#include <cmath>

#include "sim/cost/collective_model.hpp"

namespace sim::cost {
namespace {

constexpr double kDirectRate = 0.985;      // of the links, direct sends
constexpr double kOwnPart = 0.19;          // of S/n: copying a rank's own part costs as much as sending this share
constexpr double kNicRate = 0.90;          // of the NICs, all-to-all across nodes
constexpr double kStartAcross = 90e-6;     // s, all-to-all across nodes
constexpr double kPerRemoteRank = 0.6e-6;  // s
constexpr double kSendStart = 12e-6;       // s, send across nodes
constexpr double kHostStart = 8.4e-6;      // s, NCCL's base latency
constexpr double kHostStep = 5.7e-6;       // s, NCCL's step over PCIe

// Direct sends of `volume` x S by one chip inside a node. Their fill grows with the root of the time on the links.
Priced direct_one_node(const GroupShape& shape, double volume, double own_part, double bytes) {
  if (shape.link == nullptr) {
    const double moving = volume * bytes / shape.host_path.value();
    return {Algorithm::direct, kHostStart + kHostStep + moving, volume, 0.0, 0.0};
  }
  const hardware::LinkGeneration& link = *shape.link;
  const double rate = kDirectRate * (is_wide(shape) ? link.wide_direct_share.value : 1.0);
  const double moving = (volume + own_part) * bytes / (rate * inside(shape).rate);
  const double time =
      link.all_to_all_start.value.value() + moving + 2.0 * std::sqrt(link.all_to_all_fill.value.value() * moving);
  return {Algorithm::direct, time, volume / rate, 0.0, 0.0};
}

// NCCL chooses the protocol of a send by the bytes for one peer (P2P_LL_THRESHOLD in its enqueue.cc).
Priced by_protocol(const GroupShape& shape, double message, Priced large) {
  if (shape.link == nullptr) return large;
  const hardware::LinkGeneration& link = *shape.link;
  const bool is_quick = message <= link.quick_message.value.value();
  const double least = link.message_floor.value.value();
  large.time =
      is_quick ? link.quick_start.value.value() + message / link.quick_rate.value.value() : std::max(large.time, least);
  return large;
}

}  // namespace

Priced all_to_all_one_node(const GroupShape& shape, double bytes) {
  const double ranks = shape.ranks;
  return by_protocol(shape, bytes / ranks, direct_one_node(shape, (ranks - 1.0) / ranks, kOwnPart / ranks, bytes));
}

Priced all_to_all_across(const GroupShape& shape, double bytes) {
  const double ranks = shape.ranks, nodes = shape.nodes, local = shape.ranks_per_node;
  Priced priced{Algorithm::direct};
  priced.nic_usage = local * (ranks - local) / (ranks * shape.nics_per_node) / kNicRate;
  priced.trunk_usage = priced.nic_usage;
  double moving = priced.nic_usage * bytes / shape.nic_rate.value();
  if (shape.ranks_per_node > 1) {
    // Messages to other rails first hop over the scale-up link to the chip that owns the rail (PXN).
    const double relayed = (nodes - 1.0) / nodes * (local - 1.0) / local;
    const double volume = (local - 1.0) / ranks + relayed;
    priced.scale_up_usage = volume / kDirectRate;
    moving = std::max(moving, (volume + kOwnPart / ranks) * bytes / (kDirectRate * inside(shape).rate));
  }
  priced.time = kStartAcross + kPerRemoteRank * (ranks - local) + moving;
  return priced;
}

double chip_copies(const GroupShape& shape) {
  return expected_parts(shape.tokens, shape.ranks) / shape.tokens.top_k;
}

double node_copies(const GroupShape& shape) {
  return expected_parts(shape.tokens, shape.nodes) / shape.tokens.top_k;
}

Priced deduplicated_one_node(const GroupShape& shape, double bytes) {
  const double ranks = shape.ranks, copies = chip_copies(shape);
  return direct_one_node(shape, copies * (ranks - 1.0) / ranks, copies * kOwnPart / ranks, bytes);
}

// DeepEP's kernels: a copy for a remote node goes to the chip there that has the sender's place, which passes it on to
// the chips that need it while more arrive. Of all copies for chips one in `local` is for the chip that passes on.
Priced deduplicated_across(const GroupShape& shape, double bytes) {
  const double ranks = shape.ranks, nodes = shape.nodes, local = shape.ranks_per_node;
  Priced priced{Algorithm::direct};
  priced.nic_usage = node_copies(shape) * local * (ranks - local) / (ranks * shape.nics_per_node) / kNicRate;
  priced.trunk_usage = priced.nic_usage;
  double moving = priced.nic_usage * bytes / shape.nic_rate.value();
  if (shape.ranks_per_node > 1) {
    const double volume = chip_copies(shape) * (local - 1.0) / local;
    priced.scale_up_usage = volume / kDirectRate;
    const double own = chip_copies(shape) * kOwnPart / local;
    moving = std::max(moving, (volume + own) * bytes / (kDirectRate * inside(shape).rate));
  }
  priced.time = kStartAcross + kPerRemoteRank * (nodes - 1.0) + moving;
  return priced;
}

Priced send_one_node(const GroupShape& shape, double bytes) {
  return by_protocol(shape, bytes, direct_one_node(shape, 1.0, 0.0, bytes));
}

Priced send_across(const GroupShape& shape, double bytes) {
  const hardware::NetworkKind& network = *shape.network;
  Priced priced{Algorithm::direct};
  priced.nic_usage = 1.0 / (shape.nics_per_node * network.efficiency.value);
  priced.trunk_usage = priced.nic_usage;
  priced.time = kSendStart + network.hop.value.value() / 2.0 + priced.nic_usage * bytes / shape.nic_rate.value();
  return priced;
}

}  // namespace sim::cost
