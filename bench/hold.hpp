#pragma once

#include <cmath>
#include <cstdint>
#include <ctime>
#include <queue>
#include <vector>

#include "sim/base/rng.hpp"
#include "sim/engine/event_queue.hpp"

namespace sim::bench {

/// CPU time of this process, s.
inline double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Spans between events, ps, drawn before the clock starts: exponential with mean 1 us, as the hold model wants.
inline const std::vector<std::int64_t>& hold_spans() {
  static const std::vector<std::int64_t> spans = [] {
    constexpr std::size_t kCount = std::size_t{1} << 16U;
    const RandomStream random(1, 1);
    std::vector<std::int64_t> drawn;
    for (std::size_t i = 0; i < kCount; ++i) drawn.push_back(1 + std::llround(random.exponential(i, 1e6)));
    return drawn;
  }();
  return spans;
}

/// The project's queue behind the two calls of the hold model.
class PackedQueue {
 public:
  void push(std::int64_t time) { queue_.push(engine::SimTime(time), 0); }
  std::int64_t pop() { return queue_.pop().time.picoseconds(); }

 private:
  engine::EventQueue queue_;
};

/// What most simulators use: std::priority_queue of 24-byte events (time, sequence number, id).
class StandardQueue {
 public:
  void push(std::int64_t time) { queue_.push({static_cast<double>(time), sequence_++, 0}); }
  std::int64_t pop() {
    const Event event = queue_.top();
    queue_.pop();
    return static_cast<std::int64_t>(event.time);
  }

 private:
  struct Event {
    double time;
    std::uint64_t sequence;
    std::uint64_t id;
    bool operator<(const Event& other) const {  // latest first, as std::priority_queue is a max-heap
      return time != other.time ? time > other.time : sequence > other.sequence;
    }
  };
  static_assert(sizeof(Event) == 24);
  std::priority_queue<Event> queue_;
  std::uint64_t sequence_ = 0;
};

/// The hold model (Jones, "An empirical comparison of priority-queue and event-set implementations", CACM 1986): with
/// `pending` events in the queue, remove the earliest and insert one a random span later.
template <class Queue>
class Hold {
 public:
  explicit Hold(std::size_t pending) {
    for (std::size_t i = 0; i < pending; ++i) queue_.push(next_span() * static_cast<std::int64_t>(1 + i % 7));
  }

  /// Returns the sum of the removed times: equal for all correct queues.
  std::uint64_t run(std::size_t count) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t time = queue_.pop();
      sum += static_cast<std::uint64_t>(time);
      queue_.push(time + next_span());
    }
    return sum;
  }

 private:
  std::int64_t next_span() { return spans_[next_++ & (spans_.size() - 1)]; }

  Queue queue_;
  const std::vector<std::int64_t>& spans_ = hold_spans();
  std::size_t next_ = 0;
};

/// Holds per CPU second of the project's queue: the anchor that rates of the whole engine are divided by.
inline double hold_rate(std::size_t pending) {
  constexpr std::size_t kCount = 2'000'000;
  Hold<PackedQueue> hold(pending);
  std::uint64_t sum = hold.run(kCount / 10);
  const double began = cpu_seconds();
  sum += hold.run(kCount);
  const double spent = cpu_seconds() - began;
  return sum == 0 ? 0 : static_cast<double>(kCount) / spent;
}

}  // namespace sim::bench
