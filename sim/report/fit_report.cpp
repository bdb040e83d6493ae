#include "sim/report/fit_report.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "sim/validate/error_statistics.hpp"
#include "sim/validate/interval.hpp"

namespace sim::report {
namespace {

using validate::ErrorSummary;
using validate::Fit;
using validate::ResidualRow;

struct Score {
  const char* name;
  ErrorSummary errors;
  double mean_of_families;  // of their MAPEs
};

Score score(const Fit& fit, const char* name, double ResidualRow::*seconds) {
  std::vector<double> errors;
  std::map<std::string, std::vector<double>> by_family;
  for (const ResidualRow& row : fit.rows) {
    if (!row.well_specified) continue;
    errors.push_back(row.*seconds / row.measured_seconds - 1);
    by_family[row.family].push_back(errors.back());
  }
  double sum = 0;
  for (const auto& [family, summary] : validate::summarise_each(by_family)) sum += summary.mape;
  return {name, validate::summarise(errors), by_family.empty() ? 0 : sum / static_cast<double>(by_family.size())};
}

std::vector<Score> scores(const Fit& fit) {
  return {score(fit, "physics", &ResidualRow::physics_seconds), score(fit, "fitted", &ResidualRow::fitted_seconds),
          score(fit, "left_out", &ResidualRow::left_out_seconds),
          score(fit, "new_chip", &ResidualRow::generation_left_out_seconds)};
}

}  // namespace

std::string fit_text(const Fit& fit, const std::vector<validate::SharedConstant>& constants) {
  std::string text =
      fmt::format("{:<10}{:>5}{:>9}{:>9}{:>9}{:>9}{:>12}\n", "%", "n", "MAPE", "median", "p90", "bias", "of families");
  for (const Score& one : scores(fit)) {
    text += fmt::format("{:<10}{:>5}{:>9.2f}{:>9.2f}{:>9.2f}{:>+9.2f}{:>12.2f}\n", one.name, one.errors.n,
                        100 * one.errors.mape, 100 * one.errors.median_ape, 100 * one.errors.p90_ape,
                        100 * one.errors.bias, 100 * one.mean_of_families);
  }
  text += fmt::format("\nmeasured between P10 and P90 of the other families: {:.1f} %\n",
                      100 * validate::coverage(fit.rows));
  text += fmt::format("\n{:<56}{:>8}{:>8}{:>8}{:>16}\n", "factor over the catalogue", "factor", "prior", "left",
                      "one left out");
  for (std::size_t j = 0; j < constants.size(); ++j) {
    const validate::FittedConstant& fitted = fit.constants[j];
    text += fmt::format("{:<56}{:>8.3f}{:>7.0f}%{:>7.1f}%{:>8.3f}-{:.3f}\n", constants[j].name, fitted.fitted.factor,
                        100 * constants[j].prior_error, 100 * fitted.fitted.error, fitted.least, fitted.most);
  }
  return text;
}

std::string fit_json(const Fit& fit, const std::vector<validate::SharedConstant>& constants) {
  nlohmann::ordered_json json;
  for (const Score& one : scores(fit)) {
    json["scores"][one.name] = {{"n", one.errors.n},
                                {"mape", one.errors.mape},
                                {"median_ape", one.errors.median_ape},
                                {"p90_ape", one.errors.p90_ape},
                                {"bias", one.errors.bias},
                                {"mean_of_families", one.mean_of_families}};
  }
  json["coverage"] = validate::coverage(fit.rows);
  json["constants"] = nlohmann::ordered_json::array();
  for (std::size_t j = 0; j < constants.size(); ++j) {
    const validate::FittedConstant& fitted = fit.constants[j];
    json["constants"].push_back({{"name", constants[j].name},
                                 {"factor", fitted.fitted.factor},
                                 {"prior_error", constants[j].prior_error},
                                 {"error", fitted.fitted.error},
                                 {"least_with_one_family_left_out", fitted.least},
                                 {"most_with_one_family_left_out", fitted.most}});
  }
  return json.dump(2) + "\n";
}

std::string fitted_catalogue_head() {
  return "# Written by scripts/fit: what whole runs make of the constants that catalog/shared_constants.yaml "
         "names.\n"
         "# Laid over the files of the catalogue when they are read. To change a constant, change its file or the "
         "list,\n"
         "# and run scripts/fit.\n";
}

}  // namespace sim::report
