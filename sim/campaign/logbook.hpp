#pragma once

#include <cstdint>
#include <vector>

#include "sim/campaign/checkpoints.hpp"
#include "sim/campaign/run.hpp"

namespace sim::campaign {

/// The clock of one run, and what was done with its time.
class Logbook {
 public:
  Logbook(const Plan& plan, Moment start, std::vector<Stretch>* timeline);

  [[nodiscard]] Moment now() const { return now_; }
  /// Time of the steps kept so far.
  [[nodiscard]] Span productive() const { return outcome_.spans[index(State::productive)]; }

  /// The state from now until then, which becomes now. Throws infeasible when the run gets too long.
  void book(State state, Moment until);
  /// So many times steps and a checkpoint, without a line in the timeline for each.
  void book_cycles(std::int64_t count, Span steps, Span stall);
  [[nodiscard]] bool keeps_timeline() const { return timeline_ != nullptr; }
  /// Everything after this was in vain.
  void undo(const Saved& saved);
  void use_level(std::size_t level) { level_ = level; }
  void failed(std::size_t component) { ++outcome_.failures[component]; }
  void restarted() { ++outcome_.restarts; }
  void broke() { ++outcome_.repairs; }

  /// The run ends now.
  [[nodiscard]] Outcome outcome(std::int64_t steps, std::int64_t checkpoints);

 private:
  [[noreturn]] void refuse() const;
  void record(State state, Moment until);
  void relabel(Moment from);

  const Plan& plan_;
  Moment now_;
  Outcome outcome_;
  std::vector<Stretch>* timeline_;
  std::size_t level_ = 0;
  std::int64_t events_ = 0;
};

}  // namespace sim::campaign
