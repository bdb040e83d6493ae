#include "sim/program/messages.hpp"

#include <array>
#include <optional>

namespace sim::program {

using parallel::Pass;
using parallel::Place;
using parallel::Schedule;
using parallel::Task;

namespace {

std::optional<Place> next_place(const Schedule& schedule, int stage, const Task& task) {
  return schedule.neighbour({stage, task.chunk}, task.pass == Pass::forward ? 1 : -1);
}

// With two stages both neighbours are the same stage: forward messages then go "next", backward ones "previous".
bool goes_next(const Schedule& schedule, int stage, int target, Pass pass) {
  const bool is_next = target == (stage + 1) % schedule.pp;
  const bool is_previous = target == (stage + schedule.pp - 1) % schedule.pp;
  return is_next && is_previous ? pass == Pass::forward : is_next;
}

}  // namespace

Messages::Messages(const Schedule& schedule) : schedule_(schedule) {
  const std::size_t passes =
      2 * static_cast<std::size_t>(schedule.chunks) * static_cast<std::size_t>(schedule.micro_batches);
  outputs_.resize(static_cast<std::size_t>(schedule.pp) * passes);
  for (int stage = 0; stage < schedule.pp; ++stage) {
    std::array<std::uint32_t, 2> sent{};
    for (const Task& task : schedule.stages[static_cast<std::size_t>(stage)]) {
      if (task.pass == Pass::backward_weight) continue;
      const std::optional<Place> target = next_place(schedule, stage, task);
      if (!target || target->stage == stage) continue;
      const bool is_next = goes_next(schedule, stage, target->stage, task.pass);
      Message& message = outputs_[index(stage, task)];
      message.exists = true;
      message.send = is_next ? Slot::send_next : Slot::send_previous;
      message.receive = is_next ? Slot::receive_previous : Slot::receive_next;
      message.number = ++sent[is_next ? 0 : 1];
    }
  }
}

std::size_t Messages::index(int stage, const Task& task) const {
  const auto pass = static_cast<std::size_t>(task.pass == Pass::forward ? 0 : 1);
  const auto chunks = static_cast<std::size_t>(schedule_.chunks);
  const auto micro_batches = static_cast<std::size_t>(schedule_.micro_batches);
  const std::size_t chunk =
      (static_cast<std::size_t>(stage) * 2 + pass) * chunks + static_cast<std::size_t>(task.chunk);
  return chunk * micro_batches + static_cast<std::size_t>(task.micro_batch);
}

Message Messages::output(int stage, const Task& task) const {
  return task.pass == Pass::backward_weight ? Message{} : outputs_[index(stage, task)];
}

Message Messages::input(int stage, const Task& task) const {
  if (task.pass == Pass::backward_weight) return {};
  const std::optional<Place> source = schedule_.neighbour({stage, task.chunk}, task.pass == Pass::forward ? -1 : 1);
  if (!source) return {};
  return outputs_[index(source->stage, {task.pass, task.micro_batch, source->chunk})];
}

}  // namespace sim::program
