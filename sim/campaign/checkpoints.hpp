#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/campaign/plan.hpp"

namespace sim::campaign {

/// Steps at one pace: step `first` begins at `from`.
struct Pace {
  Moment from;
  std::int64_t first = 0;
  double step_seconds = 0;
  [[nodiscard]] Moment end_of(std::int64_t steps_done) const;  ///< when so many steps of the run are done
  [[nodiscard]] std::int64_t done_by(Moment now) const;        ///< whole steps of the run
};

/// A state of the model that was kept.
struct Saved {
  std::int64_t step = 0;
  Span productive{};  ///< of the run up to that step
  Moment at;          ///< when that step was done
  Moment usable;
};

/// A state to go on from.
struct Restored {
  Saved saved;
  Seconds load;
};

/// The checkpoints of a run, tier by tier: the newest and the one before, which stands until the newest is written.
class Checkpoints {
 public:
  Checkpoints(const std::vector<CheckpointTier>& tiers, Moment start);

  /// First step after `step` at which some tier makes the run stand still.
  [[nodiscard]] std::int64_t next_stall(std::int64_t step, double step_seconds) const;
  /// How long the run stands still after this step for the tiers that saved it.
  [[nodiscard]] Seconds stall_at(std::int64_t step) const;
  /// Steps between two saves where there is one tier that stalls and has just saved; else 0.
  [[nodiscard]] std::int64_t regular_interval(std::int64_t step, double step_seconds) const;
  /// That one tier saved so many times; the last two saves.
  void skip(std::int64_t saves, const Saved& before, const Saved& newest);
  /// Steps pace.first to `done` were made; `productive` is the run's at the first of them.
  void advance(const Pace& pace, std::int64_t done, Span productive);
  /// All tiers save now, as before a planned stop.
  void save_all(std::int64_t step, Span productive, Moment now);
  /// A failure of this scope: the newest state that is left, and what did not survive is gone.
  Restored restore(Moment now, Scope scope);

  [[nodiscard]] std::int64_t saves() const { return saves_; }

 private:
  struct Tier {
    CheckpointTier plan;
    std::optional<Saved> newest, before;
    std::int64_t anchor = 0;  ///< step from which the next save is counted
  };
  static std::int64_t interval(const Tier& tier, double step_seconds);
  static std::int64_t next_save(const Tier& tier, std::int64_t step, double step_seconds);

  Moment start_;
  std::vector<Tier> tiers_;
  std::int64_t saves_ = 0;
};

}  // namespace sim::campaign
