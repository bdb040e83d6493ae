#include "sim/parallel/schedule.hpp"

#include <algorithm>

#include "sim/base/error.hpp"

namespace sim::parallel {
namespace {

std::vector<Task> gpipe_stage(int micro_batches) {
  std::vector<Task> tasks;
  for (int i = 0; i < micro_batches; ++i) tasks.push_back({Pass::forward, i, 0});
  for (int i = 0; i < micro_batches; ++i) tasks.push_back({Pass::backward, i, 0});
  return tasks;
}

// Micro-batches of the groups that pass through all chunks together: pp each, and what is left over joins the last one,
// because a group smaller than the pipeline would wait for itself (Megatron-Core refuses such a remainder).
std::vector<int> group_sizes(int pp, int micro_batches) {
  std::vector<int> sizes(static_cast<std::size_t>(std::max(1, micro_batches / pp)), pp);
  sizes.back() = micro_batches - pp * (static_cast<int>(sizes.size()) - 1);
  return sizes;
}

// Order in which chunks take the micro-batches.
std::vector<Task> interleaved_passes(Pass pass, int pp, int vpp, int micro_batches) {
  std::vector<Task> tasks;
  int first = 0;
  for (const int size : group_sizes(pp, micro_batches)) {
    const int end = first + size;
    for (int chunk = 0; chunk < vpp; ++chunk) {
      const int of_pass = pass == Pass::forward ? chunk : vpp - 1 - chunk;
      for (int micro_batch = first; micro_batch < end; ++micro_batch) tasks.push_back({pass, micro_batch, of_pass});
    }
    first = end;
  }
  return tasks;
}

// `warm_up` forwards, then forward and backward in turn, then the remaining backwards.
std::vector<Task> one_forward_one_backward(const std::vector<Task>& forwards, const std::vector<Task>& backwards,
                                           std::size_t warm_up) {
  std::vector<Task> tasks(forwards.begin(), forwards.begin() + static_cast<std::ptrdiff_t>(warm_up));
  std::size_t backward = 0;
  for (std::size_t forward = warm_up; forward < forwards.size(); ++forward) {
    tasks.push_back(forwards[forward]);
    tasks.push_back(backwards[backward++]);
  }
  tasks.insert(tasks.end(), backwards.begin() + static_cast<std::ptrdiff_t>(backward), backwards.end());
  return tasks;
}

// With chunks, the first backward pass of the last stage follows its first forward pass through the last chunk, which
// comes after vpp - 1 whole groups; each stage before it starts two passes ahead.
int warm_up_passes(int pp, int vpp, int micro_batches, int stage) {
  if (vpp == 1) return pp - 1 - stage;
  return 2 * (pp - 1 - stage) + (vpp - 1) * group_sizes(pp, micro_batches).back();
}

}  // namespace

Schedule make_schedule(ScheduleKind kind, int pp, int vpp, int micro_batches) {
  check(pp >= 1 && vpp >= 1 && micro_batches >= 1, "a schedule needs at least one stage, chunk and micro-batch");
  check(vpp == 1 || kind == ScheduleKind::interleaved, "several chunks a stage need the interleaved schedule");
  Schedule schedule{pp, vpp, micro_batches, {}};
  const std::vector<Task> forwards = interleaved_passes(Pass::forward, pp, vpp, micro_batches);
  const std::vector<Task> backwards = interleaved_passes(Pass::backward, pp, vpp, micro_batches);
  for (int stage = 0; stage < pp; ++stage) {
    if (kind == ScheduleKind::gpipe && pp > 1) {
      schedule.stages.push_back(gpipe_stage(micro_batches));
      continue;
    }
    const std::size_t warm_up = std::min(static_cast<std::size_t>(warm_up_passes(pp, vpp, micro_batches, stage)), forwards.size());
    schedule.stages.push_back(one_forward_one_backward(forwards, backwards, warm_up));
  }
  return schedule;
}

std::vector<int> peak_in_flight(const Schedule& schedule, int stage, const std::vector<double>& chunk_bytes) {
  std::vector<int> held(static_cast<std::size_t>(schedule.vpp), 0);
  std::vector<int> peak = held;
  double bytes = 0, most_bytes = -1;
  for (const Task& task : schedule.stages[static_cast<std::size_t>(stage)]) {
    const auto chunk = static_cast<std::size_t>(task.chunk);
    const int change = task.pass == Pass::forward ? 1 : -1;
    held[chunk] += change;
    bytes += change * chunk_bytes[chunk];
    if (bytes <= most_bytes) continue;
    most_bytes = bytes;
    peak = held;
  }
  return peak;
}

}  // namespace sim::parallel
