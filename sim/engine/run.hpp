#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/engine/event_queue.hpp"
#include "sim/engine/system.hpp"
#include "sim/flow/max_min.hpp"

namespace sim::engine {

/// Weight of a flow on a resource that it can fill alone, and the capacity of every resource in these units.
inline constexpr std::int64_t kFullWeight = std::int64_t{1} << 20;

/// Watches a run without taking part; derive and hide the members that matter. All are called inline.
struct Observer {
  void delayed(std::uint32_t /*actor*/, const Instruction& /*what*/, SimTime /*from*/, SimTime /*to*/) {}
  void waited(std::uint32_t /*actor*/, std::uint32_t /*slot*/, std::uint32_t /*meeting*/, SimTime /*from*/,
              SimTime /*to*/) {}
  /// The same for an exchange that ended before the one that the actor waits for, at the same meeting.
  void waited_before(std::uint32_t /*actor*/, std::uint32_t /*meeting*/, SimTime /*from*/, SimTime /*to*/) {}
  /// All members have arrived; `last` posted last, or is kNoMeeting when the previous instance held it up.
  void began(std::uint32_t /*meeting*/, std::uint32_t /*operation*/, std::uint32_t /*last*/, SimTime /*now*/) {}
  void ended(std::uint32_t /*meeting*/, SimTime /*transfer_began*/, SimTime /*now*/) {}
  /// A meeting that has just begun or ended changes how much longer a running delay takes: `before` and `after` times.
  void slowed(std::uint32_t /*actor*/, const Instruction& /*what*/, std::uint32_t /*meeting*/, double /*before*/,
              double /*after*/) {}
  /// A flow that starts or ends at this instant changes the speed of this meeting's flow; `before` is 0 at its start.
  void shared(std::uint32_t /*meeting*/, std::uint32_t /*cause*/, bool /*cause_ended*/, double /*before*/,
              double /*after*/, SimTime /*now*/) {}
  void finished(std::uint32_t /*actor*/, SimTime /*now*/) {}
};

struct RunResult {
  SimTime end;                  ///< when the last actor finished
  std::vector<SimTime> finish;  ///< by actor
  std::uint64_t events = 0;
  std::uint64_t solves = 0;
};

/// One discrete-event run of a system. Deterministic: equal systems give equal results bit for bit.
template <class Watch = Observer>
class Run {
 public:
  Run(const System& system, Watch& watch)
      : system_(system), watch_(watch), sharing_(system.capacity, system.rows, 1.0), slots_(system.slots()) {
    check(system.actors() + std::uint64_t{system.meetings()} < EventQueue::kMostIds, "too many actors and meetings");
    actors_.resize(system.actors());
    posted_.assign(static_cast<std::size_t>(system.actors()) * slots_, 0);
    meetings_.resize(system.meetings());
    index_posts();
    for (std::uint32_t meeting = 0; meeting < system.meetings(); ++meeting) open(meeting);
  }

  /// Throws DeadlockError when some program cannot end.
  RunResult run() {
    result_.finish.resize(system_.actors());
    unfinished_ = system_.actors();
    for (std::uint32_t id = 0; id < system_.actors(); ++id) {
      actors_[id].pc = system_.program_begin[system_.program[id]];
      follow(id);
    }
    while (!queue_.empty()) run_instant(queue_.next_time());
    if (unfinished_ != 0) throw_deadlock();
    result_.solves = sharing_.solves();
    return std::move(result_);
  }

 private:
  enum class Phase : std::uint8_t { gathering, latency, flowing };

  struct Actor {
    std::uint32_t pc = 0;
    std::uint32_t next_waiter = kNoMeeting;
    std::uint32_t drag = 0;
    bool is_delayed = false;
    SimTime since;    // of the current delay or wait
    SimTime updated;  // of `left`
    SimTime wakes;
    double left = 0.0;  // ps of undragged delay, kept only while something drags
  };

  struct Meeting {
    std::uint32_t ended = 0;  // instances
    std::uint32_t posters = 0;
    std::uint32_t missing = 0;  // of the current instance
    std::uint32_t early = 0;    // posts for later instances
    std::uint32_t first_waiter = kNoMeeting;
    std::uint32_t speaker = kNoMeeting;  // a posting member, whose program tells the operations
    std::uint32_t operation = 0;
    Phase phase = Phase::gathering;
    SimTime flow_began, updated, ends;
    double left = 0.0;  // ps of transfer at level 1
    double level = 0.0;
  };

