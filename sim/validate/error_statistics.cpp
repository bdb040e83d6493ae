#include "sim/validate/error_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/base/error.hpp"

namespace sim::validate {

double quantile(std::vector<double> values, double share) {
  check(!values.empty() && share >= 0 && share <= 1, "a quantile needs values and a share in [0, 1]");
  std::sort(values.begin(), values.end());
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (rank - static_cast<double>(below)) * (values[above] - values[below]);
}

ErrorSummary summarise(const std::vector<double>& signed_errors) {
  ErrorSummary summary;
  if (signed_errors.empty()) return summary;
  std::vector<double> absolute;
  for (const double error : signed_errors) absolute.push_back(std::abs(error));
  const auto count = static_cast<double>(absolute.size());
  summary.n = static_cast<int>(absolute.size());
  summary.mape = std::accumulate(absolute.begin(), absolute.end(), 0.0) / count;
  summary.median_ape = quantile(absolute, 0.5);
  summary.p90_ape = quantile(absolute, 0.9);
  summary.bias = std::accumulate(signed_errors.begin(), signed_errors.end(), 0.0) / count;
  return summary;
}

SummaryMap summarise_each(const std::map<std::string, std::vector<double>>& signed_errors) {
  SummaryMap summaries;
  for (const auto& [name, list] : signed_errors) summaries[name] = summarise(list);
  return summaries;
}

}  // namespace sim::validate
