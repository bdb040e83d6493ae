#pragma once

#include <functional>
#include <vector>

#include "sim/validate/record.hpp"
#include "sim/validate/residual_table.hpp"
#include "sim/validate/shared_constants.hpp"

namespace sim::validate {

/// One shared constant, with its smallest and largest factor when one family of records or one chip generation is left
/// out.
struct FittedConstant {
  FittedFactor fitted;
  double least = 1;
  double most = 1;
};

struct Fit {
  std::vector<FittedConstant> constants;  ///< in the order of the input
  std::vector<ResidualRow> rows;          ///< of the records that can be simulated, in their order
};

/// Fits the factors of `constants` to the well-specified records: minimises
///   sum over records of w rho(log(predicted / measured) / 0.06) + sum over constants of (log(factor) / prior_error)^2,
/// rho(x) = 2 (sqrt(1 + x^2) - 1) (soft L1), w = n^-0.35 for a record of a family of n, which share their mistakes;
/// by Gauss-Newton steps with reweighting (Eigen), each from simulated derivatives. Then leaves out each family and
/// each chip generation in turn on the last linearisation and simulates its records with what the others say.
/// `progress(simulations done)` is called if it is set. Source of the form: docs/model.md, "Fit".
[[nodiscard]] Fit fit_constants(const std::vector<Record>& records, const std::vector<SharedConstant>& constants,
                                const std::function<void(std::size_t)>& progress = {});

}  // namespace sim::validate
