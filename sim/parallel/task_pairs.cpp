#include "sim/parallel/task_pairs.hpp"

#include <optional>

namespace sim::parallel {
namespace {

bool may_pair(const Task& first, const Task& second) {
  return first.pass == Pass::forward && second.pass == Pass::backward && first.micro_batch != second.micro_batch;
}

/// Plays the order without times.
class PairFinder {
 public:
  explicit PairFinder(const Schedule& schedule) : schedule_(schedule), next_(schedule.stages.size(), 0) {
    const std::size_t passes = 2 * schedule.stages.size() * static_cast<std::size_t>(schedule.chunks) *
                               static_cast<std::size_t>(schedule.micro_batches);
    is_done_.assign(passes, false);
    for (const std::vector<Task>& tasks : schedule.stages) pairs_.push_back(all_pairs(tasks));
  }

  std::vector<std::vector<bool>> run() {
    bool moves = true;
    while (moves) {
      moves = false;
      for (std::size_t stage = 0; stage < next_.size(); ++stage) moves = advance(stage) || moves;
      if (!moves) moves = part_waiting_pairs();
    }
    return std::move(pairs_);
  }

 private:
  static std::vector<bool> all_pairs(const std::vector<Task>& tasks) {
    std::vector<bool> pairs(tasks.size(), false);
    for (std::size_t i = 0; i + 1 < tasks.size(); ++i) pairs[i] = may_pair(tasks[i], tasks[i + 1]);
    return pairs;
  }

  [[nodiscard]] std::size_t index(Place place, int micro_batch, bool is_forward) const {
    const int chunk = (place.stage * schedule_.chunks + place.chunk) * 2 + (is_forward ? 0 : 1);
    return static_cast<std::size_t>(chunk) * static_cast<std::size_t>(schedule_.micro_batches) +
           static_cast<std::size_t>(micro_batch);
  }

  [[nodiscard]] bool is_ready(std::size_t stage, const Task& task) const {
    if (task.pass == Pass::backward_weight) return true;
    const bool is_forward = task.pass == Pass::forward;
    const Place place{static_cast<int>(stage), task.chunk};
    if (!is_forward && !is_done_[index(place, task.micro_batch, true)]) return false;
    const std::optional<Place> source = schedule_.neighbour(place, is_forward ? -1 : 1);
    return !source || is_done_[index(*source, task.micro_batch, is_forward)];
  }

  void finish(std::size_t stage) {
    const Task& task = schedule_.stages[stage][next_[stage]++];
    if (task.pass == Pass::backward_weight) return;
    is_done_[index({static_cast<int>(stage), task.chunk}, task.micro_batch, task.pass == Pass::forward)] = true;
  }

  bool advance(std::size_t stage) {
    const std::vector<Task>& tasks = schedule_.stages[stage];
    bool moved = false;
    while (next_[stage] < tasks.size()) {
      const std::size_t at = next_[stage];
      const bool is_pair = pairs_[stage][at];
      if (!is_ready(stage, tasks[at]) || (is_pair && !is_ready(stage, tasks[at + 1]))) break;
      finish(stage);
      if (is_pair) finish(stage);
      moved = true;
    }
    return moved;
  }

  bool part_waiting_pairs() {
    bool parted = false;
    for (std::size_t stage = 0; stage < next_.size(); ++stage) {
      if (next_[stage] == pairs_[stage].size() || !pairs_[stage][next_[stage]]) continue;
      pairs_[stage][next_[stage]] = false;
      parted = true;
    }
    return parted;
  }

  const Schedule& schedule_;
  std::vector<std::size_t> next_;
  std::vector<bool> is_done_;
  std::vector<std::vector<bool>> pairs_;
};

}  // namespace

std::vector<std::vector<bool>> find_pairs(const Schedule& schedule) {
  return PairFinder(schedule).run();
}

}  // namespace sim::parallel
