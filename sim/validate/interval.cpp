#include "sim/validate/interval.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "sim/base/error.hpp"

namespace sim::validate {
namespace {

constexpr double kFamilyPower = -0.35;     // of a row in a family of n rows, as in the fit: they share their mistakes
constexpr double kOutside = 0.1;           // chance below P10, and above P90
constexpr double kGenerationPower = -1.0;  // each generation is one draw of what another one may bring

struct Weighted {
  double ratio = 1;  // measured / predicted
  double weight = 1;
};

struct Sample {
  std::vector<Weighted> ratios;
  std::size_t families = 0;
  double draws = 0;  // that the rows are worth: a group of n counts n^(1 + power)
};

// A row in a group of n rows weighs n^power.
Sample sample(const std::vector<ResidualRow>& rows, double ResidualRow::*predicted, std::string ResidualRow::*group,
              double power, const std::function<bool(const ResidualRow&)>& counts) {
  std::map<std::string, int> sizes;
  std::set<std::string> families;
  for (const ResidualRow& row : rows) {
    if (!row.well_specified || !counts(row)) continue;
    ++sizes[row.*group];
    families.insert(row.family);
  }
  Sample result;
  result.families = families.size();
  for (const auto& [name, size] : sizes) result.draws += std::pow(size, 1 + power);
  for (const ResidualRow& row : rows) {
    if (!row.well_specified || !counts(row)) continue;
    result.ratios.push_back({row.measured_seconds / row.*predicted, std::pow(sizes[row.*group], power)});
  }
  std::sort(result.ratios.begin(), result.ratios.end(), [](const auto& a, const auto& b) { return a.ratio < b.ratio; });
  return result;
}

// Each value stands in the middle of its weight; linear between the middles, flat beyond the outer ones.
double weighted_quantile(const std::vector<Weighted>& sorted, double share) {
  double whole = 0, before = 0;
  for (const Weighted& one : sorted) whole += one.weight;
  double last_middle = 0, last_ratio = sorted.front().ratio;
  for (const Weighted& one : sorted) {
    const double middle = (before + one.weight / 2) / whole;
    if (middle >= share) {
      if (middle <= last_middle) return one.ratio;
      return last_ratio + (one.ratio - last_ratio) * (share - last_middle) / (middle - last_middle);
    }
    before += one.weight;
    last_middle = middle;
    last_ratio = one.ratio;
  }
  return sorted.back().ratio;
}

bool is_enough(const Sample& sample) {
  return sample.ratios.size() >= kFewestRuns && sample.families >= kFewestFamilies;
}

Interval interval(const Sample& sample, bool own_chip, const std::string& basis) {
  // The k-th smallest of n draws stands at (k - 1/2) / n of their weight, but the next draw lies below it with the
  // chance k / (n + 1) (Weibull's plotting position; Gumbel, Statistics of Extremes, 1958, section 1.2).
  const double share = std::max(0.0, (kOutside * (sample.draws + 1) - 0.5) / sample.draws);
  return {weighted_quantile(sample.ratios, share), weighted_quantile(sample.ratios, 1 - share),
          static_cast<int>(sample.ratios.size()), own_chip, std::to_string(sample.ratios.size()) + basis};
}

}  // namespace

Interval interval_of(const std::vector<ResidualRow>& rows, const std::string& generation, const std::string& regime) {
  check(!rows.empty(), "an interval without runs");
  const auto of_generation = [&](const std::function<bool(const ResidualRow&)>& counts) {
    return sample(rows, &ResidualRow::left_out_seconds, &ResidualRow::family, kFamilyPower,
                  [&](const ResidualRow& row) { return row.generation == generation && counts(row); });
  };
  const Sample alike = of_generation([&](const ResidualRow& row) { return row.regime == regime; });
  if (is_enough(alike)) return interval(alike, true, " measured " + regime + " runs of its chip generation");
  const Sample own = of_generation([](const ResidualRow&) { return true; });
  if (is_enough(own)) return interval(own, true, " measured runs of its chip generation");
  // With one or two families nobody knows what a third would find: the few runs there are say less than how wrong we
  // were about other generations before they were measured.
  const Sample others = sample(rows, &ResidualRow::generation_left_out_seconds, &ResidualRow::generation,
                               kGenerationPower, [](const ResidualRow&) { return true; });
  return interval(others, false, " measured runs of other chips, each generation predicted without its own");
}

double coverage(const std::vector<ResidualRow>& rows) {
  std::map<std::string, std::vector<ResidualRow>> without;  // by family
  for (const ResidualRow& row : rows) without[row.family];
  for (auto& [family, others] : without) {
    const std::string& name = family;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(others),
                 [&](const ResidualRow& row) { return row.family != name; });
  }
  int inside = 0, count = 0;
  for (const ResidualRow& row : rows) {
    if (!row.well_specified) continue;
    const Interval interval = interval_of(without.at(row.family), row.generation, row.regime);
    const double predicted = interval.own_chip ? row.left_out_seconds : row.generation_left_out_seconds;
    const double ratio = row.measured_seconds / predicted;
    if (ratio >= interval.p10 && ratio <= interval.p90) ++inside;
    ++count;
  }
  return count > 0 ? static_cast<double>(inside) / count : 0;
}

}  // namespace sim::validate
