#pragma once

#include <vector>

#include "sim/parallel/strategy.hpp"

namespace sim::parallel {

enum class Pass { forward, backward };

/// One step of a stage: a pass of one micro-batch through one of its model chunks. Counts start at 0.
struct Task {
  Pass pass = Pass::forward;
  int micro_batch = 0;
  int chunk = 0;
  bool operator==(const Task&) const = default;
};

/// The order of tasks of every stage. Virtual stage chunk * pp + stage holds a chunk's layers.
struct Schedule {
  int pp = 1;
  int vpp = 1;
  int micro_batches = 1;
  std::vector<std::vector<Task>> stages;

  [[nodiscard]] int virtual_stage(int stage, int chunk) const { return chunk * pp + stage; }
  [[nodiscard]] int stage_of(int virtual_stage_index) const { return virtual_stage_index % pp; }
  [[nodiscard]] int chunk_of(int virtual_stage_index) const { return virtual_stage_index / pp; }
};

/// GPipe (Huang et al. 2019): all forwards, then all backwards. 1F1B (PipeDream-Flush, Narayanan et al. 2021a).
/// Interleaved 1F1B (Narayanan et al. 2021b, section 2.2) in groups of pp micro-batches; the remainder joins the last
/// group. vpp > 1 needs `interleaved`, pp = 1 turns every kind into forward and backward in turn.
[[nodiscard]] Schedule make_schedule(ScheduleKind kind, int pp, int vpp, int micro_batches);

/// Most passes of a chunk whose activations a stage holds at one time, by chunk, at the moment when the sum over its
/// chunks (weighted by `chunk_bytes`, one weight a chunk) is largest.
[[nodiscard]] std::vector<int> peak_in_flight(const Schedule& schedule, int stage,
                                              const std::vector<double>& chunk_bytes);

}  // namespace sim::parallel
