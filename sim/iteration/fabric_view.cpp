#include "sim/iteration/fabric_view.hpp"

namespace sim::iteration {
namespace {

using topology::kNone;
using topology::LinkId;
using topology::LinkTier;

topology::ClusterEntry cluster_entry(const FleetEntry& entry) {
  topology::ClusterEntry made;
  made.node = entry.node;
  made.chips = entry.count;
  if (entry.chip.scale_up && entry.link) {
    made.links_per_chip = entry.node.links_per_chip > 0 ? entry.node.links_per_chip : entry.chip.scale_up->links;
    made.link_rate = entry.link->usable_rate.value;
  }
  made.host_rate = entry.node.host_rate.value;
  if (made.host_rate == BytesPerSecond(0) && entry.chip.host_link) made.host_rate = entry.chip.host_link->value;
  return made;
}

bool is_trunk(LinkTier tier) { return tier == LinkTier::leaf_uplink || tier == LinkTier::trunk; }

// What a link carries inside a training step, where computation and other traffic disturb it.
double share_in_step(const FabricView& view, const topology::Link& link) {
  if (link.tier == LinkTier::scale_up) {  // one of its ends is a chip: vertex and chip have the same number
    const topology::ChipId chip = link.from < view.cluster.chips.size() ? link.from : link.to;
    const FleetEntry& entry = view.entry_of(chip);
    return entry.link ? entry.link->in_step_share.value : 1.0;
  }
  if (link.tier == LinkTier::host || !view.job->network) return 1.0;
  const double routing = is_trunk(link.tier) ? view.job->network->routing_efficiency.value : 1.0;
  return routing * view.job->network->in_step_share.value;
}

void find_binding_trunks(FabricView& view) {
  const topology::Cluster& cluster = view.cluster;
  std::vector<double> feeding(cluster.vertices.size(), 0.0);  // by switch: rate of the links that come up into it
  for (std::size_t vertex = 0; vertex < cluster.vertices.size(); ++vertex) {
    const LinkId up = vertex < cluster.up.size() ? cluster.up[vertex] : kNone;
    if (up != kNone) feeding[cluster.links[up].to] += view.rate[up].value();
  }
  constexpr double kRounding = 1 - 1e-9;
  view.trunk_binds.assign(cluster.links.size(), false);
  for (std::size_t vertex = 0; vertex < cluster.vertices.size(); ++vertex) {
    const LinkId up = vertex < cluster.up.size() ? cluster.up[vertex] : kNone;
    if (up == kNone || !is_trunk(cluster.links[up].tier)) continue;
    const LinkId down = cluster.down[vertex];
    view.trunk_binds[up] = view.rate[up].value() < feeding[vertex] * kRounding;
    view.trunk_binds[down] = view.rate[down].value() < feeding[vertex] * kRounding;
    view.any_trunk_binds = view.any_trunk_binds || view.trunk_binds[up] || view.trunk_binds[down];
  }
}

}  // namespace

FabricView build_fabric(const Job& job) {
  FabricView view;
  view.job = &job;
  std::vector<topology::ClusterEntry> entries;
  for (const FleetEntry& entry : job.fleet) entries.push_back(cluster_entry(entry));
  view.cluster = topology::build(entries, job.fabric);
  for (const topology::Link& link : view.cluster.links) {
    view.rate.push_back(share_in_step(view, link) * link.capacity);
  }
  degrade(job, view);
  find_binding_trunks(view);
  return view;
}

}  // namespace sim::iteration
