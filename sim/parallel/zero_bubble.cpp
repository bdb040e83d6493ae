#include <algorithm>
#include <limits>

#include "sim/parallel/schedule_orders.hpp"

namespace sim::parallel {
namespace {

/// Appends the passes of one chunk, each kind in the order of micro-batches from `first` on.
class ChunkWriter {
 public:
  ChunkWriter(std::vector<Task>& tasks, int chunk, int first = 0)
      : tasks_(tasks), chunk_(chunk), forward_(first), backward_(first), weight_(first) {}

  void forward() { tasks_.push_back({Pass::forward, forward_++, chunk_}); }
  void input() { tasks_.push_back({Pass::backward_input, backward_++, chunk_}); }
  void weight() { tasks_.push_back({Pass::backward_weight, weight_++, chunk_}); }
  [[nodiscard]] int forwards() const { return forward_; }
  [[nodiscard]] int inputs() const { return backward_; }
  [[nodiscard]] int weights() const { return weight_; }

 private:
  std::vector<Task>& tasks_;
  int chunk_;
  int forward_, backward_, weight_;
};

/// One stage of the greedy order while time goes on.
struct GreedyStage {
  double now = 0;
  int forwards = 0, inputs = 0, weights = 0;
  [[nodiscard]] int held() const { return forwards - weights; }
};

constexpr double kNever = std::numeric_limits<double>::infinity();

struct Choice {
  double begin = kNever;
  Pass pass = Pass::forward;
};

class Greedy {
 public:
  Greedy(int pp, int micro_batches, int most_in_flight, double patience, const std::vector<PassTimes>& times)
      : micro_batches_(micro_batches),
        most_in_flight_(most_in_flight),
        patience_(patience),
        times_(times),
        stages_(static_cast<std::size_t>(pp)),
        forward_end_(stages_.size(), std::vector<double>(static_cast<std::size_t>(micro_batches), kNever)),
        input_end_(forward_end_),
        orders_(stages_.size()) {}

  Orders run() {
    for (std::size_t left = 3 * stages_.size() * static_cast<std::size_t>(micro_batches_); left > 0; --left) {
      std::size_t next = 0;
      Choice best;
      for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
        const Choice choice = choose(stage);
        const bool is_earlier = choice.begin < best.begin;
        const bool fills = choice.begin == best.begin && best.pass == Pass::backward_weight;
        if (!is_earlier && !fills) continue;
        best = choice;
        next = stage;
      }
      take(next, best);
    }
    return std::move(orders_);
  }

 private:
  [[nodiscard]] double forward_ready(std::size_t stage) const {
    const GreedyStage& at = stages_[stage];
    if (at.forwards == micro_batches_ || at.held() >= most_in_flight_) return kNever;
    return stage == 0 ? 0.0 : forward_end_[stage - 1][static_cast<std::size_t>(at.forwards)];
  }

  [[nodiscard]] double input_ready(std::size_t stage) const {
    const GreedyStage& at = stages_[stage];
    if (at.inputs == micro_batches_) return kNever;
    const auto micro_batch = static_cast<std::size_t>(at.inputs);
    const double own = forward_end_[stage][micro_batch];
    return stage + 1 == stages_.size() ? own : std::max(own, input_end_[stage + 1][micro_batch]);
  }

  [[nodiscard]] Choice choose(std::size_t stage) const {
    const GreedyStage& at = stages_[stage];
    const double input = input_ready(stage), forward = forward_ready(stage);
    if (input <= at.now) return {at.now, Pass::backward_input};
    if (forward <= at.now) return {at.now, Pass::forward};
    const double wait = std::min(input, forward) - at.now;
    if (at.inputs > at.weights && wait >= patience_ * times_[stage].weight) return {at.now, Pass::backward_weight};
    return input <= forward ? Choice{input, Pass::backward_input} : Choice{forward, Pass::forward};
  }

  void take(std::size_t stage, const Choice& choice) {
    GreedyStage& at = stages_[stage];
    const PassTimes& time = times_[stage];
    std::vector<Task>& order = orders_[stage];
    switch (choice.pass) {
      case Pass::forward:
        at.now = choice.begin + time.forward;
        forward_end_[stage][static_cast<std::size_t>(at.forwards)] = at.now;
        order.push_back({Pass::forward, at.forwards++, 0});
        break;
      case Pass::backward_weight:
        at.now = choice.begin + time.weight;
        order.push_back({Pass::backward_weight, at.weights++, 0});
        break;
      default:
        at.now = choice.begin + time.input;
        input_end_[stage][static_cast<std::size_t>(at.inputs)] = at.now;
        order.push_back({Pass::backward_input, at.inputs++, 0});
        break;
    }
  }

  int micro_batches_;
  int most_in_flight_;
  double patience_;
  const std::vector<PassTimes>& times_;
  std::vector<GreedyStage> stages_;
  std::vector<std::vector<double>> forward_end_, input_end_;
  Orders orders_;
};

}  // namespace

// Stage s starts depth x (pp - 1 - s) forwards ahead and runs its weight gradients depth x s micro-batches late, so
// that every stage holds depth x (pp - 1) + 1 at most; after its last forward each input gradient brings one weight
// gradient.
Orders zero_bubble_h_orders(int pp, int micro_batches, int depth) {
  Orders orders(static_cast<std::size_t>(pp));
  for (int stage = 0; stage < pp; ++stage) {
    ChunkWriter chunk(orders[static_cast<std::size_t>(stage)], 0);
    for (int ahead = std::min(micro_batches, depth * (pp - 1 - stage)); ahead > 0; --ahead) chunk.forward();
    while (chunk.forwards() < micro_batches) {
      chunk.forward();
      chunk.input();
      if (chunk.inputs() > depth * stage) chunk.weight();
    }
    while (chunk.inputs() < micro_batches) {
      chunk.input();
      chunk.weight();
    }
    while (chunk.weights() < micro_batches) chunk.weight();
  }
  return orders;
}

// In the form that torch.distributed.pipelining has it (ScheduleZBVZeroBubble).
Orders zero_bubble_v_orders(int pp, int micro_batches) {
  Orders orders(static_cast<std::size_t>(pp));
  for (int stage = 0; stage < pp; ++stage) {
    std::vector<Task>& tasks = orders[static_cast<std::size_t>(stage)];
    ChunkWriter down(tasks, 0), up(tasks, 1);
    for (int i = 0; i < 2 * (pp - stage) - 1; ++i) down.forward();
    for (int i = 0; i < stage; ++i) {
      up.forward();
      down.forward();
    }
    for (int i = 0; i < pp - stage; ++i) {
      up.forward();
      up.input();
      up.weight();
    }
    while (up.forwards() < down.forwards() || down.forwards() < micro_batches) {
      if (down.forwards() < micro_batches) down.forward();
      down.input();
      down.weight();
      up.forward();
      up.input();
      up.weight();
    }
    for (int i = 0; i < stage; ++i) {
      down.input();
      up.input();
    }
    for (int i = 0; i < pp - stage; ++i) {
      down.input();
      down.weight();
    }
    while (up.weights() < micro_batches) up.weight();
    while (down.weights() < micro_batches) down.weight();
  }
  return orders;
}

Orders greedy_orders(int pp, int micro_batches, int most_in_flight, double patience,
                     const std::vector<PassTimes>& times) {
  return Greedy(pp, micro_batches, most_in_flight, patience, times).run();
}

}  // namespace sim::parallel
