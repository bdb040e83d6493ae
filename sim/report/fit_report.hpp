#pragma once

#include <string>
#include <vector>

#include "sim/validate/fit.hpp"

namespace sim::report {

/// Scores of the sets of constants over the well-specified records, then the factors with what the runs leave
/// open and how far leaving out one family moves them.
[[nodiscard]] std::string fit_text(const validate::Fit& fit, const std::vector<validate::SharedConstant>& constants);

/// The same as data. Errors are fractions.
[[nodiscard]] std::string fit_json(const validate::Fit& fit, const std::vector<validate::SharedConstant>& constants);

/// Comment at the top of catalog/fitted.yaml.
[[nodiscard]] std::string fitted_catalogue_head();

}  // namespace sim::report
