#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/engine/sim_time.hpp"

namespace sim::engine {

/// Pending events in order of (time, insertion). A 4-ary heap of 16-byte integer keys: time, sequence number and the
/// id of what wakes are packed into one 128-bit word, so that a comparison is one instruction pair and never a branch
/// on ties. Anchors: bench/queue.
class EventQueue {
 public:
  struct Event {
    SimTime time;
    std::uint32_t id;
  };

  static constexpr int kIdBits = 28;
  static constexpr std::uint64_t kMostIds = std::uint64_t{1} << kIdBits;

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] SimTime next_time() const { return time_of(heap_.front()); }

  /// `id` < 2^28, `time` >= 0.
  void push(SimTime time, std::uint32_t id) {
    check(sequence_ < (std::uint64_t{1} << (64 - kIdBits)), "more events than the queue can number");
    const Key key = (static_cast<Key>(time.picoseconds()) << 64) | (sequence_++ << kIdBits) | id;
    heap_.push_back(key);
    sift_up(heap_.size() - 1, key);
  }

  /// Removes and returns the earliest event; the queue must not be empty.
  Event pop() {
    const Key top = heap_.front();
    const Key last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_down(last);
    return {time_of(top), static_cast<std::uint32_t>(static_cast<std::uint64_t>(top) & (kMostIds - 1))};
  }

  void reserve(std::size_t count) { heap_.reserve(count); }

 private:
  __extension__ using Key = unsigned __int128;

  static SimTime time_of(Key key) { return SimTime(static_cast<std::int64_t>(key >> 64)); }

  void sift_up(std::size_t position, Key key) {
    while (position > 0) {
      const std::size_t parent = (position - 1) / 4;
      if (heap_[parent] <= key) break;
      heap_[position] = heap_[parent];
      position = parent;
    }
    heap_[position] = key;
  }

  void sift_down(Key key) {
    const std::size_t count = heap_.size();
    std::size_t position = 0;
    for (std::size_t child = 1; child < count; child = 4 * position + 1) {
      const std::size_t least = child + 3 < count ? least_of_four(child) : least_of_rest(child, count);
      if (key <= heap_[least]) break;
      heap_[position] = heap_[least];
      position = least;
    }
    heap_[position] = key;
  }

  [[nodiscard]] std::size_t least_of_four(std::size_t child) const {
    const std::size_t left = child + static_cast<std::size_t>(heap_[child + 1] < heap_[child]);
    const std::size_t right = child + 2 + static_cast<std::size_t>(heap_[child + 3] < heap_[child + 2]);
    return heap_[right] < heap_[left] ? right : left;
  }

  [[nodiscard]] std::size_t least_of_rest(std::size_t child, std::size_t count) const {
    std::size_t least = child;
    for (std::size_t other = child + 1; other < count; ++other) {
      if (heap_[other] < heap_[least]) least = other;
    }
    return least;
  }

  std::vector<Key> heap_;
  std::uint64_t sequence_ = 0;
};

}  // namespace sim::engine
