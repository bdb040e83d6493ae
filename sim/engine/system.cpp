#include "sim/engine/system.hpp"

#include <map>
#include <utility>

namespace sim::engine {
namespace {

using Posts = std::vector<std::uint32_t>;

Posts posts_of(const System& system, std::uint32_t program, std::uint32_t slot) {
  Posts posts;
  for (std::uint32_t i = system.program_begin[program]; i < system.program_begin[program + 1]; ++i) {
    const Instruction& instruction = system.instructions[i];
    if (instruction.step == Step::post && instruction.slot == slot) posts.push_back(instruction.value);
  }
  return posts;
}

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
  std::map<std::pair<std::uint32_t, std::uint32_t>, Posts> cache;
  const auto cached = [&](std::uint32_t program, std::uint32_t slot) -> const Posts& {
    const auto [place, is_new] = cache.try_emplace({program, slot});
    if (is_new) place->second = posts_of(system, program, slot);
    return place->second;
  };
  for (std::uint32_t meeting = 0; meeting < system.meetings(); ++meeting) {
    const Posts* expected = nullptr;
    for (std::uint32_t i = system.member_begin[meeting]; i < system.member_begin[meeting + 1]; ++i) {
      if (!system.slot_posts[system.member_slot[i]]) continue;
      const std::uint32_t actor = system.member[i];
      const Posts& posts = cached(system.program[actor], system.member_slot[i]);
      if (expected == nullptr) expected = &posts;
      if (posts != *expected) throw InternalError(fault(system, meeting, actor, "posts differ from other members'"));
    }
    if (expected == nullptr) throw InternalError("meeting " + std::to_string(meeting) + " has no posting member");
  }
}

DeadlockError::DeadlockError(std::vector<StuckActor> stuck, std::size_t never_ran)
    : InternalError(deadlock_message(stuck, never_ran)), stuck_(std::move(stuck)) {}

}  // namespace sim::engine
