#include "sim/iteration/fabric_view.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/error.hpp"
#include "sim/iteration/placement.hpp"

namespace sim::iteration {
namespace {

using topology::kNone;
using topology::LinkId;
using topology::LinkTier;

topology::ClusterEntry cluster_entry(const Job& job, const FleetEntry& entry) {
  topology::ClusterEntry made;
  made.node = entry.node;
  made.fabric = job.fabric_of(entry);
  made.chips = entry.count;
  if (entry.chip.scale_up && entry.link) {
    made.links_per_chip = entry.node.links_per_chip > 0 ? entry.node.links_per_chip : entry.chip.scale_up->links;
    made.link_rate = entry.link->usable_rate.value;
  }
  made.host_rate = entry.node.host_rate.value;
  if (made.host_rate == BytesPerSecond(0) && entry.chip.host_link) made.host_rate = entry.chip.host_link->value;
  return made;
}

// What cannot be built is the fault of the topology that the fleet names.
topology::Cluster build_cluster(const Job& job) {
  std::vector<topology::ClusterEntry> entries;
  for (const FleetEntry& entry : job.fleet) entries.push_back(cluster_entry(job, entry));
  try {
    return topology::build(entries, job.join);
  } catch (const InputError& error) {
    std::vector<Diagnostic> diagnostics = error.diagnostics();
    for (Diagnostic& diagnostic : diagnostics) diagnostic.message = "fleet.0.topology: " + diagnostic.message;
    throw InputError(std::move(diagnostics));
  }
}

bool is_trunk(LinkTier tier) {
  return tier == LinkTier::leaf_uplink || tier == LinkTier::trunk;
}

std::vector<Region> regions_of(const Job& job, const topology::Cluster& cluster) {
  std::vector<Region> regions(cluster.islands);
  for (std::size_t index = 0; index < job.fleet.size(); ++index) {
    const FleetEntry& entry = job.fleet[index];
    Region& region = regions[cluster.island_of_entry[index]];
    const bool is_first = region.cable == BytesPerSecond(0);
    const topology::FabricSpec& fabric = job.fabric_of(entry);
    region.routing = fabric.routing;
    if (const hardware::NetworkKind* network = job.network_of(entry)) region.network = *network;
    if (fabric.in_network_reduction && region.network) region.network->in_network_reduction = true;
    region.cable = is_first ? entry.node.nic_rate.value : std::min(region.cable, entry.node.nic_rate.value);
  }
  if (!job.join) return regions;
  Region join{job.join->routing, job.join_network, regions.front().cable};
  for (const Region& region : regions) join.cable = std::min(join.cable, region.cable);
  regions.push_back(join);
  return regions;
}

std::vector<std::uint32_t> find_regions(const FabricView& view) {
  const topology::Cluster& cluster = view.cluster;
  if (view.regions.size() == 1) return {};
  std::vector<std::uint32_t> region(cluster.vertices.size(), kNone);
  for (topology::ChipId chip = 0; chip < cluster.chips.size(); ++chip) {
    topology::VertexId vertex = cluster.chips[chip].nic;
    for (; vertex != cluster.join && region[vertex] == kNone; vertex = view.parent_of(vertex)) {
      region[vertex] = view.island_of(chip);
    }
  }
  region[cluster.join] = static_cast<std::uint32_t>(view.regions.size() - 1);
  return region;
}

// The join's own where it ends there; both ends are in one island elsewhere.
const Region& region_of(const FabricView& view, const topology::Link& link) {
  if (view.region_of_vertex.empty()) return view.regions.front();
  if (link.from == view.cluster.join || link.to == view.cluster.join) return view.regions.back();
  const bool is_from_nic_or_switch = view.region_of_vertex[link.from] != kNone;
  const std::uint32_t region = view.region_of_vertex[is_from_nic_or_switch ? link.from : link.to];
  return region == kNone ? view.regions.front() : view.regions[region];  // a NIC that no chip uses
}

// What a link carries inside a training step, where computation and other traffic disturb it.
double share_in_step(const FabricView& view, const topology::Link& link) {
  if (link.tier == LinkTier::scale_up) {  // one of its ends is a chip: vertex and chip have the same number
    const topology::ChipId chip = link.from < view.cluster.chips.size() ? link.from : link.to;
    const FleetEntry& entry = view.entry_of(chip);
    return entry.link ? entry.link->in_step_share.value : 1.0;
  }
  if (link.tier == LinkTier::host) return 1.0;
  const std::optional<hardware::NetworkKind>& network = region_of(view, link).network;
  if (!network) return 1.0;
  const double routing = is_trunk(link.tier) ? network->routing_efficiency.value : 1.0;
  return routing * network->in_step_share.value;
}

constexpr double kRounding = 1 - 1e-9;

// A trunk of a dragonfly is between two groups: what crosses it left the one and enters the other.
void find_binding_globals(FabricView& view, const std::vector<double>& feeding) {
  const topology::GlobalLinks& global = view.cluster.global;
  if (global.groups == 0) return;
  for (LinkId link = global.first_link; link < global.first_link + global.groups * (global.groups - 1); ++link) {
    const topology::Link& trunk = view.cluster.links[link];
    const double ends = std::min(feeding[trunk.from], feeding[trunk.to]);
    view.trunk_binds[link] = view.rate[link].value() < ends * kRounding;
    view.any_trunk_binds = view.any_trunk_binds || view.trunk_binds[link];
  }
}

void find_binding_trunks(FabricView& view) {
  const topology::Cluster& cluster = view.cluster;
  std::vector<double> feeding(cluster.vertices.size(), 0.0);  // by switch: rate of the links that come up into it
  for (std::size_t vertex = 0; vertex < cluster.vertices.size(); ++vertex) {
    const LinkId up = vertex < cluster.up.size() ? cluster.up[vertex] : kNone;
    if (up != kNone) feeding[cluster.links[up].to] += view.rate[up].value();
  }
  view.trunk_binds.assign(cluster.links.size(), false);
  for (std::size_t vertex = 0; vertex < cluster.vertices.size(); ++vertex) {
    const LinkId up = vertex < cluster.up.size() ? cluster.up[vertex] : kNone;
    if (up == kNone || !is_trunk(cluster.links[up].tier)) continue;
    const LinkId down = cluster.down[vertex];
    view.trunk_binds[up] = view.rate[up].value() < feeding[vertex] * kRounding;
    view.trunk_binds[down] = view.rate[down].value() < feeding[vertex] * kRounding;
    view.any_trunk_binds = view.any_trunk_binds || view.trunk_binds[up] || view.trunk_binds[down];
  }
  find_binding_globals(view, feeding);
}

// Hashed uplinks are cables of one NIC each. A cable can be hit by several flows while others stay idle, so that every
// uplink of more than one cable can bind.
void lay_cables(FabricView& view) {
  const auto is_hashed = [](const Region& region) { return region.routing == topology::Routing::hashed; };
  if (std::none_of(view.regions.begin(), view.regions.end(), is_hashed)) return;
  const std::size_t links = view.cluster.links.size();
  view.cables.assign(links, 1);
  view.first_cable.assign(links, kNone);
  for (LinkId link = 0; link < links; ++link) {
    const topology::Link& trunk = view.cluster.links[link];
    if (!is_trunk(trunk.tier) || !is_hashed(region_of(view, trunk))) continue;
    const double cable = region_of(view, trunk).cable.value();
    const auto cables = static_cast<std::uint32_t>(std::max(1L, std::lround(trunk.capacity.value() / cable)));
    if (cables == 1) continue;
    view.cables[link] = cables;
    view.first_cable[link] = static_cast<std::uint32_t>(view.rate.size());
    view.rate.insert(view.rate.end(), cables, view.rate[link] / static_cast<double>(cables));
    view.trunk_binds[link] = view.any_trunk_binds = true;
  }
}

}  // namespace

FabricView build_fabric(const Job& job) {
  FabricView view;
  view.job = &job;
  view.cluster = build_cluster(job);
  view.regions = regions_of(job, view.cluster);
  view.region_of_vertex = find_regions(view);
  for (const topology::Link& link : view.cluster.links) {
    view.rate.push_back(share_in_step(view, link) * link.capacity);
  }
  view.chip_of_rank = chips_of_ranks(job);
  degrade(job, view);
  find_binding_trunks(view);
  lay_cables(view);
  return view;
}

}  // namespace sim::iteration
