#pragma once

#include <string>

#include "sim/validate/timing_table.hpp"
#include "sim/validate/validate.hpp"

namespace sim::report {

/// Errors first, then the tables by chip and by family, the ten worst records and what was not simulated and why.
[[nodiscard]] std::string validation_text(const validate::Validation& validation);

/// The same as data: docs/cli.md and the contract of `validate --json`. Fractions, never percent.
[[nodiscard]] std::string validation_json(const validate::Validation& validation);

/// Errors of measured kernels or collectives (`what`, plural): by chip and link and kind, the worst rows of each chip,
/// and every row that could not be priced with its reason.
[[nodiscard]] std::string timings_text(const validate::TimingTable& table, const std::string& what);

/// The same as data. Fractions, never percent; seconds.
[[nodiscard]] std::string timings_json(const validate::TimingTable& table);

}  // namespace sim::report
