#include "sim/report/calibration_report.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace sim::report {
namespace {

using nlohmann::ordered_json;
using validate::CalibratedCollectives;
using validate::CalibratedFactor;
using validate::CalibratedRun;
using validate::Calibration;

double error_of(double predicted, const CalibratedRun& run) {
  return predicted / run.log.median - 1;
}

std::size_t hosts_of(const CalibratedCollectives& collectives) {
  return collectives.log.ranks_of_node.size();
}

std::string runs_text(const std::vector<CalibratedRun>& runs) {
  std::string text = fmt::format("{:<28}{:>10}{:>9}{:>9}{:>9}{:>10}   read\n", "training runs", "measured", "scatter",
                                 "before", "after", "held out");
  for (const CalibratedRun& run : runs) {
    const validate::TrainingLog& log = run.log;
    const std::string held_out = run.held_out ? fmt::format("{:+.1f} %", 100 * error_of(*run.held_out, run)) : "-";
    text += fmt::format("{:<28}{:>8.4g} s{:>7.1f} %{:>+7.1f} %{:>+7.1f} %{:>10}   {} of {} reports ({} lines",
                        run.scenario, log.median, 100 * log.scatter, 100 * error_of(run.before, run),
                        100 * error_of(run.after, run), held_out, log.seconds.size(), log.reports, log.lines);
    if (log.warm_up > 0) text += fmt::format(", {} warm-up", log.warm_up);
    if (log.other_batch > 0) text += fmt::format(", {} of another batch", log.other_batch);
    if (log.skipped_steps > 0) text += fmt::format(", {} skipped steps", log.skipped_steps);
    text += ")\n";
  }
  if (runs.size() == 1) {
    text += "  One run has no hold-out error: nothing says how well the factor carries over to other runs.\n";
  }
  return text;
}

std::string collectives_text(const std::vector<CalibratedCollectives>& list) {
  std::string text = fmt::format("{:<28}{:>7}{:>10}{:>9}{:>10}   mean absolute error of\n", "collectives", "sizes",
                                 "before", "after", "held out");
  for (const CalibratedCollectives& one : list) {
    const std::string name =
        fmt::format("{} {} x {}", validate::collective_name(one.log.collective), one.log.ranks(), one.chip);
    text += fmt::format("{:<28}{:>7}{:>8.1f} %{:>7.1f} %{:>8.1f} %   {} on {} host{}{}\n", name, one.after.n,
                        100 * one.before.mape, 100 * one.after.mape, 100 * one.held_out.mape,
                        one.log.device.empty() ? "chips without a name" : one.log.device, hosts_of(one),
                        hosts_of(one) == 1 ? "" : "s",
                        one.log.wrong > 0 ? fmt::format(", {} wrong results left out", one.log.wrong) : "");
  }
  return text;
}

std::string factors_text(const std::vector<CalibratedFactor>& factors) {
  std::string text = fmt::format("{:<36}{:<30}{:>8}{:>9}{:>9}\n", "factor", "of", "factor", "prior", "left");
  std::string open;
  for (const auto& [constant, estimate] : factors) {
    const std::string file = constant.shelf + "/" + constant.ids.front();
    if (!estimate.moved) {
      open += fmt::format("  {} of {}\n", constant.name, file);
      continue;
    }
    text += fmt::format("{:<36}{:<30}{:>8.3f}{:>7.0f} %{:>7.1f} %\n", constant.name, file, estimate.factor,
                        100 * constant.prior_error, 100 * estimate.error);
  }
  if (!open.empty()) text += "\nnot determined by these measurements, left as they were:\n" + open;
  return text;
}

ordered_json summary_json(const validate::ErrorSummary& errors) {
  return {{"n", errors.n},
          {"mape", errors.mape},
          {"median_ape", errors.median_ape},
          {"p90_ape", errors.p90_ape},
          {"bias", errors.bias}};
}

ordered_json run_json(const CalibratedRun& run) {
  const validate::TrainingLog& log = run.log;
  ordered_json json{{"scenario", run.scenario},
                    {"log", log.name},
                    {"lines", log.lines},
                    {"reports", log.reports},
                    {"used", log.seconds.size()},
                    {"warm_up", log.warm_up},
                    {"other_batch", log.other_batch},
                    {"skipped_steps", log.skipped_steps},
                    {"measured_s", log.median},
                    {"scatter", log.scatter},
                    {"before_s", run.before},
                    {"after_s", run.after},
                    {"held_out_s", nullptr},
                    {"error_before", error_of(run.before, run)},
                    {"error_after", error_of(run.after, run)},
                    {"error_held_out", nullptr}};
  if (run.held_out) {
    json["held_out_s"] = *run.held_out;
    json["error_held_out"] = error_of(*run.held_out, run);
  }
  return json;
}

ordered_json collectives_json(const CalibratedCollectives& one) {
  return {{"file", one.log.name},
          {"collective", validate::collective_name(one.log.collective)},
          {"chip", one.chip},
          {"device", one.log.device},
          {"ranks", one.log.ranks()},
          {"hosts", hosts_of(one)},
          {"without_data", one.log.without_data},
          {"wrong", one.log.wrong},
          {"before", summary_json(one.before)},
          {"after", summary_json(one.after)},
          {"held_out", summary_json(one.held_out)}};
}

}  // namespace

std::string calibration_text(const Calibration& calibration) {
  std::string text;
  if (!calibration.collectives.empty()) text += collectives_text(calibration.collectives) + "\n";
  if (!calibration.runs.empty()) text += runs_text(calibration.runs) + "\n";
  return text + factors_text(calibration.factors);
}

std::string calibration_json(const Calibration& calibration) {
  ordered_json json{{"schema_version", 1},
                    {"factors", ordered_json::array()},
                    {"runs", ordered_json::array()},
                    {"collectives", ordered_json::array()}};
  for (const auto& [constant, estimate] : calibration.factors) {
    json["factors"].push_back({{"name", constant.name},
                               {"shelf", constant.shelf},
                               {"id", constant.ids.front()},
                               {"keys", constant.keys},
                               {"moved", estimate.moved},
                               {"factor", estimate.factor},
                               {"error", estimate.error},
                               {"prior_error", constant.prior_error}});
  }
  for (const CalibratedRun& run : calibration.runs) json["runs"].push_back(run_json(run));
  for (const CalibratedCollectives& one : calibration.collectives) json["collectives"].push_back(collectives_json(one));
  return json.dump(2) + "\n";
}

}  // namespace sim::report
