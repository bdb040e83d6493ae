#pragma once

#include <cstdint>
#include <string>

#include "sim/base/error.hpp"
#include "sim/sweep/points.hpp"

namespace sim::sweep {

/// One line of JSON for a point that was answered: where it lies, and the main numbers of `simulate run --json`, by the
/// same names and in the same units.
[[nodiscard]] std::string answered_row(std::int64_t index, const Place& place, const std::string& answer_json);

/// For a point that has no answer: `infeasible` or `refused`, with the first message.
[[nodiscard]] std::string refused_row(std::int64_t index, const Place& place, const InputError& error);

/// For a point at which the program failed; the other points are still good.
[[nodiscard]] std::string failed_row(std::int64_t index, const Place& place, const std::string& message);

/// Whether a row is of a point that was answered.
[[nodiscard]] bool is_answered(const std::string& row);

}  // namespace sim::sweep
