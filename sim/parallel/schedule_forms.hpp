#pragma once

#include <optional>

#include "sim/parallel/schedule.hpp"

namespace sim::parallel {

/// What the paper behind a schedule says of it. F, I and W are the passes through a whole stage, B = I + W.
struct ScheduleForms {
  const char* summary;  ///< one line for people
  const char* bubble;   ///< time that the most idle stage waits, "" where there is no closed form
  const char* holds;    ///< condition of it, "" for none
  const char* held;     ///< most micro-batches that a stage holds
  const char* source;
};

[[nodiscard]] const ScheduleForms& forms_of(ScheduleKind kind);

/// The bubble's closed form in the unit of `stage`, for equal stages without messages; `pairs` says whether passes run
/// in pairs (find_pairs()). Empty where the form does not hold: too few micro-batches, or W beyond F or I.
[[nodiscard]] std::optional<double> closed_form_bubble(ScheduleKind kind, int pp, int vpp, int micro_batches,
                                                       const PassTimes& stage, bool pairs);

}  // namespace sim::parallel
