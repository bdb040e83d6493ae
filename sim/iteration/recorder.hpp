#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/run.hpp"
#include "sim/iteration/ledger.hpp"

namespace sim::iteration {

/// One exchange of a meeting.
struct Instance {
  engine::SimTime began, transfer_began, ended;
  std::uint32_t operation = 0;
};

/// A delay, or a wait for instance `number` at `slot`.
struct Step {
  static constexpr std::uint8_t kDelay = 0xff;
  engine::SimTime from, to;
  std::uint32_t number = 0;  ///< of a delay: its instruction
  std::uint8_t slot = kDelay;
};

/// The level of a shared flow from a moment on.
struct LevelChange {
  engine::SimTime at;
  double level = 1;
};

/// Keeps what chosen actors do, and what happens at chosen meetings.
class Recorder : public engine::Observer {
 public:
  Recorder(const engine::System& system, const std::vector<bool>& actors, const std::vector<bool>& meetings)
      : system_(system),
        keeps_actor_(actors),
        keeps_meeting_(meetings),
        steps_(system.actors()),
        waiting_since_(system.actors(), kNotWaiting),
        begin_(system.actors()),
        instances_(system.meetings()),
        levels_(system.meetings()),
        ended_(system.meetings(), 0) {}

  void delayed(std::uint32_t actor, const engine::Instruction& what, engine::SimTime from, engine::SimTime to) {
    begin_.note(actor, from);
    if (!keeps_actor_[actor]) return;
    steps_[actor].push_back({from, to, static_cast<std::uint32_t>(&what - system_.instructions.data())});
  }

  void waited_before(std::uint32_t actor, std::uint32_t /*meeting*/, engine::SimTime from, engine::SimTime /*to*/) {
    begin_.note(actor, from);
    if (waiting_since_[actor] == kNotWaiting) waiting_since_[actor] = from;
  }

  void waited(std::uint32_t actor, std::uint32_t slot, std::uint32_t meeting, engine::SimTime from,
              engine::SimTime to) {
    begin_.note(actor, is_listener(slot) ? to : from);
    const engine::SimTime since = waiting_since_[actor] == kNotWaiting ? from : waiting_since_[actor];
    waiting_since_[actor] = kNotWaiting;
    if (keeps_actor_[actor]) steps_[actor].push_back({since, to, ended_[meeting], static_cast<std::uint8_t>(slot)});
  }

  void began(std::uint32_t meeting, std::uint32_t operation, std::uint32_t /*last*/, engine::SimTime now) {
    if (keeps_meeting_[meeting]) instances_[meeting].push_back({now, now, now, operation});
  }

  void ended(std::uint32_t meeting, engine::SimTime transfer_began, engine::SimTime now) {
    ++ended_[meeting];
    if (!keeps_meeting_[meeting]) return;
    instances_[meeting].back().transfer_began = transfer_began;
    instances_[meeting].back().ended = now;
  }

  void shared(std::uint32_t meeting, std::uint32_t /*cause*/, bool /*cause_ended*/, double /*before*/, double after,
              engine::SimTime now) {
    if (keeps_meeting_[meeting]) levels_[meeting].push_back({now, after});
  }

  /// When an actor's iteration began, as Ledger::begin().
  [[nodiscard]] engine::SimTime begin(std::uint32_t actor) const { return begin_.of(actor); }
  [[nodiscard]] const std::vector<Step>& steps(std::uint32_t actor) const { return steps_[actor]; }
  [[nodiscard]] const std::vector<Instance>& instances(std::uint32_t meeting) const { return instances_[meeting]; }
  [[nodiscard]] const std::vector<LevelChange>& levels(std::uint32_t meeting) const { return levels_[meeting]; }

 private:
  static constexpr engine::SimTime kNotWaiting{-1};

  const engine::System& system_;
  const std::vector<bool>& keeps_actor_;
  const std::vector<bool>& keeps_meeting_;
  std::vector<std::vector<Step>> steps_;
  std::vector<engine::SimTime> waiting_since_;
  FirstSteps begin_;
  std::vector<std::vector<Instance>> instances_;
  std::vector<std::vector<LevelChange>> levels_;
  std::vector<std::uint32_t> ended_;
};

}  // namespace sim::iteration
