#include "sim/parallel/pipeline_timeline.hpp"

#include <algorithm>
#include <limits>

namespace sim::parallel {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

double length_of(Pass pass, const PassTimes& times) {
  switch (pass) {
    case Pass::forward:
      return times.forward;
    case Pass::backward:
      return times.input + times.weight;
    case Pass::backward_input:
      return times.input;
    case Pass::backward_weight:
      break;
  }
  return times.weight;
}

class Player {
 public:
  Player(const Schedule& schedule, const std::vector<PassTimes>& times, double message,
         const std::vector<std::vector<bool>>& pairs)
      : schedule_(schedule),
        times_(times),
        message_(message),
        pairs_(pairs),
        next_(schedule.stages.size(), 0),
        now_(schedule.stages.size(), 0.0) {
    const std::size_t passes = schedule.stages.size() * static_cast<std::size_t>(schedule.chunks) *
                               static_cast<std::size_t>(schedule.micro_batches);
    forward_end_.assign(passes, kNever);
    input_end_.assign(passes, kNever);
  }

  PipelineTimeline run() {
    timeline_.stages.resize(schedule_.stages.size());
    bool moves = true;
    while (moves) {
      moves = false;
      for (std::size_t stage = 0; stage < next_.size(); ++stage) {
        while (!has_ended(stage) && run_next(stage)) moves = true;
      }
    }
    for (std::size_t stage = 0; stage < next_.size(); ++stage) {
      timeline_.end = std::max(timeline_.end, now_[stage]);
      if (!has_ended(stage) && timeline_.stuck.empty()) timeline_.stuck = describe(stage);
    }
    return std::move(timeline_);
  }

 private:
  [[nodiscard]] double& end_of(std::vector<double>& ends, Place place, int micro_batch) const {
    const auto chunks = static_cast<std::size_t>(schedule_.chunks);
    const std::size_t index = static_cast<std::size_t>(place.stage) * chunks + static_cast<std::size_t>(place.chunk);
    return ends[index * static_cast<std::size_t>(schedule_.micro_batches) + static_cast<std::size_t>(micro_batch)];
  }

  double arrival(std::vector<double>& ends, Place from, Place to, int micro_batch) const {
    return end_of(ends, from, micro_batch) + (from.stage == to.stage ? 0 : message_);
  }

  double ready(Place place, const Task& task) {
    if (task.pass == Pass::backward_weight) return end_of(input_end_, place, task.micro_batch);
    const bool is_forward = task.pass == Pass::forward;
    const double own = is_forward ? 0 : end_of(forward_end_, place, task.micro_batch);
    const std::optional<Place> source = schedule_.neighbour(place, is_forward ? -1 : 1);
    if (!source) return own;
    return std::max(own, arrival(is_forward ? forward_end_ : input_end_, *source, place, task.micro_batch));
  }

  // The next task, or the next two as one.
  bool run_next(std::size_t stage) {
    const std::size_t count = !pairs_.empty() && pairs_[stage][next_[stage]] ? 2 : 1;
    double begin = now_[stage], length = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Task& task = schedule_.stages[stage][next_[stage] + i];
      const Place place{static_cast<int>(stage), task.chunk};
      begin = std::max(begin, ready(place, task));
      length += length_of(task.pass, times_[static_cast<std::size_t>(schedule_.virtual_stage(place))]);
    }
    if (begin == kNever) return false;
    now_[stage] = begin + length;
    for (std::size_t i = 0; i < count; ++i) finish(stage, begin);
    return true;
  }

  void finish(std::size_t stage, double begin) {
    const Task& task = schedule_.stages[stage][next_[stage]++];
    const Place place{static_cast<int>(stage), task.chunk};
    timeline_.stages[stage].push_back({begin, now_[stage]});
    if (task.pass == Pass::forward) end_of(forward_end_, place, task.micro_batch) = now_[stage];
    if (task.pass == Pass::backward || task.pass == Pass::backward_input) {
      end_of(input_end_, place, task.micro_batch) = now_[stage];
    }
  }

  struct Wait {
    Task task;  ///< that cannot start
    Task awaited;
    std::size_t stage;  ///< of the awaited task
  };

  [[nodiscard]] Task backward_at(std::size_t stage, Task task) const {
    const std::vector<Task>& tasks = schedule_.stages[stage];
    task.pass = Pass::backward_input;
    if (std::find(tasks.begin(), tasks.end(), task) == tasks.end()) task.pass = Pass::backward;
    return task;
  }

  // What the next task of a stage that cannot go on waits for.
  [[nodiscard]] Wait find_wait(std::size_t stage) {
    Task task = schedule_.stages[stage][next_[stage]];
    Place place{static_cast<int>(stage), task.chunk};
    if (ready(place, task) < kNever) {  // the first of a pair; its second waits
      task = schedule_.stages[stage][next_[stage] + 1];
      place.chunk = task.chunk;
    }
    const Task forward{Pass::forward, task.micro_batch, task.chunk};
    if (task.pass == Pass::backward_weight) return {task, backward_at(stage, task), stage};
    const bool is_forward = task.pass == Pass::forward;
    if (!is_forward && end_of(forward_end_, place, task.micro_batch) == kNever) return {task, forward, stage};
    const Place source = *schedule_.neighbour(place, is_forward ? -1 : 1);
    const Task sent{Pass::forward, task.micro_batch, source.chunk};
    const auto from = static_cast<std::size_t>(source.stage);
    return {task, is_forward ? sent : backward_at(from, sent), from};
  }

  [[nodiscard]] bool has_ended(std::size_t stage) const { return next_[stage] == schedule_.stages[stage].size(); }

  // Follows the waits from one stage to the next until they end, or come back to a stage: stages in a circle.
  [[nodiscard]] std::string describe(std::size_t stage) {
    std::vector<std::size_t> seen;
    while (std::find(seen.begin(), seen.end(), stage) == seen.end()) {
      seen.push_back(stage);
      const std::size_t awaited = find_wait(stage).stage;
      if (!has_ended(awaited)) stage = awaited;
    }
    std::string text = "stage " + std::to_string(stage);
    for (auto at = std::find(seen.begin(), seen.end(), stage); at != seen.end(); ++at) {
      const Wait wait = find_wait(*at);
      text += " waits at its task " + std::to_string(next_[*at] + 1) + " (" + name_of(wait.task, schedule_.chunks) +
              ") for " + name_of(wait.awaited, schedule_.chunks);
      if (wait.stage == *at) return text + ", which does not stand before it";
      text += " of stage " + std::to_string(wait.stage);
      if (has_ended(wait.stage)) return text + ", which never runs";
      if (at + 1 != seen.end()) text += ", which";
    }
    return text;
  }

  const Schedule& schedule_;
  const std::vector<PassTimes>& times_;
  double message_;
  const std::vector<std::vector<bool>>& pairs_;
  std::vector<std::size_t> next_;
  std::vector<double> now_;
  std::vector<double> forward_end_, input_end_;
  PipelineTimeline timeline_;
};

}  // namespace

double PipelineTimeline::longest_stage() const {
  double longest = 0;
  for (const std::vector<Span>& tasks : stages) {
    if (!tasks.empty()) longest = std::max(longest, tasks.back().end - tasks.front().begin);
  }
  return longest;
}

PipelineTimeline play(const Schedule& schedule, const std::vector<PassTimes>& times, double message,
                      const std::vector<std::vector<bool>>& pairs) {
  return Player(schedule, times, message, pairs).run();
}

}  // namespace sim::parallel
