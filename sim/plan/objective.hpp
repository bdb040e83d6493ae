#pragma once

#include "sim/campaign/money.hpp"
#include "sim/iteration/simulate.hpp"

namespace sim::plan {

/// What a search makes as small as it can.
enum class Goal { days, dollars, energy };

/// What an iteration of a job costs by the goal: s, US dollars or J at the meter. The chips that are spare idle; what
/// breaks is left out, as are checkpoints and a life of the machines that ends before the run does.
struct Objective {
  Goal goal = Goal::days;
  double fixed = 1;       ///< of every second, whatever the chips do
  double each_joule = 0;  ///< of a joule at the machines
  int chips = 0;          ///< of the fleet
  Watts design, idle;     ///< of a chip: design power; one that is spare, with what stands around it
  campaign::PowerShares shares;

  /// No strategy of `ranks` chips costs less that takes `seconds`.
  [[nodiscard]] double least(double seconds, int ranks) const;

  /// Seconds at which every strategy, of however many chips, costs more than `cost`.
  [[nodiscard]] double seconds_for(double cost) const;

  /// Of a simulated strategy.
  [[nodiscard]] double cost(const iteration::IterationResult& result, int ranks) const;

 private:
  [[nodiscard]] double of_second(double share, int ranks) const;
  [[nodiscard]] double least_share() const;
};

/// For a job with one fleet entry. Throws InputError where a chip has no design power or no price and the goal needs
/// it.
[[nodiscard]] Objective objective_of(const iteration::Job& job, Goal goal, const campaign::Economics& economics);

}  // namespace sim::plan
