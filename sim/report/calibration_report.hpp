#pragma once

#include <string>

#include "sim/validate/calibrate.hpp"

namespace sim::report {

/// What was read, errors before, after and held out, then the factors and those that the measurements leave open.
[[nodiscard]] std::string calibration_text(const validate::Calibration& calibration);

/// The same as data: docs/cli.md. Errors are fractions, times seconds; null where there is no hold-out.
[[nodiscard]] std::string calibration_json(const validate::Calibration& calibration);

}  // namespace sim::report
