#include <array>

#include "sim/base/error.hpp"
#include "sim/parallel/pipeline_timeline.hpp"
#include "sim/parallel/schedule.hpp"

namespace sim::parallel {
namespace {

using Counts = std::array<int, 4>;  // by Pass

[[noreturn]] void refuse(int stage, const std::string& fault) {
  throw InputError("stages." + std::to_string(stage) + ": " + fault);
}

void check_range(const Schedule& schedule, int stage, const Task& task) {
  const bool is_known = task.chunk >= 0 && task.chunk < schedule.chunks && task.micro_batch >= 0 &&
                        task.micro_batch < schedule.micro_batches;
  if (is_known) return;
  refuse(stage, name_of(task, 2) + " is beyond its " + std::to_string(schedule.micro_batches) + " micro-batches and " +
                    std::to_string(schedule.chunks) + " chunks");
}

void check_counts(const Schedule& schedule, int stage, const Task& forward, const Counts& counts) {
  const auto name = [&](Pass pass) { return name_of({pass, forward.micro_batch, forward.chunk}, schedule.chunks); };
  const auto count = [&](Pass pass) { return counts[static_cast<std::size_t>(pass)]; };
  for (const Pass pass : {Pass::forward, Pass::backward, Pass::backward_input, Pass::backward_weight}) {
    if (count(pass) > 1) refuse(stage, name(pass) + " stands " + std::to_string(count(pass)) + " times");
  }
  if (count(Pass::forward) == 0) refuse(stage, name(Pass::forward) + " is missing");
  const int halves = count(Pass::backward_input) + count(Pass::backward_weight);
  if (count(Pass::backward) == 1 && halves > 0) {
    refuse(stage, name(Pass::backward) + " and a half of it both stand");
  }
  if (count(Pass::backward) == 1 || halves == 2) return;
  if (halves == 0) refuse(stage, name(Pass::forward) + " has no backward pass");
  const bool has_input = count(Pass::backward_input) == 1;
  refuse(stage, name(has_input ? Pass::backward_input : Pass::backward_weight) + " stands without " +
                    name(has_input ? Pass::backward_weight : Pass::backward_input));
}

// Of mirrored copies each carries its own micro-batches; what stage 0 runs says which.
bool is_carried(const Schedule& schedule, const std::vector<Counts>& of_stage_0, int chunk, int micro_batch) {
  if (schedule.placement != Placement::mirrored) return true;
  return of_stage_0[static_cast<std::size_t>(chunk * schedule.micro_batches + micro_batch)][0] > 0;
}

void refuse_strays(const Schedule& schedule, int stage, Task task, const Counts& counts) {
  for (std::size_t pass = 0; pass < counts.size(); ++pass) {
    if (counts[pass] == 0) continue;
    task.pass = static_cast<Pass>(pass);
    refuse(stage, name_of(task, schedule.chunks) + " belongs to the direction that does not carry micro-batch " +
                      std::to_string(task.micro_batch));
  }
}

std::vector<Counts> count_passes(const Schedule& schedule, int stage) {
  std::vector<Counts> counts(static_cast<std::size_t>(schedule.chunks * schedule.micro_batches), Counts{});
  for (const Task& task : schedule.stages[static_cast<std::size_t>(stage)]) {
    check_range(schedule, stage, task);
    const int index = task.chunk * schedule.micro_batches + task.micro_batch;
    ++counts[static_cast<std::size_t>(index)][static_cast<std::size_t>(task.pass)];
  }
  return counts;
}

// Both keep the two ends of the model on one stage.
void check_placement(const Schedule& schedule) {
  if (schedule.placement == Placement::mirrored && (schedule.chunks != 2 || schedule.pp % 2 != 0)) {
    throw InputError("placement: mirrored stages are an even number and have two chunks each");
  }
  if (schedule.placement == Placement::v && schedule.chunks % 2 != 0) {
    throw InputError("placement: stages in a v have an even number of chunks");
  }
}

}  // namespace

void check_schedule(const Schedule& schedule) {
  if (static_cast<int>(schedule.stages.size()) != schedule.pp) {
    throw InputError("stages: they are " + std::to_string(schedule.stages.size()) + ", pp is " +
                     std::to_string(schedule.pp));
  }
  check_placement(schedule);
  const std::vector<Counts> first = count_passes(schedule, 0);
  for (int stage = 0; stage < schedule.pp; ++stage) {
    const std::vector<Counts> counts = count_passes(schedule, stage);
    for (int micro_batch = 0; micro_batch < schedule.micro_batches; ++micro_batch) {
      int carriers = 0;
      for (int chunk = 0; chunk < schedule.chunks; ++chunk) {
        const auto index = static_cast<std::size_t>(chunk * schedule.micro_batches + micro_batch);
        if (!is_carried(schedule, first, chunk, micro_batch)) {
          refuse_strays(schedule, stage, {Pass::forward, micro_batch, chunk}, counts[index]);
          continue;
        }
        ++carriers;
        check_counts(schedule, stage, {Pass::forward, micro_batch, chunk}, counts[index]);
      }
      if (schedule.placement == Placement::mirrored && carriers != 1) {
        refuse(stage, "micro-batch " + std::to_string(micro_batch) + " is carried by " + std::to_string(carriers) +
                          " of the two directions");
      }
    }
  }
  const std::vector<PassTimes> times(static_cast<std::size_t>(schedule.virtual_stages()));
  const PipelineTimeline timeline = play(schedule, times, 0);
  if (!timeline.stuck.empty()) throw InputError("stages: they never end: " + timeline.stuck);
}

}  // namespace sim::parallel
