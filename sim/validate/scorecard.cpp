#include "sim/validate/scorecard.hpp"

#include "sim/validate/grid_slopes.hpp"
#include "sim/validate/interval.hpp"

namespace sim::validate {
namespace {

struct Aims {
  double mape, median, p90;
};

std::vector<double> errors_of(const std::vector<ResidualRow>& rows, double ResidualRow::*predicted) {
  std::vector<double> errors;
  for (const ResidualRow& row : rows) {
    if (row.well_specified) errors.push_back(row.*predicted / row.measured_seconds - 1);
  }
  return errors;
}

void add_three(std::vector<Score>& scores, const std::string& what, const ErrorSummary& errors, const Aims& aims) {
  scores.push_back({what + ": mean absolute error", errors.mape, aims.mape});
  scores.push_back({what + ": median", errors.median_ape, aims.median});
  scores.push_back({what + ": 90th percentile", errors.p90_ape, aims.p90});
}

double mean_of_families(const std::vector<ResidualRow>& rows, double ResidualRow::*predicted) {
  std::map<std::string, std::vector<double>> by_family;
  for (const ResidualRow& row : rows) {
    if (row.well_specified) by_family[row.family].push_back(row.*predicted / row.measured_seconds - 1);
  }
  double sum = 0;
  for (const auto& [family, errors] : by_family) sum += summarise(errors).mape;
  return sum / static_cast<double>(by_family.size());
}

// Mean absolute error of the results that count; nothing where there are none.
template <class Counts>
void add_mape(std::vector<Score>& scores, const Validation& validation, const std::string& what, double aim,
              const Counts& counts) {
  std::vector<double> errors;
  for (const RecordResult& row : validation.records) {
    if (row.status == Status::ok && counts(row)) errors.push_back(row.error);
  }
  if (!errors.empty()) scores.push_back({what, summarise(errors).mape, aim});
}

}  // namespace

std::vector<Score> fit_scores(const std::vector<ResidualRow>& rows) {
  std::vector<Score> scores;
  if (errors_of(rows, &ResidualRow::fitted_seconds).empty()) return scores;
  add_three(scores, "all fitted", summarise(errors_of(rows, &ResidualRow::fitted_seconds)), {0.06, 0.04, 0.14});
  add_three(scores, "each family left out", summarise(errors_of(rows, &ResidualRow::left_out_seconds)),
            {0.07, 0.045, 0.17});
  scores.push_back(
      {"each family left out: mean of families", mean_of_families(rows, &ResidualRow::left_out_seconds), 0.10});
  add_three(scores, "nothing fitted but the host time", summarise(errors_of(rows, &ResidualRow::physics_seconds)),
            {0.085, 0.06, 0.19});
  const double covered = coverage(rows);
  scores.push_back({"inside P10 to P90 of the other families: at least", covered, 0.75, true});
  scores.push_back({"inside P10 to P90 of the other families: at most", covered, 0.85});
  return scores;
}

std::vector<Score> run_scores(const Validation& validation) {
  std::vector<Score> scores;
  double well_specified = 0, refused = 0;
  for (const RecordResult& row : validation.records) {
    if (!row.well_specified) continue;
    ++well_specified;
    if (row.status != Status::ok) ++refused;
  }
  if (well_specified > 0) scores.push_back({"well-specified records not simulated", refused / well_specified, 0.03});
  const auto add_chip = [&](const std::string& name, const std::string& prefix, double aim) {
    add_mape(scores, validation, name + ": mean absolute error", aim,
             [&](const RecordResult& row) { return row.well_specified && row.chip.rfind(prefix, 0) == 0; });
  };
  add_chip("V100", "V100", 0.07);
  add_chip("A100", "A100", 0.06);
  add_chip("H100 of 700 W", "H100-SXM5-80GB", 0.055);
  add_chip("H100 of 500 W", "H100-SXM5-96GB", 0.12);
  add_chip("B200", "B200", 0.08);
  add_mape(scores, validation, "Korthikanti et al. 2022, table 5", 0.0365,
           [](const RecordResult& row) { return row.id.rfind("korthikanti22-t5-", 0) == 0; });
  add_mape(scores, validation, "not well specified, dense", 0.13,
           [](const RecordResult& row) { return !row.well_specified && !row.has_experts; });
  add_mape(scores, validation, "not well specified, experts", 0.20,
           [](const RecordResult& row) { return !row.well_specified && row.has_experts; });
  add_mape(scores, validation, "one-node A100 grid", 0.06,
           [](const RecordResult& row) { return row.family == kOneNodeGrid; });
  const std::vector<GridCell> cells = grid_slopes(validation.records, kOneNodeGrid);
  if (!cells.empty()) {
    scores.push_back({"one-node A100 grid: slope per layer, median of cells", median_layer_slope_error(cells), 0.05});
  }
  const RankCorrelation& ranks = validation.well_specified.rank_correlation;
  if (ranks.groups > 0) {
    scores.push_back({"rank correlation within one model and size", ranks.mean, 0.9, true});
  }
  return scores;
}

std::vector<Score> table_scores(const TimingTable& kernels, const TimingTable& collectives) {
  std::vector<Score> scores;
  for (const auto& [format, errors] : kernels.total.by_kind) {
    scores.push_back({"products in " + format + ": median", errors.median_ape, format == "fp8" ? 0.07 : 0.055});
  }
  for (const auto& [group, errors] : collectives.by_software_and_size) {
    if (group.ends_with("1 MiB and more"))
      scores.push_back({"collectives, " + group + ": median", errors.median_ape, 0.05});
  }
  return scores;
}

}  // namespace sim::validate
