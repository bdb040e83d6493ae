#include "sim/validate/calibrated_constants.hpp"

#include <algorithm>

namespace sim::validate {
namespace {

// Standard deviations of log(factor) before anything is measured. A machine of its own may differ from those that the
// catalogue was fitted on by more than they do among each other (catalog/shared_constants.yaml), so all are wide.
constexpr double kRatePrior = 0.2;       // link and network rates of a benchmark
constexpr double kLatencyPrior = 0.5;    // starts, steps and fills
constexpr double kProductsPrior = 0.15;  // clocks, power limits, library versions
constexpr double kAttentionPrior = 0.15;
constexpr double kMemoryPrior = 0.1;
constexpr double kHostPrior = 0.5;     // processor, interpreter, launch path
constexpr double kInStepPrior = 0.25;  // contention of links with computation and other jobs

void add(std::vector<SharedConstant>& list, SharedConstant constant) {
  const auto is_same = [&](const SharedConstant& other) {
    return other.shelf == constant.shelf && other.ids == constant.ids && other.name == constant.name;
  };
  if (std::none_of(list.begin(), list.end(), is_same)) list.push_back(std::move(constant));
}

// Of the formats that the job computes in: its own, and 16 bits for what it keeps wider.
void add_products(std::vector<SharedConstant>& list, const iteration::Job& job,
                  const hardware::KernelConstants& kernels) {
  for (const auto& [format, constants] : kernels.gemm) {
    if (format != job.training.precision && hardware::bits(format) != 16) continue;
    const std::string name(hardware::name(format));
    add(list, {name + " products in a step",
               "kernels",
               {kernels.id},
               {"gemm." + name + ".in_step_share"},
               kProductsPrior,
               ""});
  }
}

void add_network(std::vector<SharedConstant>& list, const std::optional<hardware::NetworkKind>& network) {
  if (network) add(list, {"network in a step", "networks", {network->id}, {"in_step_share"}, kInStepPrior, ""});
}

}  // namespace

std::vector<SharedConstant> collective_constants(const iteration::Job& machine, bool spans_nodes) {
  std::vector<SharedConstant> list;
  const iteration::FleetEntry& entry = machine.fleet.front();
  if (entry.link) {
    const std::vector<std::string> id{entry.link->id};
    add(list, {"rate of scale-up links", "links", id, {"usable_rate"}, kRatePrior, ""});
    // Sizes of one group cannot tell starts from steps: both pass once for every collective.
    add(list, {"latency inside a node",
               "links",
               id,
               {"ring_start", "ring_step", "in_switch_start", "all_to_all_start"},
               kLatencyPrior,
               ""});
    add(list,
        {"fill inside a node", "links", id, {"ring_fill", "in_switch_fill", "all_to_all_fill"}, kLatencyPrior, ""});
  }
  const hardware::NetworkKind* network = machine.network_of(entry);
  if (!spans_nodes || network == nullptr) return list;
  const std::vector<std::string> id{network->id};
  add(list, {"rate of the network", "networks", id, {"efficiency"}, kRatePrior, ""});
  add(list, {"start between nodes", "networks", id, {"start"}, kLatencyPrior, ""});
  add(list, {"hop between nodes", "networks", id, {"hop", "ring_hop"}, kLatencyPrior, ""});
  return list;
}

std::vector<SharedConstant> run_constants(const std::vector<const iteration::Job*>& jobs) {
  std::vector<SharedConstant> list;
  for (const iteration::Job* job : jobs) {
    for (const iteration::FleetEntry& entry : job->fleet) {
      const std::vector<std::string> id{entry.kernels.id};
      add_products(list, *job, entry.kernels);
      add(list, {"attention in a step", "kernels", id, {"attention_in_step_share"}, kAttentionPrior, ""});
      add(list, {"memory rate of elementwise kernels", "kernels", id, {"streaming_memory_share"}, kMemoryPrior, ""});
      if (entry.link) add(list, {"scale-up in a step", "links", {entry.link->id}, {"in_step_share"}, kInStepPrior, ""});
      add_network(list, entry.network);
    }
    add_network(list, job->network);
    add_network(list, job->join_network);
    add(list, {"host time", "software", {job->software.id}, {"host_time_per_layer_pass"}, kHostPrior, ""});
  }
  return list;
}

}  // namespace sim::validate
