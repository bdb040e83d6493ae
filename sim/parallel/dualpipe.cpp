#include <deque>

#include "sim/parallel/schedule_orders.hpp"

namespace sim::parallel {
namespace {

/// Writes one stage. Direction 0 starts at the end of the pipeline that is nearer to the stage, direction 1 at the
/// other; each carries half of the micro-batches.
class DualpipeStage {
 public:
  DualpipeStage(int pp, int stage, int micro_batches) {
    const int near = stage < pp / 2 ? 0 : 1;
    for (int direction = 0; direction < 2; ++direction) {
      chunk_[direction] = direction == 0 ? near : 1 - near;
      forward_[direction] = backward_[direction] = chunk_[direction] * micro_batches / 2;
    }
  }

  void forward(int direction) { tasks_.push_back({Pass::forward, forward_[direction]++, chunk_[direction]}); }
  void backward(int direction) { tasks_.push_back({Pass::backward, backward_[direction]++, chunk_[direction]}); }
  void input(int direction) {
    waiting_.push_back({Pass::backward_weight, backward_[direction], chunk_[direction]});
    tasks_.push_back({Pass::backward_input, backward_[direction]++, chunk_[direction]});
  }
  void weight() {
    tasks_.push_back(waiting_.front());
    waiting_.pop_front();
  }
  std::vector<Task> take() { return std::move(tasks_); }

 private:
  int chunk_[2]{}, forward_[2]{}, backward_[2]{};
  std::deque<Task> waiting_;
  std::vector<Task> tasks_;
};

// The eight steps of DeepSeek's reference implementation (github.com/deepseek-ai/DualPipe, DualPipe.step).
std::vector<Task> stage_order(int pp, int stage, int micro_batches) {
  const int depth = std::min(stage, pp - 1 - stage);  // stages to the nearer end
  const int inner = pp / 2 - depth - 1;               // stages to the middle
  DualpipeStage order(pp, stage, micro_batches);
  for (int i = 0; i < 2 * inner; ++i) order.forward(0);
  for (int i = 0; i <= depth; ++i) {
    order.forward(0);
    order.forward(1);
  }
  for (int i = 0; i < inner; ++i) {
    order.input(1);
    order.weight();
    order.forward(1);
  }
  for (int i = 0; i < micro_batches / 2 - pp + depth + 1; ++i) {
    order.forward(0);
    order.backward(1);
    order.forward(1);
    order.backward(0);
  }
  for (int i = 0; i < inner; ++i) {
    order.backward(1);
    order.forward(1);
    order.backward(0);
  }
  bool splits = false;
  for (int i = 0; i <= depth; ++i) {
    const auto next = [&](int direction) { splits ? order.input(direction) : order.backward(direction); };
    if (i == (depth + 1) / 2 && depth % 2 == 1) splits = true;
    next(1);
    if (i == (depth + 1) / 2 && depth % 2 == 0) splits = true;
    next(0);
  }
  for (int i = 0; i < inner; ++i) {
    order.weight();
    order.input(0);
  }
  for (int i = 0; i <= depth; ++i) order.weight();
  return order.take();
}

}  // namespace

Orders dualpipe_orders(int pp, int micro_batches) {
  Orders orders;
  for (int stage = 0; stage < pp; ++stage) orders.push_back(stage_order(pp, stage, micro_batches));
  return orders;
}

}  // namespace sim::parallel