  // All events of one instant are handled before shares are solved once, so their order cannot matter.
  void run_instant(SimTime now) {
    now_ = now;
    while (!queue_.empty() && queue_.next_time() == now) {
      const std::uint32_t id = queue_.pop().id;
      ++result_.events;
      if (id < system_.actors()) {
        wake_delayed(id);
      } else {
        advance(id - system_.actors());
      }
    }
    if (!sharing_.is_stale()) return;
    sharing_.resolve();
    for (const std::uint32_t row : sharing_.changed()) retime(row);
  }

  void wake_delayed(std::uint32_t id) {
    Actor& actor = actors_[id];
    if (!actor.is_delayed || actor.wakes != now_) return;  // the event of a delay that was retimed meanwhile
    actor.is_delayed = false;
    watch_.delayed(id, system_.instructions[actor.pc - 1], actor.since, now_);
    follow(id);
  }

  void follow(std::uint32_t id) {
    Actor& actor = actors_[id];
    const std::uint32_t end = system_.program_begin[system_.program[id] + 1];
    while (actor.pc < end) {
      const Instruction& instruction = system_.instructions[actor.pc++];
      if (instruction.step == Step::post) {
        post(id, instruction);
      } else if (instruction.step == Step::wait) {
        if (must_wait(id, instruction)) return;
      } else {
        delay(id, instruction);
        return;
      }
    }
    --unfinished_;
    result_.finish[id] = now_;
    result_.end = std::max(result_.end, now_);
    watch_.finished(id, now_);
  }

  void delay(std::uint32_t id, const Instruction& instruction) {
    Actor& actor = actors_[id];
    const double stretch = system_.stretch.empty() ? 1.0 : system_.stretch[id];
    const std::int64_t length =
        stretch == 1.0 ? instruction.picoseconds : std::llrint(static_cast<double>(instruction.picoseconds) * stretch);
    actor.is_delayed = true;
    actor.since = actor.updated = now_;
    actor.left = static_cast<double>(length);
    actor.wakes = now_ + SimTime(actor.drag == 0 ? length : dragged(actor));
    queue_.push(actor.wakes, id);
  }

  bool must_wait(std::uint32_t id, const Instruction& instruction) {
    const std::uint32_t at = system_.meeting(id, instruction.slot);
    Meeting& meeting = meetings_[at];
    if (meeting.ended >= instruction.value) return false;
    Actor& actor = actors_[id];
    actor.since = now_;
    actor.next_waiter = meeting.first_waiter;
    meeting.first_waiter = id;
    return true;
  }

  void post(std::uint32_t id, const Instruction& instruction) {
    const std::uint32_t at = system_.meeting(id, instruction.slot);
    Meeting& meeting = meetings_[at];
    const std::uint32_t number = ++posted_[static_cast<std::size_t>(id) * slots_ + instruction.slot];
    if (number != meeting.ended + 1) {
      ++meeting.early;
    } else if (--meeting.missing == 0) {
      begin(at, id);
    }
  }

  void begin(std::uint32_t at, std::uint32_t last) {
    Meeting& meeting = meetings_[at];
    meeting.operation = operation_of(meeting);
    const Activity& activity = system_.activity(at, meeting.operation);
    watch_.began(at, meeting.operation, last, now_);
    if (activity.drag != 0) change_drag(at, activity.drag, true);
    const bool alone = system_.rows.is_empty(row_of(at, activity));
    meeting.flow_began = now_ + SimTime(activity.latency);
    const bool is_fixed = alone || activity.transfer == 0;
    meeting.phase = is_fixed ? Phase::flowing : Phase::latency;
    meeting.ends = is_fixed ? meeting.flow_began + SimTime(activity.transfer) : meeting.flow_began;
    queue_.push(meeting.ends, system_.actors() + at);
  }

  void advance(std::uint32_t at) {
    Meeting& meeting = meetings_[at];
    if (meeting.phase == Phase::gathering || meeting.ends != now_) return;  // retimed meanwhile
    const Activity& activity = system_.activity(at, meeting.operation);
    if (meeting.phase == Phase::flowing) {
      end(at, activity);
      return;
    }
    meeting.phase = Phase::flowing;
    meeting.left = static_cast<double>(activity.transfer);
    meeting.level = 0.0;
    meeting.updated = now_;
    meeting.ends = SimTime(-1);
    sharing_.start(row_of(at, activity));
    cause_ = at;
    cause_ended_ = false;
  }

  void end(std::uint32_t at, const Activity& activity) {
    Meeting& meeting = meetings_[at];
    const std::uint32_t row = row_of(at, activity);
    if (!system_.rows.is_empty(row) && activity.transfer != 0) {
      sharing_.finish(row);
      cause_ = at;
      cause_ended_ = true;
    }
    meeting.phase = Phase::gathering;
    ++meeting.ended;
    watch_.ended(at, meeting.flow_began, now_);
    if (activity.drag != 0) change_drag(at, activity.drag, false);
    const std::uint32_t waiters = std::exchange(meeting.first_waiter, kNoMeeting);
    open(at);
    wake(at, waiters);
  }

