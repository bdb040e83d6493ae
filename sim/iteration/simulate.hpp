#pragma once

#include <cstdint>
#include <vector>

#include "sim/iteration/job.hpp"
#include "sim/iteration/ledger.hpp"

namespace sim::iteration {

struct Options {
  bool fold = true;          ///< false: every rank is simulated by itself
  bool check_memory = true;  ///< false: the run is known to have fitted, as a measured one did
};

/// One rank's share of the iteration, s.
struct RankTime {
  std::uint32_t rank = 0;
  int stage = 0;
  StaveSeconds staves{};  ///< sums to the iteration
};

/// How the simulation itself went.
struct SimulationFacts {
  std::uint64_t ranks = 0;
  std::uint64_t cells = 0;   ///< distinct behaviours of ranks that were simulated
  std::uint64_t events = 0;
  double cpu_seconds = 0;    ///< of this process, for binding, folding and running
  bool folded = false;
  bool certified = false;    ///< the fold's certificate was checked and holds
};

/// One optimizer step in steady state.
struct IterationResult {
  Seconds seconds;
  double tokens = 0;
  double model_flops = 0;      ///< of one iteration, all chips; conventions of docs/model.md
  double hardware_flops = 0;   ///< and what recompute repeats
  double six_nd_flops = 0;     ///< 6 x active parameters x tokens of one iteration
  Seconds ideal_compute;       ///< model_flops over the peak of the working chips
  RankTime pacing;             ///< the rank with the most computing
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
