#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/rng.hpp"
#include "sim/campaign/plan.hpp"
#include "sim/campaign/run.hpp"

namespace sim::campaign {

/// Expected failures of one part from its arrival to an age (both s). Weibull: (age / scale)^shape with the scale that
/// gives the mean life (Rausand and Hoyland 2004, section 2.12); ages under `early` count early_factor times.
[[nodiscard]] double cumulative_hazard(const Component& component, double age);

/// The age (s) at which that many failures are expected: the inverse.
[[nodiscard]] double age_of_hazard(const Component& component, double hazard);

/// No failure is ever as late.
inline constexpr Moment kNever = Moment::max();

/// When the parts at work fail next. A part that was repaired is as bad as old, so the failures of equal parts are a
/// Poisson process with the sum of their hazards (power-law process; Rausand and Hoyland 2004, section 7.4): its time
/// in units of hazard is exponential with mean 1, whatever the number at work.
class FailureClock {
 public:
  enum class Which { stopping, slowing };
  FailureClock(const Plan& plan, Draw draw, Which which);

  void deliver(const Delivery& delivery);
  /// These nodes of the plan work from now on. Every fleet entry's are spread evenly over its deliveries.
  void resume(Moment now, const Level& level);
  /// Nothing works, so nothing fails.
  void pause(Moment now);

  [[nodiscard]] Moment next() const { return next_; }
  /// Component of the failure at next(). The one after it is drawn.
  std::size_t take();

 private:
  struct Pool {
    std::size_t component = 0, entry = 0;
    double nodes = 0;  ///< of this delivery
    Moment arrived;
    RandomStream stream;
    std::uint64_t draws = 0;
    double remaining = 0;  ///< expected failures until the next one
    double parts = 0;      ///< at work
    Moment since;          ///< when they began to work
    Moment next = kNever;
  };
  void draw(Pool& pool) const;
  void aim(Pool& pool) const;
  void settle(Pool& pool, Moment now) const;
  void find_next();

  const Plan& plan_;
  Draw draw_;
  Which which_;
  std::vector<double> delivered_;  // nodes by entry
  std::vector<Pool> pools_;
  const Level* level_ = nullptr;  // at work, of these deliveries
  std::size_t first_ = 0;
  Moment next_ = kNever;
};

}  // namespace sim::campaign
