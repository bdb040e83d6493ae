#pragma once

#include <string>
#include <vector>

#include "sim/validate/residual_table.hpp"

namespace sim::validate {

/// What measured runs say about the error of one predicted time: factors on the prediction.
struct Interval {
  double p10 = 1;         ///< one measured run in ten took less than p10 x the prediction
  double p90 = 1;         ///< one in ten took more than p90 x the prediction
  int runs = 0;           ///< well-specified records that it rests on
  bool own_chip = false;  ///< false: no usable runs of this generation, other generations' errors when left out
  std::string basis;      ///< in words: "124 runs on A100 of this kind, each family left out"
};

/// Quantiles of measured / predicted over the rows of a chip generation (a file of catalog/kernels) in one regime.
/// Predictions are those whose constants were fitted without the row's family, so that the interval is one for runs
/// that nobody fitted; with fewer than kFewestRuns rows or kFewestFamilies families in the regime all regimes count,
/// and without those the generation itself is left out: then the interval is that of all generations, predicted as if
/// they had never been measured. A family of n rows weighs n^0.65, as in the fit; with generations left out each of
/// them weighs the same. Few families widen the interval by what a further one may bring. `rows` must not be empty.
[[nodiscard]] Interval interval_of(const std::vector<ResidualRow>& rows, const std::string& generation,
                                   const std::string& regime);
inline constexpr int kFewestRuns = 12;
inline constexpr int kFewestFamilies = 3;

/// Share of the well-specified rows whose measured time lies inside the interval that the rows of all other families
/// give for them: what P10 to P90 promises is 0.8.
[[nodiscard]] double coverage(const std::vector<ResidualRow>& rows);

}  // namespace sim::validate
