#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/iteration/job.hpp"
#include "sim/iteration/ledger.hpp"

namespace sim::iteration {

/// What an iteration would be without the waiting that no rate shortens.
enum class Without {
  nothing,
  pipeline_waits,  ///< stages never wait for each other: what they receive is always there
  imbalance,       ///< every rank is at work as long as the mean of all
};

struct Options {
  bool fold = true;             ///< false: every rank is simulated by itself
  bool check_memory = true;     ///< false: the run is known to have fitted, as a measured one did
  bool check_stability = true;  ///< run again with replicas out of step, for SimulationFacts::instability
  Without without = Without::nothing;
  bool critical_path = false;  ///< run again for IterationResult::critical_path
  double event_budget = 2e9;   ///< most events that a run may need; beyond it the job is refused
};

/// One rank's share of the iteration, s.
struct RankTime {
  std::uint32_t rank = 0;
  int stage = 0;
  std::size_t entry = 0;  ///< of the fleet
  StaveSeconds staves{};  ///< sums to the iteration
};

/// CPU time of one part of the work, s.
struct PhaseTime {
  const char* name;
  double cpu_seconds;
};

/// The iteration when replicas drift apart, s: equal replicas collide in phase on shared links, real ones do not.
struct Spread {
  double least = 0, mean = 0, most = 0;
};

/// How the simulation itself went.
struct SimulationFacts {
  std::uint64_t ranks = 0;
  std::uint64_t cells = 0;  ///< distinct behaviours of ranks that were simulated
  std::uint64_t events = 0;
  double cpu_seconds = 0;  ///< of this process, for binding, folding and running
  bool folded = false;
  bool certified = false;        ///< the fold's certificate was checked and holds
  double instability = 0;        ///< relative change of the iteration per relative change of pace between replicas
  std::optional<Spread> spread;  ///< given where the instability is above 10
  std::vector<PhaseTime> phases;
};

/// One optimizer step in steady state.
struct IterationResult {
  Seconds seconds;
  double tokens = 0;
  double model_flops = 0;     ///< of one iteration, all chips; conventions of docs/model.md
  double hardware_flops = 0;  ///< and what recompute repeats
  double six_nd_flops = 0;    ///< 6 x active parameters x tokens of one iteration
  Seconds ideal_compute;      ///< model_flops over the peak of the working chips
  RankTime pacing;            ///< the rank with the most computing
  /// Staves of the longest chain of work and exchanges through the iteration, symmetric run; they sum to its seconds.
  /// Minus their share is the elasticity of T by their knob, discrete choices as they are. `imbalance`: skew between
  /// ranks, which grows with the work itself.
  std::optional<StaveSeconds> critical_path;
  std::vector<engine::SimTime> finish;  ///< by rank
  std::vector<parallel::StageMemory> memory;
  SimulationFacts simulation;
};

/// Simulates one iteration of a feasible job that fits (unless told not to ask); throws infeasible otherwise.
[[nodiscard]] IterationResult simulate(const Job& job, const Options& options = {});

/// Peak of the working chips in the training format, FLOP/s.
[[nodiscard]] FlopsPerSecond working_peak(const Job& job);

/// Steps of the whole run, rounded up.
[[nodiscard]] double steps_of(const Job& job);

}  // namespace sim::iteration
