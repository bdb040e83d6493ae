#pragma once

#include <algorithm>
#include <vector>

#include "sim/cost/kernel_time.hpp"
#include "sim/engine/run.hpp"
#include "sim/iteration/staves.hpp"
#include "sim/program/build.hpp"

namespace sim::iteration {

inline bool is_listener(std::uint32_t slot) {
  return !program::slot_posts(static_cast<program::Slot>(slot));
}

/// When actors first did anything.
class FirstSteps {
 public:
  explicit FirstSteps(std::size_t actors) : at_(actors), is_known_(actors, false) {}
  void note(std::uint32_t actor, engine::SimTime when) {
    if (is_known_[actor]) return;
    is_known_[actor] = true;
    at_[actor] = when;
  }
  [[nodiscard]] bool is_unknown(std::uint32_t actor) const { return !is_known_[actor]; }
  [[nodiscard]] engine::SimTime of(std::uint32_t actor) const { return at_[actor]; }

 private:
  std::vector<engine::SimTime> at_;
  std::vector<bool> is_known_;
};

/// Only notes first steps.
class BeginObserver : public engine::Observer {
 public:
  explicit BeginObserver(std::size_t actors) : begin_(actors) {}
  void delayed(std::uint32_t actor, const engine::Instruction& /*what*/, engine::SimTime from, engine::SimTime /*to*/) {
    begin_.note(actor, from);
  }
  void waited(std::uint32_t actor, std::uint32_t slot, std::uint32_t /*meeting*/, engine::SimTime from,
              engine::SimTime to) {
    begin_.note(actor, is_listener(slot) ? to : from);
  }
  [[nodiscard]] engine::SimTime begin(std::uint32_t actor) const { return begin_.of(actor); }

 private:
  FirstSteps begin_;
};

/// Books every picosecond of every actor. Waiting for others to arrive is kept apart: whether it is a bubble or an
/// imbalance depends on who had more work.
class Ledger : public engine::Observer {
 public:
  Ledger(const engine::System& system, const std::vector<cost::KernelTime>& labels)
      : system_(system),
        labels_(labels),
        seconds_(system.actors()),
        idle_(system.actors(), 0.0),
        begin_(system.actors()),
        began_(system.meetings()),
        transfer_began_(system.meetings()),
        tag_(system.meetings(), 0) {}

  void delayed(std::uint32_t actor, const engine::Instruction& what, engine::SimTime from, engine::SimTime to) {
    begin_.note(actor, from);
    add_delay(system_, labels_, what, (to - from).seconds().value(), seconds_[actor]);
  }

  void began(std::uint32_t meeting, std::uint32_t operation, std::uint32_t /*last*/, engine::SimTime now) {
    began_[meeting] = now;
    tag_[meeting] = system_.activity(meeting, operation).tag;
  }

  void ended(std::uint32_t meeting, engine::SimTime transfer_began, engine::SimTime /*now*/) {
    transfer_began_[meeting] = transfer_began;
    last_began_ = began_[meeting];
    last_tag_ = tag_[meeting];
  }

  // Called right after ended() of the instance that was waited for.
  void waited(std::uint32_t actor, std::uint32_t slot, std::uint32_t meeting, engine::SimTime from,
              engine::SimTime to) {
    if (begin_.is_unknown(actor) && is_listener(slot)) {
      begin_.note(actor, to);
      return;  // nothing to wait for before the stage's iteration has begun
    }
    begin_.note(actor, from);
    book_wait(actor, meeting, from, to);
  }

  // Exchanges before the one that is waited for take their own time.
  void waited_before(std::uint32_t actor, std::uint32_t meeting, engine::SimTime from, engine::SimTime to) {
    begin_.note(actor, from);
    book_wait(actor, meeting, from, to);
  }

  /// When an actor first did anything but listen to the stage before it.
  [[nodiscard]] engine::SimTime begin(std::uint32_t actor) const { return begin_.of(actor); }
  [[nodiscard]] const StaveSeconds& seconds(std::uint32_t actor) const { return seconds_[actor]; }
  [[nodiscard]] double idle(std::uint32_t actor) const { return idle_[actor]; }
  /// Computing time of an actor, s.
  [[nodiscard]] double busy(std::uint32_t actor) const {
    const StaveSeconds& mine = seconds_[actor];
    return mine[index(Stave::tensor_compute)] + mine[index(Stave::hbm_bandwidth)] + mine[index(Stave::launch)];
  }

 private:
  void book_wait(std::uint32_t actor, std::uint32_t meeting, engine::SimTime from, engine::SimTime to) {
    const auto overlap = [&](engine::SimTime begin, engine::SimTime end) {
      return std::max(0.0, (std::min(end, to) - std::max(begin, from)).seconds().value());
    };
    idle_[actor] += overlap(from, last_began_);
    add_exchange(last_tag_, overlap(last_began_, transfer_began_[meeting]), overlap(transfer_began_[meeting], to),
                 seconds_[actor]);
  }

  const engine::System& system_;
  const std::vector<cost::KernelTime>& labels_;
  std::vector<StaveSeconds> seconds_;
  std::vector<double> idle_;
  FirstSteps begin_;
  std::vector<engine::SimTime> began_, transfer_began_;
  std::vector<std::uint16_t> tag_;
  engine::SimTime last_began_;
  std::uint16_t last_tag_ = 0;
};

}  // namespace sim::iteration
