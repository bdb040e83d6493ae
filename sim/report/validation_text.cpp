#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/validation_report.hpp"

namespace sim::report {
namespace {

using validate::ErrorSummary;
using validate::RecordResult;
using validate::Status;
using validate::Validation;

constexpr std::size_t kWorstShown = 10;

double percent(double fraction) {
  return 100 * fraction;
}

std::string headline(const ErrorSummary& summary, const std::string& what) {
  if (summary.n == 0) return fmt::format("no {} were simulated\n", what);
  return fmt::format("{:5.1f} %  mean absolute error over {} {}   (median {:.1f} %, p90 {:.1f} %, bias {:+.1f} %)\n",
                     percent(summary.mape), summary.n, what, percent(summary.median_ape), percent(summary.p90_ape),
                     percent(summary.bias));
}

std::string table(const char* title, const std::map<std::string, ErrorSummary>& summaries) {
  if (summaries.empty()) return "";
  std::string text = fmt::format("\n  {:<28}{:>5}{:>9}{:>9}{:>9}{:>9}\n", title, "n", "mean", "median", "p90", "bias");
  for (const auto& [name, summary] : summaries) {
    text +=
        fmt::format("  {:<28}{:>5}{:>7.1f} %{:>7.1f} %{:>7.1f} %{:>+7.1f} %\n", name, summary.n, percent(summary.mape),
                    percent(summary.median_ape), percent(summary.p90_ape), percent(summary.bias));
  }
  return text;
}

std::string order_line(const validate::RankCorrelation& ranks, const std::string& what) {
  if (ranks.groups == 0) return "";
  return fmt::format("  {:.2f}  of {} rows in {} groups of one {}\n", ranks.mean, ranks.n, ranks.groups, what);
}

// Groups with the lowest correlation first: there the order of strategies is wrong.
std::string lowest_groups(const validate::RankCorrelation& ranks) {
  std::vector<std::pair<double, std::string>> groups;
  for (const auto& [name, group] : ranks.by_group) {
    if (group.correlation) groups.emplace_back(*group.correlation, fmt::format("{} ({} rows)", name, group.n));
  }
  std::sort(groups.begin(), groups.end());
  if (groups.size() > kWorstShown) groups.resize(kWorstShown);
  std::string text;
  for (const auto& [correlation, name] : groups) text += fmt::format("  {:>+5.2f}  {}\n", correlation, name);
  return text;
}

std::string rank_order(const validate::SummaryTable& summary) {
  if (summary.rank_correlation.groups == 0) return "";
  return "\n  rank correlation of predicted with measured time, mean weighted by rows (well specified)\n" +
         order_line(summary.rank_correlation, "model, chip and number of chips") +
         order_line(summary.same_work_correlation, "batch and sequence length as well") +
         (summary.same_work_correlation.groups > 0 ? "\n  lowest of the latter\n" : "") +
         lowest_groups(summary.same_work_correlation);
}

std::string score_text(const validate::Score& score, double value) {
  return score.what.rfind("rank", 0) == 0 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f} %", percent(value));
}

std::string aims_table(const std::vector<validate::Score>& scores) {
  if (scores.empty()) return "";
  std::string text = fmt::format("\n  {:<58}{:>9}{:>9}\n", "the project's aims", "now", "aim");
  for (const validate::Score& score : scores) {
    text += fmt::format("  {:<58}{:>9}{:>9}  {}\n", score.what, score_text(score, score.value),
                        score_text(score, score.aim), score.met() ? "met" : "missed");
  }
  return text;
}

std::string worst_records(const std::vector<RecordResult>& records) {
  std::vector<const RecordResult*> scored;
  for (const RecordResult& record : records) {
    if (record.status == Status::ok && record.well_specified) scored.push_back(&record);
  }
  std::stable_sort(scored.begin(), scored.end(), [](const RecordResult* a, const RecordResult* b) {
    return std::abs(a->error) > std::abs(b->error);
  });
  if (scored.size() > kWorstShown) scored.resize(kWorstShown);
  if (scored.empty()) return "";
  std::string text = fmt::format("\n  {:<56}{:>11}{:>11}{:>9}\n", "worst", "measured", "predicted", "error");
  for (const RecordResult* record : scored) {
    text += fmt::format("  {:<56}{:>9.3f} s{:>9.3f} s{:>+7.1f} %\n", record->id, record->measured_seconds,
                        record->predicted_seconds, percent(record->error));
  }
  return text;
}

std::string refused_records(const std::vector<RecordResult>& records) {
  std::map<std::pair<Status, std::string>, int> counts;
  int sum = 0;
  for (const RecordResult& record : records) {
    if (record.status == Status::ok) continue;
    ++counts[{record.status, record.reason}];
    ++sum;
  }
  if (sum == 0) return "";
  std::string text = fmt::format("\n  {} of {} records were not simulated:\n", sum, records.size());
  for (const auto& [why, count] : counts) {
    text += fmt::format("  {:>4}  {}: {}\n", count, validate::status_name(why.first), why.second);
  }
  return text;
}

std::string timing_table(const char* title, const std::map<std::string, validate::TimingGroup>& groups) {
  validate::SummaryMap lines;
  for (const auto& [name, group] : groups) {
    lines[name] = group.errors;
    for (const auto& [kind, summary] : group.by_kind) lines[name + " " + kind] = summary;
  }
  return table(title, lines);
}

std::string worst_rows(const validate::TimingTable& timings) {
  if (timings.by_chip.empty()) return "";
  std::string text =
      fmt::format("\n  {:<64}{:>12}{:>12}{:>9}\n", "worst of each chip", "measured", "predicted", "error");
  for (const auto& [chip, group] : timings.by_chip) {
    for (const std::size_t index : group.worst) {
      const validate::TimedRow& row = timings.rows[index];
      text += fmt::format("  {:<64}{:>9.1f} us{:>9.1f} us{:>+7.1f} %\n", row.id, 1e6 * row.measured_seconds,
                          1e6 * row.predicted_seconds, percent(row.error));
    }
  }
  return text;
}

std::string refused_rows(const validate::TimingTable& timings) {
  std::string text;
  for (const validate::TimedRow& row : timings.rows) {
    if (row.status == Status::ok) continue;
    text += fmt::format("  {:<64}  {}: {}\n", row.id, validate::status_name(row.status), row.reason);
  }
  return text.empty() ? "" : "\n  not priced:\n" + text;
}

}  // namespace

std::string timings_text(const validate::TimingTable& timings, const std::string& what) {
  return headline(timings.total.errors, what) + timing_table("chip", timings.by_chip) +
         timing_table("link", timings.by_link) + table("kind", timings.total.by_kind) +
         table("software", timings.by_software) + table("software and size", timings.by_software_and_size) +
         worst_rows(timings) + refused_rows(timings);
}

std::string validation_text(const Validation& validation, const std::vector<validate::Score>& scores) {
  return headline(validation.well_specified.total, "well-specified records") +
         headline(validation.all.total, "records in all") +
         table("chip (well specified)", validation.well_specified.by_chip) +
         table("family (well specified)", validation.well_specified.by_family) +
         table("regime (well specified)", validation.well_specified.by_regime) +
         table("parallelism (well specified)", validation.well_specified.by_parallelism) +
         table("size (well specified)", validation.well_specified.by_size) + aims_table(scores) +
         rank_order(validation.well_specified) + worst_records(validation.records) +
         refused_records(validation.records);
}

}  // namespace sim::report
