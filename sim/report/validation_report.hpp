#pragma once

#include <string>

#include "sim/validate/validate.hpp"

namespace sim::report {

/// Errors first, then the tables by chip and by family, the ten worst records and what was not simulated and why.
[[nodiscard]] std::string validation_text(const validate::Validation& validation);

/// The same as data: docs/cli.md and the contract of `validate --json`. Fractions, never percent.
[[nodiscard]] std::string validation_json(const validate::Validation& validation);

}  // namespace sim::report
