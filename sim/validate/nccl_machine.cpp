#include "sim/validate/nccl_machine.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/iteration/geometry.hpp"

namespace sim::validate {
namespace {

// Chips in the order of the ranks.
std::vector<topology::ChipId> chips_of(const NcclLog& log, int chips_per_host) {
  std::vector<topology::ChipId> chips;
  for (std::size_t host = 0; host < log.ranks_of_node.size(); ++host) {
    for (int rank = 0; rank < log.ranks_of_node[host]; ++rank) {
      chips.push_back(static_cast<topology::ChipId>(static_cast<int>(host) * chips_per_host + rank));
    }
  }
  return chips;
}

int chips_per_host(const topology::NodeSpec& node) {
  return std::min(node.chips, node.chips_per_host);
}

void check_hosts(const iteration::FleetEntry& entry, const NcclLog& log) {
  const int per_host = chips_per_host(entry.node);
  const int most = *std::max_element(log.ranks_of_node.begin(), log.ranks_of_node.end());
  if (most > per_host) {
    throw InputError(log.name + ": a host has " + std::to_string(most) + " ranks, a host of the scenario has " +
                         std::to_string(per_host) + " chips",
                     "give the scenario of the machine that was measured");
  }
  const int hosts = static_cast<int>(log.ranks_of_node.size());
  if (hosts * per_host > std::max(entry.count, per_host)) {
    throw InputError(log.name + ": " + std::to_string(hosts) + " hosts were measured, the first fleet entry has " +
                         std::to_string(entry.count / per_host),
                     "give the scenario of the machine that was measured");
  }
}

iteration::Job idle_job(const iteration::Job& machine, const NcclLog& log) {
  const iteration::FleetEntry& first = machine.fleet.front();
  check_hosts(first, log);
  iteration::Job job;
  job.fabric = machine.fabric_of(first);
  if (const hardware::NetworkKind* network = machine.network_of(first)) {
    job.network = *network;
    job.network->in_step_share.value = 1;  // nccl-tests has the machine for itself
  }
  job.fleet = {first};
  iteration::FleetEntry& entry = job.fleet.front();
  entry.fabric.reset();
  entry.network.reset();
  if (entry.link) entry.link->in_step_share.value = 1;
  const int chips = static_cast<int>(log.ranks_of_node.size()) * chips_per_host(entry.node);
  entry.count = (chips + entry.node.chips - 1) / entry.node.chips * entry.node.chips;
  return job;
}

}  // namespace

NcclMachine::NcclMachine(const iteration::Job& machine, const NcclLog& log)
    : idle_(std::make_unique<Idle>(Idle{idle_job(machine, log), {}})), collective_(log.collective) {
  idle_->view = iteration::build_fabric(idle_->job);
  shape_ = iteration::geometry_of(idle_->view, chips_of(log, chips_per_host(idle_->job.fleet.front().node))).shape;
}

double NcclMachine::seconds(double bytes) const {
  return cost::collective_time(collective_, shape_, Bytes(bytes)).total().value();
}

}  // namespace sim::validate
