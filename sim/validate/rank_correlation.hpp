#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sim::validate {

/// Ranks from 1, by position in `values`; equal values share the mean of the ranks that they take together.
[[nodiscard]] std::vector<double> ranks_of(const std::vector<double>& values);

/// Spearman's rank correlation of two lists of equal length: Pearson's correlation of their ranks, in [-1, 1], which is
/// right with ties too (Kendall, Rank Correlation Methods, 1948). Empty when one list is all equal, or has less than
/// two values: then there is no order to compare.
[[nodiscard]] std::optional<double> spearman(const std::vector<double>& left, const std::vector<double>& right);

/// Predicted and measured times of the rows of one group, s.
struct PairedTimes {
  std::vector<double> predicted;
  std::vector<double> measured;
};

struct GroupCorrelation {
  int n = 0;                          ///< rows
  std::optional<double> correlation;  ///< empty: all predictions or all measurements are equal
};

/// Whether predictions put the rows of each group in the order that was measured.
struct RankCorrelation {
  int groups = 0;   ///< that have a correlation
  int n = 0;        ///< rows in them
  double mean = 0;  ///< of their correlations, each weighted by its rows; 0 without groups
  std::map<std::string, GroupCorrelation> by_group;
};

/// Fewer rows say too little: two are in order or they are not.
inline constexpr std::size_t kFewestRanked = 3;

/// Leaves out groups of fewer than kFewestRanked rows.
[[nodiscard]] RankCorrelation correlate_ranks(const std::map<std::string, PairedTimes>& groups);

}  // namespace sim::validate
