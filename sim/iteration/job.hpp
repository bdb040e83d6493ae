#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sim/cost/kernel_time.hpp"
#include "sim/hardware/chip.hpp"
#include "sim/hardware/kernels.hpp"
#include "sim/hardware/link.hpp"
#include "sim/hardware/software.hpp"
#include "sim/model/transformer.hpp"
#include "sim/parallel/memory.hpp"
#include "sim/parallel/strategy.hpp"
#include "sim/topology/spec.hpp"

namespace sim::iteration {

/// What is trained, apart from the model.
struct Training {
  double tokens = 0;                 ///< of the whole run
  std::int64_t sequence_length = 0;  ///< tokens
  std::int64_t global_batch = 0;     ///< sequences per optimizer step
  std::int64_t document_length = 0;  ///< mean tokens of packed documents that attention stays inside; 0: no mask
  hardware::Format precision = hardware::Format::bf16;
  parallel::StateBytes state;
  double gradient_wire_bytes = 4;  ///< B per parameter sent by data parallelism
  [[nodiscard]] double tokens_per_step() const {
    return static_cast<double>(global_batch) * static_cast<double>(sequence_length);
  }
};

/// Equal chips in equal nodes, with the constants that price them.
struct FleetEntry {
  hardware::Chip chip;
  hardware::KernelConstants kernels;
  std::optional<hardware::LinkGeneration> link;  ///< empty: no scale-up link
  topology::NodeSpec node;
  int count = 0;                                 ///< chips
  std::optional<topology::FabricSpec> fabric;    ///< of the island that it is part of; empty: the job's
  std::optional<hardware::NetworkKind> network;  ///< of that fabric; empty: the job's
};

/// A part of the machine that is slower than its like.
struct Degradation {
  enum class Part { chip, node, nic, scale_up, leaf, spine };
  Part part = Part::chip;
  std::uint32_t index = 0;  ///< chip; node; chip of the NIC or port; pod
  std::uint32_t rail = 0;   ///< of a leaf
  double factor = 1;        ///< share of the rate that is left, [0, 1]; 0 only for NICs: chips then use the next one
};

/// Which part of the job each fleet entry holds.
struct Division {
  enum class By {
    order,      ///< ranks fill the chips in order, whatever they are
    stages,     ///< consecutive pipeline stages
    replicas,   ///< data-parallel replicas
    automatic,  ///< not decided yet: plan::divide() does
  };
  By by = By::order;
  std::vector<int> shares;         ///< stages or replicas by entry
  std::vector<int> micro_batches;  ///< of one replica, by entry; empty: equal (replicas only)
};

/// One training job on one fleet, fully resolved: all that the simulation needs, and nothing that a file says.
struct Job {
  std::string name;
  model::Transformer model;
  Training training;
  std::vector<FleetEntry> fleet;
  topology::FabricSpec fabric;                   ///< of all entries that name none of their own
  std::optional<hardware::NetworkKind> network;  ///< empty: one node
  std::optional<topology::JoinSpec> join;        ///< over islands: entries of different fabrics
  std::optional<hardware::NetworkKind> join_network;
  parallel::Strategy strategy;
  hardware::SoftwarePreset software;
  Division division;
  std::vector<Degradation> degradations;
  std::optional<parallel::Schedule> schedule;  ///< read from a file; empty: made by strategy.schedule
  std::string schedule_file;                   ///< that file
  double step_latency = 1;                     ///< multiplies starts and steps of all exchanges; of barrel's knob

  [[nodiscard]] int chips() const {
    int sum = 0;
    for (const FleetEntry& entry : fleet) sum += entry.count;
    return sum;
  }
  [[nodiscard]] const topology::FabricSpec& fabric_of(const FleetEntry& entry) const {
    return entry.fabric ? *entry.fabric : fabric;
  }
  /// Null where nodes are not joined.
  [[nodiscard]] const hardware::NetworkKind* network_of(const FleetEntry& entry) const {
    if (entry.network) return &*entry.network;
    return network ? &*network : nullptr;
  }
  /// Micro-batches that one replica on this entry runs in a step; of an entry without replicas, the most of any.
  [[nodiscard]] int micro_batches(std::size_t entry) const {
    if (!division.micro_batches.empty()) {
      return division.micro_batches[entry] > 0 ? division.micro_batches[entry] : micro_batches();
    }
    return static_cast<int>(training.global_batch / (static_cast<std::int64_t>(strategy.dp) * strategy.micro_batch));
  }
  /// The most that any replica runs.
  [[nodiscard]] int micro_batches() const {
    if (division.micro_batches.empty()) return micro_batches(0);
    return *std::max_element(division.micro_batches.begin(), division.micro_batches.end());
  }
};

/// Throws infeasible naming the first rule that the job breaks: counts that do not divide, more ranks than chips, a
/// format that a chip lacks, a schedule that cannot be.
void check_feasible(const Job& job);

/// The rules that can be checked before the division and the replicas of a mixed fleet are known: sizes and what the
/// model divides by. Throws infeasible.
void check_open(const Job& job);

/// Throws infeasible with the largest items and the nearest changes when a stage does not fit into device memory.
void check_memory(const Job& job, const std::vector<parallel::StageMemory>& stages);

/// The order of tasks of replicas on one entry. Automatic schedules are made for the chips of each stage.
[[nodiscard]] parallel::Schedule job_schedule(const Job& job, std::size_t entry = 0);

/// Memory of the chips that run a stage, the smallest where they differ.
[[nodiscard]] Bytes stage_capacity(const Job& job, int stage);

/// Memory of every stage under the job's schedule.
[[nodiscard]] std::vector<parallel::StageMemory> job_memory(const Job& job);

/// How one rank's share of a layer is cut.
[[nodiscard]] model::Sharding sharding_of(const Job& job);

/// Prices kernels of the job on one kind of its chips; points into both.
[[nodiscard]] cost::KernelPricing pricing_of(const Job& job, const FleetEntry& entry);

}  // namespace sim::iteration
