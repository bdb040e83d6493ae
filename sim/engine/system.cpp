#include "sim/engine/system.hpp"

#include <map>
#include <utility>

namespace sim::engine {
namespace {

using Posts = std::vector<std::uint32_t>;

/// The operations that programs post at a slot, with equal lists under one number: comparing members is then comparing
/// numbers, however many members there are.
class PostLists {
 public:
  explicit PostLists(const System& system) : slots_(system.slots()) {
    const std::size_t programs = system.program_begin.size() - 1;
    std::map<Posts, std::uint32_t> numbers;
    std::vector<Posts> lists(slots_);
    for (std::size_t program = 0; program < programs; ++program) {
      for (Posts& list : lists) list.clear();
      for (std::uint32_t i = system.program_begin[program]; i < system.program_begin[program + 1]; ++i) {
        const Instruction& instruction = system.instructions[i];
        if (instruction.step == Step::post) lists[instruction.slot].push_back(instruction.value);
      }
      for (const Posts& list : lists) {
        number_.push_back(numbers.try_emplace(list, static_cast<std::uint32_t>(numbers.size())).first->second);
      }
    }
  }
  [[nodiscard]] std::uint32_t number(std::uint32_t program, std::uint32_t slot) const {
    return number_[std::size_t{program} * slots_ + slot];
  }

 private:
  std::uint32_t slots_;
  std::vector<std::uint32_t> number_;  // by program * slots + slot
};

std::string fault(const System& system, std::uint32_t meeting, std::uint32_t actor, const std::string& what) {
  return "actor " + std::to_string(actor) + " (program " + std::to_string(system.program[actor]) + ") in meeting " +
         std::to_string(meeting) + ": " + what;
}

std::string deadlock_message(const std::vector<StuckActor>& stuck, std::size_t never_ran) {
  std::string text = "deadlock: " + std::to_string(never_ran) + " operations never ran";
  for (const StuckActor& one : stuck) {
    text += "\n  actor " + std::to_string(one.actor) + " waits at instruction " + std::to_string(one.instruction) +
            " for instance " + std::to_string(one.instance) + " at slot " + std::to_string(one.slot);
    if (one.missing_actor != kNoMeeting) text += ", where actor " + std::to_string(one.missing_actor) + " never came";
  }
  return text;
}

}  // namespace

void check_consistent(const System& system) {
  const PostLists lists(system);
  for (std::uint32_t meeting = 0; meeting < system.meetings(); ++meeting) {
    bool is_first = true;
    std::uint32_t expected = 0;
    for (std::uint32_t i = system.member_begin[meeting]; i < system.member_begin[meeting + 1]; ++i) {
      if (!system.slot_posts[system.member_slot[i]]) continue;
      const std::uint32_t actor = system.member[i];
      const std::uint32_t posts = lists.number(system.program[actor], system.member_slot[i]);
      if (is_first) expected = posts;
      is_first = false;
      if (posts != expected) throw InternalError(fault(system, meeting, actor, "posts differ from other members'"));
    }
    if (is_first) throw InternalError("meeting " + std::to_string(meeting) + " has no posting member");
  }
}

DeadlockError::DeadlockError(std::vector<StuckActor> stuck, std::size_t never_ran)
    : InternalError(deadlock_message(stuck, never_ran)), stuck_(std::move(stuck)) {}

}  // namespace sim::engine