  // Counts who is missing for the next instance; those who posted early have arrived.
  void open(std::uint32_t at) {
    Meeting& meeting = meetings_[at];
    meeting.missing = meeting.posters;
    if (meeting.early == 0) return;
    for (std::uint32_t i = system_.member_begin[at]; i < system_.member_begin[at + 1]; ++i) {
      if (!system_.slot_posts[system_.member_slot[i]]) continue;
      const std::size_t edge = static_cast<std::size_t>(system_.member[i]) * slots_ + system_.member_slot[i];
      if (posted_[edge] <= meeting.ended) continue;
      --meeting.missing;
      --meeting.early;
    }
    if (meeting.missing == 0) begin(at, kNoMeeting);
  }

  void wake(std::uint32_t at, std::uint32_t waiters) {
    while (waiters != kNoMeeting) {
      const std::uint32_t id = waiters;
      Actor& actor = actors_[id];
      waiters = actor.next_waiter;
      const Instruction& instruction = system_.instructions[actor.pc - 1];
      if (meetings_[at].ended < instruction.value) {
        watch_.waited_before(id, at, actor.since, now_);
        actor.since = now_;
        actor.next_waiter = meetings_[at].first_waiter;
        meetings_[at].first_waiter = id;
        continue;
      }
      watch_.waited(id, instruction.slot, at, actor.since, now_);
      follow(id);
    }
  }

  void retime(std::uint32_t row) {
    const std::uint32_t at = row / system_.patterns;
    Meeting& meeting = meetings_[at];
    meeting.left -= static_cast<double>((now_ - meeting.updated).picoseconds()) * meeting.level;
    meeting.updated = now_;
    const double before = std::exchange(meeting.level, sharing_.level(row));
    watch_.shared(at, cause_, cause_ended_, before, meeting.level, now_);
    const double rest = std::max(0.0, meeting.left) / meeting.level;
    meeting.ends = now_ + SimTime(static_cast<std::int64_t>(std::ceil(rest)));
    queue_.push(meeting.ends, system_.actors() + at);
  }

  static double slowdown(const Actor& actor) { return 1.0 + 1e-6 * static_cast<double>(actor.drag); }

  // One rounding rule wherever the rest of a delay is stretched: the order of events at an instant must not show.
  static std::int64_t dragged(const Actor& actor) {
    return static_cast<std::int64_t>(std::ceil(std::max(0.0, actor.left) * slowdown(actor)));
  }

  void change_drag(std::uint32_t at, std::uint32_t drag, bool add) {
    for (std::uint32_t i = system_.member_begin[at]; i < system_.member_begin[at + 1]; ++i) {
      const std::uint32_t id = system_.member[i];
      Actor& actor = actors_[id];
      if (actor.is_delayed) {
        actor.left -= static_cast<double>((now_ - actor.updated).picoseconds()) / slowdown(actor);
        actor.updated = now_;
      }
      const double before = slowdown(actor);
      actor.drag = add ? actor.drag + drag : actor.drag - drag;
      if (!actor.is_delayed || actor.wakes == now_) continue;
      watch_.slowed(id, system_.instructions[actor.pc - 1], at, before, slowdown(actor));
      actor.wakes = now_ + SimTime(dragged(actor));
      queue_.push(actor.wakes, id);
    }
  }

  [[nodiscard]] std::uint32_t row_of(std::uint32_t at, const Activity& activity) const {
    return at * system_.patterns + activity.pattern;
  }

  [[nodiscard]] std::uint32_t operation_of(const Meeting& meeting) const {
    return post_operation_[meeting.speaker + meeting.ended];
  }

  void index_posts();
  [[noreturn]] void throw_deadlock();

  const System& system_;
  Watch& watch_;
  flow::MaxMin sharing_;
  std::uint32_t slots_;
  EventQueue queue_;
  SimTime now_;
  std::uint32_t cause_ = kNoMeeting;  // whose flow started or ended last
  bool cause_ended_ = false;
  std::uint32_t unfinished_ = 0;
  std::vector<Actor> actors_;
  std::vector<std::uint32_t> posted_;  // by actor * slots + slot
  std::vector<Meeting> meetings_;
  std::vector<std::uint32_t> post_operation_;  // operations in posting order, by program and slot
  RunResult result_;
};

}  // namespace sim::engine

#include "sim/engine/run_setup.hpp"
