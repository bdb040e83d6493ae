#pragma once

// Cold parts of Run, kept apart from the event loop.

#include "sim/engine/run.hpp"

namespace sim::engine {

// Lists the operations that each program posts at each slot, and points every meeting to the list of one of its
// posting members: the operation of instance k is then a look-up, and early posts need not be remembered.
template <class Watch>
void Run<Watch>::index_posts() {
  const std::size_t programs = system_.program_begin.size() - 1;
  std::vector<std::uint32_t> list_begin(programs * slots_ + 1, 0);
  const auto for_each_post = [&](auto&& visit) {
    for (std::size_t program = 0; program < programs; ++program) {
      for (std::uint32_t i = system_.program_begin[program]; i < system_.program_begin[program + 1]; ++i) {
        const Instruction& instruction = system_.instructions[i];
        if (instruction.step == Step::post) visit(program * slots_ + instruction.slot, instruction.value);
      }
    }
  };
  for_each_post([&](std::size_t list, std::uint32_t) { ++list_begin[list + 1]; });
  for (std::size_t list = 0; list + 1 < list_begin.size(); ++list) list_begin[list + 1] += list_begin[list];
  post_operation_.resize(list_begin.back());
  std::vector<std::uint32_t> place(list_begin.begin(), list_begin.end() - 1);
  for_each_post([&](std::size_t list, std::uint32_t operation) { post_operation_[place[list]++] = operation; });
  for (std::uint32_t at = 0; at < system_.meetings(); ++at) {
    for (std::uint32_t i = system_.member_begin[at]; i < system_.member_begin[at + 1]; ++i) {
      if (!system_.slot_posts[system_.member_slot[i]]) continue;
      ++meetings_[at].posters;
      const std::size_t program = system_.program[system_.member[i]];
      meetings_[at].speaker = list_begin[program * slots_ + system_.member_slot[i]];
    }
  }
}

template <class Watch>
void Run<Watch>::throw_deadlock() {
  constexpr std::size_t kMostNamed = 8;
  std::vector<StuckActor> stuck;
  std::size_t never_ran = 0;
  for (std::uint32_t id = 0; id < system_.actors(); ++id) {
    const std::uint32_t first = system_.program_begin[system_.program[id]];
    const std::uint32_t end = system_.program_begin[system_.program[id] + 1];
    const std::uint32_t pc = actors_[id].pc;
    if (pc == end && (pc == first || system_.instructions[pc - 1].step != Step::wait)) continue;
    const Instruction& instruction = system_.instructions[pc - 1];
    const std::uint32_t at = system_.meeting(id, instruction.slot);
    if (meetings_[at].ended >= instruction.value) continue;
    never_ran += end - pc + 1;
    if (stuck.size() >= kMostNamed) continue;
    StuckActor one{id, pc - 1 - first, instruction.slot, instruction.value, at, kNoMeeting};
    for (std::uint32_t i = system_.member_begin[at]; i < system_.member_begin[at + 1]; ++i) {
      const std::size_t edge = static_cast<std::size_t>(system_.member[i]) * slots_ + system_.member_slot[i];
      if (!system_.slot_posts[system_.member_slot[i]] || posted_[edge] > meetings_[at].ended) continue;
      one.missing_actor = system_.member[i];
      break;
    }
    stuck.push_back(one);
  }
  throw DeadlockError(std::move(stuck), never_ran);
}

}  // namespace sim::engine
