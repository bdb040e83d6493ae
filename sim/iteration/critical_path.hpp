#pragma once

#include <vector>

#include "sim/engine/run.hpp"
#include "sim/iteration/staves.hpp"

namespace sim::iteration {

/// Carries along, for every actor and meeting, the staves of the chain of work and exchanges that decided when it got
/// where it stands: a meeting starts from the chain of the member that came last, a member that waited goes on from
/// that of the meeting. Seconds of a chain sum to the time; nothing on it waits for another rank. Where work or a flow
/// changes its pace under way, the chain of what changed it enters with the share of the pace that it changed: chains
/// are the derivatives of times by the logs of the rates. docs/model.md, "Barrel".
class CriticalPath : public engine::Observer {
 public:
  CriticalPath(const engine::System& system, const std::vector<cost::KernelTime>& labels)
      : system_(system), labels_(labels), actors_(system.actors()), meetings_(system.meetings()) {}

  void delayed(std::uint32_t actor, const engine::Instruction& what, engine::SimTime from, engine::SimTime to) {
    Actor& at = actors_[actor];
    note_first(at);
    if (!at.is_retimed) return add_delay(system_, labels_, what, (to - from).seconds().value(), at.chain);
    add(at.chain, at.left, at.slowdown);
    at.is_retimed = false;
  }

  // Up to here the delay has gone on at the old pace: how much of it is left depends on when the meeting came.
  void slowed(std::uint32_t actor, const engine::Instruction& what, std::uint32_t meeting, double before,
              double after) {
    Actor& at = actors_[actor];
    note_first(at);
    if (!at.is_retimed) {
      const double stretch = system_.stretch.empty() ? 1.0 : system_.stretch[actor];
      at.left = {};
      add_delay(system_, labels_, what, stretch * engine::SimTime(what.picoseconds).seconds().value(), at.left);
    }
    const StaveSeconds now = meetings_[meeting].is_under_way ? meetings_[meeting].began : meetings_[meeting].ended;
    add(at.left, at.chain, 1 / before);
    add(at.left, now, -1 / before);
    at.chain = now;
    at.slowdown = after;
    at.is_retimed = true;
  }

  void began(std::uint32_t meeting, std::uint32_t operation, std::uint32_t last, engine::SimTime /*now*/) {
    Meeting& at = meetings_[meeting];
    const engine::Activity& activity = system_.activity(meeting, operation);
    at.began = last == engine::kNoMeeting ? at.ended : actors_[last].chain;
    at.flow_began = at.began;
    add_exchange(activity.tag, seconds_of(activity.latency), 0, at.flow_began);
    at.left = {};
    add_exchange(activity.tag, 0, seconds_of(activity.transfer), at.left);
    at.level = 1;
    at.is_under_way = true;
    at.flowing = at.flow_began;
  }

  void shared(std::uint32_t meeting, std::uint32_t cause, bool cause_ended, double before, double after,
              engine::SimTime /*now*/) {
    Meeting& at = meetings_[meeting];
    at.level = after;
    if (before == 0) return;  // at its start
    const StaveSeconds now = cause_ended ? meetings_[cause].ended : meetings_[cause].flow_began;
    add(at.left, at.flowing, before);
    add(at.left, now, -before);
    at.flowing = now;
  }

  void ended(std::uint32_t meeting, engine::SimTime /*transfer_began*/, engine::SimTime /*now*/) {
    Meeting& at = meetings_[meeting];
    at.is_under_way = false;
    at.ended = at.flowing;
    add(at.ended, at.left, 1 / at.level);
  }

  void waited(std::uint32_t actor, std::uint32_t slot, std::uint32_t meeting, engine::SimTime /*from*/,
              engine::SimTime /*to*/) {
    Actor& at = actors_[actor];
    const bool only_listens = system_.slot_posts[slot] == 0;
    if (!only_listens) note_first(at);
    at.chain = meetings_[meeting].ended;
    if (only_listens) note_first(at);
  }

  void waited_before(std::uint32_t actor, std::uint32_t /*meeting*/, engine::SimTime /*from*/, engine::SimTime /*to*/) {
    note_first(actors_[actor]);
  }

  /// Up to where the actor stands, and up to its first step of work.
  [[nodiscard]] const StaveSeconds& of(std::uint32_t actor) const { return actors_[actor].chain; }
  [[nodiscard]] const StaveSeconds& before(std::uint32_t actor) const { return actors_[actor].first; }

 private:
  struct Actor {
    StaveSeconds chain{}, first{};
    StaveSeconds left{};  // of a delay whose pace has changed, when it last did
    double slowdown = 1;
    bool has_begun = false, is_retimed = false;
  };

  struct Meeting {
    StaveSeconds began{}, flow_began{}, ended{};
    StaveSeconds flowing{}, left{};  // when the flow's speed last changed, and what was left at full speed
    double level = 1;
    bool is_under_way = false;
  };

  static double seconds_of(std::int64_t picoseconds) { return engine::SimTime(picoseconds).seconds().value(); }

  static void add(StaveSeconds& sum, const StaveSeconds& staves, double factor) {
    for (std::size_t stave = 0; stave < kStaves; ++stave) sum[stave] += factor * staves[stave];
  }

  static void note_first(Actor& actor) {
    if (actor.has_begun) return;
    actor.has_begun = true;
    actor.first = actor.chain;
  }

  const engine::System& system_;
  const std::vector<cost::KernelTime>& labels_;
  std::vector<Actor> actors_;
  std::vector<Meeting> meetings_;
};

}  // namespace sim::iteration
