#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/parallel/strategy.hpp"

namespace sim::parallel {

/// `backward` makes both gradients; schedules that split it run `backward_input`, whose result the previous virtual
/// stage waits for, and at any later time `backward_weight`.
enum class Pass { forward, backward, backward_input, backward_weight };

/// One step of a stage: a pass of one micro-batch through one of its model chunks. Counts start at 0. A stage receives
/// the input of a pass before it, and sends its output on right after it.
struct Task {
  Pass pass = Pass::forward;
  int micro_batch = 0;
  int chunk = 0;
  bool operator==(const Task&) const = default;
};

/// "F3", "B3", "I3" (input gradient), "W3" (weight gradient); with several chunks "F3.1".
[[nodiscard]] std::string name_of(const Task& task, int chunks);

/// A chunk of a stage.
struct Place {
  int stage = 0;
  int chunk = 0;
};

/// The order of tasks of every stage.
struct Schedule {
  int pp = 1;
  int chunks = 1;  ///< of one stage
  int micro_batches = 1;
  Placement placement = Placement::wrap;
  std::vector<std::vector<Task>> stages;

  /// Parts that the layers are cut into.
  [[nodiscard]] int virtual_stages() const { return placement == Placement::mirrored ? pp : pp * chunks; }
  [[nodiscard]] int virtual_stage(Place place) const;
  /// The place that handles a micro-batch `step` (1 or -1) virtual stages after `place`; empty at the ends.
  [[nodiscard]] std::optional<Place> neighbour(Place place, int step) const;
};

/// Seconds, or any other unit, of the passes through one virtual stage. `backward` takes input + weight.
struct PassTimes {
  double forward = 1;
  double input = 1;
  double weight = 1;
};

/// Names by ScheduleKind, as scenarios write them; `file` stands last.
[[nodiscard]] const std::vector<std::string>& schedule_names();

/// True where weight gradients run apart from input gradients.
[[nodiscard]] bool splits_backward(const Schedule& schedule);

/// Schedules whose optimizer does not wait for all ranks: a step is validated afterwards (Qi et al. 2023, section 4),
/// so that the stages' skew is carried from one iteration into the next.
[[nodiscard]] bool validates_afterwards(ScheduleKind kind);

/// Where a made schedule of several stages has its chunks.
[[nodiscard]] Placement placement_of(ScheduleKind kind);

/// The order of tasks.
/// - gpipe: Huang et al. 2019; all forwards, then all backwards. breadth_first is the same with chunks (Lamy-Poirier
///   2022).
/// - one_f_one_b: PipeDream-Flush, Narayanan et al. 2021a. interleaved: its depth-first form with chunks, Narayanan et
///   al. 2021b, section 2.2, in groups of pp micro-batches; the remainder joins the last group.
/// - zb_h1, zb_h2: Qi et al. 2023 (arXiv 2401.10241), section 2; zb_v: the same authors, vpp = 2, needs 2 pp - 1
///   micro-batches. zb_1p, zb_2p: their automatic schedules, the best of several for `times` (one a virtual stage;
///   empty: all equal) that keep at most pp and 2 pp micro-batches.
/// - dualpipe: DeepSeek-V3 (arXiv 2412.19437), section 3.2.1; even pp, an even number of micro-batches, 2 pp or more.
/// pp = 1 turns every kind into forward and backward in turn. With `pairs_ahead`, one_f_one_b and interleaved start far
/// enough ahead for every forward pass to run together with the backward pass after it (find_pairs() in
/// task_pairs.hpp): one pass more, and one_f_one_b two a stage, as interleaved does. Throws infeasible for counts that
/// a kind cannot have.
[[nodiscard]] Schedule make_schedule(ScheduleKind kind, int pp, int vpp, int micro_batches,
                                     const std::vector<PassTimes>& times = {}, bool pairs_ahead = false);

/// Most passes of a chunk whose activations a stage holds at one time, by chunk, at the moment when the sum over its
/// chunks (weighted by `chunk_bytes`, one weight a chunk) is largest. A pass is held until its weight gradient.
[[nodiscard]] std::vector<int> peak_in_flight(const Schedule& schedule, int stage,
                                              const std::vector<double>& chunk_bytes);

/// Throws InputError naming the stage ("stages.2") and the fault unless every micro-batch passes forward and backward
/// through every virtual stage exactly once, in an order that every stage can keep.
void check_schedule(const Schedule& schedule);

}  // namespace sim::parallel
