#include "sim/validate/rank_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/base/error.hpp"

namespace sim::validate {

std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = (static_cast<double>(begin + 1) + static_cast<double>(end)) / 2;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = shared;
  }
  return ranks;
}

std::optional<double> spearman(const std::vector<double>& left, const std::vector<double>& right) {
  check(left.size() == right.size(), "rank correlation compares lists of equal length");
  const std::vector<double> a = ranks_of(left), b = ranks_of(right);
  const double mean = (static_cast<double>(a.size()) + 1) / 2;  // of any ranks of this many values
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean) * (a[i] - mean);
    bb += (b[i] - mean) * (b[i] - mean);
    ab += (a[i] - mean) * (b[i] - mean);
  }
  if (aa == 0 || bb == 0) return std::nullopt;
  return ab / std::sqrt(aa * bb);
}

RankCorrelation correlate_ranks(const std::map<std::string, PairedTimes>& groups) {
  RankCorrelation result;
  double weighted = 0;
  for (const auto& [name, times] : groups) {
    if (times.predicted.size() < kFewestRanked) continue;
    const int rows = static_cast<int>(times.predicted.size());
    const std::optional<double> correlation = spearman(times.predicted, times.measured);
    result.by_group[name] = {rows, correlation};
    if (!correlation) continue;
    ++result.groups;
    result.n += rows;
    weighted += rows * *correlation;
  }
  if (result.n > 0) result.mean = weighted / result.n;
  return result;
}

}  // namespace sim::validate
