#pragma once

#include <optional>

#include "sim/iteration/simulate.hpp"
#include "sim/validate/interval.hpp"

namespace sim::validate {

/// The interval of one simulated job, from validation/residuals.csv of the data directory: that of the generation of
/// its chips and the regime of the rank that sets the pace; of a mixed fleet the widest. Empty when that file is
/// missing.
[[nodiscard]] std::optional<Interval> answer_interval(const iteration::Job& job,
                                                      const iteration::IterationResult& result);

}  // namespace sim::validate
