#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/units.hpp"
#include "sim/campaign/clock.hpp"

namespace sim::campaign {

/// A size at which the job can run. Levels are listed slowest first.
struct Level {
  std::vector<int> nodes;  ///< working nodes by fleet entry
  int replicas = 0;
};

/// Steps of one batch size and sequence length.
struct Phase {
  std::string name;
  std::int64_t steps = 0;
  double tokens_per_step = 0;
  std::vector<Seconds> step_seconds;  ///< of one step, by level
};

/// Nodes that arrive together.
struct Delivery {
  std::size_t entry = 0;
  int nodes = 0;
  Moment at;
};

/// What a failure takes away, and what a checkpoint outlives: process < node < job.
enum class Scope {
  process,  ///< host memory and local disks stay
  node,     ///< one node with all that is on it
  job,      ///< every node at once, as a power cut does
};

/// Parts of one kind that fail alike.
struct Component {
  std::string name;
  std::size_t entry = 0;    ///< of the fleet
  double per_node = 1;      ///< parts in a node (or a share of one: a switch of 32 nodes is 1/32)
  Seconds mean_life;        ///< mean time between failures of one part
  double shape = 1;         ///< Weibull shape; 1: exponential; under 1: more failures early
  double early_factor = 1;  ///< rate over the usual one during `early`
  Seconds early;            ///< after arrival
  Scope scope = Scope::process;
  double repair_share = 0;  ///< of the failures that take the node out until it is repaired
  Seconds detection;        ///< from the failure until it is noticed; mean (exponential) for slow parts
  double slowdown = 1;      ///< above 1: the part does not stop but stretches every step by this factor
};

/// From a failure that was noticed to steps again.
struct Recovery {
  Seconds diagnosis;
  Seconds restart;          ///< scheduling, start of processes and communicators; without loading
  double manual_share = 0;  ///< of the failures that need a person
  Seconds manual;           ///< until one has acted; mean (exponential)
  Seconds repair;           ///< of a node; mean (exponential)
  bool shrink = false;      ///< with too few nodes, go on at a lower level instead of waiting
};

/// One place where checkpoints are kept.
struct CheckpointTier {
  std::string name;
  Seconds every;                ///< of steps between two
  Seconds stall;                ///< steps stand still for so long
  Seconds write;                ///< from the end of the stall until it can be used
  Seconds load;                 ///< of reading it back
  Scope survives = Scope::job;  ///< the widest failure that leaves it whole
};

struct Evaluation {
  std::int64_t every = 0;  ///< steps
  Seconds duration;
};

struct Maintenance {
  Seconds every;  ///< calendar time
  Seconds duration;
};

/// A whole training run, priced: all that the calendar needs.
struct Plan {
  std::optional<Moment> start;  ///< not before; empty: when the first level stands
  std::vector<Level> levels;
  std::vector<Phase> phases;
  std::vector<Delivery> deliveries;  ///< by date
  std::vector<Component> components;
  Recovery recovery;
  std::vector<CheckpointTier> tiers;  ///< empty: a failure undoes everything
  std::optional<Evaluation> evaluation;
  std::optional<Maintenance> maintenance;

  [[nodiscard]] std::size_t entries() const { return levels.front().nodes.size(); }
};

/// Throws InputError or infeasible naming what is wrong: no level that the deliveries ever reach, levels or prices that
/// are missing, times below zero, a checkpoint that takes longer than the time to the next.
void check_plan(const Plan& plan);

}  // namespace sim::campaign
