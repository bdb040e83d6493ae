#include "sim/validate/idle_machine.hpp"

#include <numeric>
#include <vector>

#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/iteration/geometry.hpp"
#include "sim/validate/record_job.hpp"
#include "sim/validate/record_machine.hpp"

namespace sim::validate {
namespace {

constexpr double kGigabit = 1e9 / 8;  // B/s

// The usual node, or the part of it that the group fills where it spans several.
topology::NodeSpec node_of(const IdleGroup& group, const hardware::Chip& chip) {
  if (group.gpus % group.nodes != 0) {
    throw Unsupported(std::to_string(group.gpus) + " chips do not fill " + std::to_string(group.nodes) +
                      " nodes evenly");
  }
  const int local = group.gpus / group.nodes;
  topology::NodeSpec node = usual_node(chip, local);
  if (local > node.chips) {
    throw Unsupported("a node of " + chip.id + " has " + std::to_string(node.chips) + " chips, not " +
                      std::to_string(local));
  }
  node.links_per_chip = group.links > 0 ? group.links : node.links_per_chip;
  if (group.nodes == 1) return node;
  if (local < node.chips && node.scale_up != topology::ScaleUpKind::switched) {
    throw Unsupported("a group of several nodes takes all chips of a node that has no switch");
  }
  node.chips = node.chips_per_host = local;
  node.nics = group.nics;
  node.nic_rate = {BytesPerSecond(group.nic_gigabits * kGigabit), Origin::measured, "the table of measurements", 0};
  if (!chip.host_link && node.host_rate.value <= BytesPerSecond(0)) node.host_rate = node.nic_rate;
  return node;
}

// One leaf over all nodes: tables come from machines that nothing else uses.
topology::FabricSpec one_leaf(const IdleGroup& group) {
  const std::string directory = (config::data_directory() / "topologies").string();
  topology::FabricSpec fabric = config::load_topology("dgx_h100_rail_ndr400", directory).fabric;
  fabric.network = group.network;
  fabric.nodes_per_pod = group.nodes;
  fabric.pods_per_core = 0;
  return fabric;
}

}  // namespace

std::unique_ptr<IdleMachines::Machine> IdleMachines::make(const IdleGroup& group) {
  iteration::FleetEntry entry;
  entry.chip = config::load_chip(group.chip);
  entry.node = node_of(group, entry.chip);
  entry.count = entry.node.chips * group.nodes;
  if (entry.chip.scale_up && !entry.chip.scale_up->link.empty()) {
    entry.link = config::load_link(entry.chip.scale_up->link, config::Constants::fitted, group.library);
    entry.link->in_step_share.value = 1;  // benchmarks have the links for themselves
  }
  auto machine = std::make_unique<Machine>();
  if (group.nodes > 1) {
    machine->job.fabric = one_leaf(group);
    machine->job.network = config::load_network(group.network);
    machine->job.network->in_step_share.value = 1;
  }
  machine->job.fleet.push_back(std::move(entry));
  machine->view = iteration::build_fabric(machine->job);
  return machine;
}

cost::GroupShape IdleMachines::shape_of(const IdleGroup& group) {
  std::unique_ptr<Machine>& machine = machines_[group];
  if (!machine) machine = make(group);
  std::vector<topology::ChipId> members(static_cast<std::size_t>(group.gpus));
  std::iota(members.begin(), members.end(), topology::ChipId{0});
  return iteration::geometry_of(machine->view, members).shape;
}

}  // namespace sim::validate
