#pragma once

#include <map>
#include <string>
#include <vector>

namespace sim::validate {

/// Signed errors of a set of records, error = predicted / measured - 1, as fractions.
struct ErrorSummary {
  int n = 0;
  double mape = 0;        ///< mean of the absolute errors; 0 without records, as the others
  double median_ape = 0;  ///< their median: the mean of the middle two for even n
  double p90_ape = 0;     ///< their 90th percentile, interpolated linearly between the order statistics at 0.9 (n - 1)
  double bias = 0;        ///< mean of the signed errors
};

[[nodiscard]] ErrorSummary summarise(const std::vector<double>& signed_errors);

/// Quantile of values, 0 <= share <= 1, by linear interpolation at rank share (n - 1) (type 7 of Hyndman and Fan 1996).
/// `values` must not be empty.
[[nodiscard]] double quantile(std::vector<double> values, double share);

/// One summary for each name.
using SummaryMap = std::map<std::string, ErrorSummary>;

[[nodiscard]] SummaryMap summarise_each(const std::map<std::string, std::vector<double>>& signed_errors);

}  // namespace sim::validate
