#pragma once

#include <vector>

#include "sim/parallel/schedule.hpp"
#include "sim/program/pieces.hpp"

namespace sim::program {

/// A message between stages: the sender's slot, the receiver's slot, and its number among the sender's messages there.
struct Message {
  bool exists = false;  ///< false at the ends of the pipeline and between chunks of one stage
  Slot send = Slot::send_next;
  Slot receive = Slot::receive_previous;
  std::uint32_t number = 0;
};

/// All messages of a schedule. A receiver waits for the number that the sender's own order gives, so that the two may
/// handle their tasks in different orders.
class Messages {
 public:
  explicit Messages(const parallel::Schedule& schedule);

  /// What `stage` sends after a task, and what it must have received before it.
  [[nodiscard]] Message output(int stage, const parallel::Task& task) const;
  [[nodiscard]] Message input(int stage, const parallel::Task& task) const;

 private:
  [[nodiscard]] std::size_t index(int stage, const parallel::Task& task) const;

  const parallel::Schedule& schedule_;
  std::vector<Message> outputs_;
};

}  // namespace sim::program
