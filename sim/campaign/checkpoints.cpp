#include "sim/campaign/checkpoints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sim::campaign {

Moment Pace::end_of(std::int64_t steps_done) const {
  return from + span_of(Seconds(static_cast<double>(steps_done - first) * step_seconds));
}

std::int64_t Pace::done_by(Moment now) const {
  auto done = first + static_cast<std::int64_t>(seconds_of(now - from).value() / step_seconds);
  while (done > first && end_of(done) > now) --done;
  while (end_of(done + 1) <= now) ++done;
  return done;
}

Checkpoints::Checkpoints(const std::vector<CheckpointTier>& tiers, Moment start) : start_(start) {
  for (const CheckpointTier& tier : tiers) tiers_.push_back({tier, std::nullopt, std::nullopt, 0});
}

// Rounded up, so that what is still being written has its time.
std::int64_t Checkpoints::interval(const Tier& tier, double step_seconds) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(tier.plan.every.value() / step_seconds - 1e-9)));
}

std::int64_t Checkpoints::next_save(const Tier& tier, std::int64_t step, double step_seconds) {
  return std::max(step + 1, tier.anchor + interval(tier, step_seconds));
}

std::int64_t Checkpoints::next_stall(std::int64_t step, double step_seconds) const {
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  for (const Tier& tier : tiers_) {
    if (tier.plan.stall.value() > 0) next = std::min(next, next_save(tier, step, step_seconds));
  }
  return next;
}

Seconds Checkpoints::stall_at(std::int64_t step) const {
  Seconds stall;
  for (const Tier& tier : tiers_) {
    if (tier.newest && tier.newest->step == step) stall += tier.plan.stall;
  }
  return stall;
}

std::int64_t Checkpoints::regular_interval(std::int64_t step, double step_seconds) const {
  if (tiers_.size() != 1 || tiers_.front().anchor != step || tiers_.front().plan.stall.value() <= 0) return 0;
  return interval(tiers_.front(), step_seconds);
}

void Checkpoints::skip(std::int64_t saves, const Saved& before, const Saved& newest) {
  Tier& tier = tiers_.front();
  tier.before = saves > 1 ? before : tier.newest;
  tier.newest = newest;
  tier.anchor = newest.step;
  saves_ += saves;
}

void Checkpoints::advance(const Pace& pace, std::int64_t done, Span productive) {
  for (Tier& tier : tiers_) {
    const std::int64_t every = interval(tier, pace.step_seconds);
    const std::int64_t first = next_save(tier, pace.first, pace.step_seconds);
    if (first > done) continue;
    const std::int64_t more = (done - first) / every;
    const auto saved = [&](std::int64_t step) {
      const Moment at = pace.end_of(step);
      return Saved{step, productive + (at - pace.from), at, at + span_of(tier.plan.stall + tier.plan.write)};
    };
    tier.before = more > 0 ? saved(first + (more - 1) * every) : tier.newest;
    tier.newest = saved(first + more * every);
    tier.anchor = tier.newest->step;
    saves_ += more + 1;
  }
}

void Checkpoints::save_all(std::int64_t step, Span productive, Moment now) {
  for (Tier& tier : tiers_) {
    tier.before = tier.newest;
    tier.newest = Saved{step, productive, now, now};
    tier.anchor = step;
  }
  ++saves_;
}

Restored Checkpoints::restore(Moment now, Scope scope) {
  Restored best{{0, Span{}, start_, start_}, Seconds()};
  for (Tier& tier : tiers_) {
    if (tier.newest && tier.newest->usable > now) tier.newest = tier.before;
    tier.before.reset();
    if (tier.plan.survives < scope) tier.newest.reset();
    if (!tier.newest) continue;
    const bool is_newer = tier.newest->step > best.saved.step;
    const bool is_faster = tier.newest->step == best.saved.step && tier.plan.load < best.load;
    if (is_newer || is_faster) best = {*tier.newest, tier.plan.load};
  }
  for (Tier& tier : tiers_) tier.anchor = best.saved.step;
  return best;
}

}  // namespace sim::campaign
