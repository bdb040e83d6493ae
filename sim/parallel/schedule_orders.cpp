#include "sim/parallel/schedule_orders.hpp"

#include <algorithm>

namespace sim::parallel {
namespace {

// Micro-batches of the groups that pass through all chunks together: pp each, and what is left over joins the last one,
// because a group smaller than the pipeline would wait for itself (Megatron-Core refuses such a remainder).
std::vector<int> group_sizes(int pp, int micro_batches) {
  std::vector<int> sizes(static_cast<std::size_t>(std::max(1, micro_batches / pp)), pp);
  sizes.back() = micro_batches - pp * (static_cast<int>(sizes.size()) - 1);
  return sizes;
}

// Order in which chunks take the micro-batches.
std::vector<Task> passes_in_groups(Pass pass, int vpp, const std::vector<int>& groups) {
  std::vector<Task> tasks;
  int first = 0;
  for (const int size : groups) {
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
// comes after vpp - 1 whole groups; each stage before it starts two passes ahead. A pair of passes needs what the next
// stage made two pairs ago; with one pass ahead a stage it would wait for every other pair.
int warm_up_passes(int pp, int vpp, int micro_batches, int stage, bool pairs_ahead) {
  if (vpp == 1 && !pairs_ahead) return pp - 1 - stage;
  return 2 * (pp - 1 - stage) + (vpp - 1) * group_sizes(pp, micro_batches).back() + (pairs_ahead ? 1 : 0);
}

}  // namespace

Orders breadth_first_orders(int pp, int vpp, int micro_batches) {
  std::vector<Task> tasks = passes_in_groups(Pass::forward, vpp, {micro_batches});
  const std::vector<Task> backwards = passes_in_groups(Pass::backward, vpp, {micro_batches});
  tasks.insert(tasks.end(), backwards.begin(), backwards.end());
  return Orders(static_cast<std::size_t>(pp), tasks);
}

Orders interleaved_orders(int pp, int vpp, int micro_batches, bool pairs_ahead) {
  const std::vector<int> groups = group_sizes(pp, micro_batches);
  const std::vector<Task> forwards = passes_in_groups(Pass::forward, vpp, groups);
  const std::vector<Task> backwards = passes_in_groups(Pass::backward, vpp, groups);
  Orders orders;
  for (int stage = 0; stage < pp; ++stage) {
    const auto warm_up = static_cast<std::size_t>(warm_up_passes(pp, vpp, micro_batches, stage, pairs_ahead));
    orders.push_back(one_forward_one_backward(forwards, backwards, std::min(warm_up, forwards.size())));
  }
  return orders;
}

}  // namespace sim::parallel
