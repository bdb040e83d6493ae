#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/version.hpp"
#include "sim/report/markup.hpp"
#include "sim/report/validation_report.hpp"

namespace sim::report {
namespace {

using validate::ErrorSummary;
using validate::RecordResult;
using validate::Status;
using validate::SummaryMap;

constexpr std::size_t kWorstShown = 10;

/// A table before it is Markdown or HTML.
struct Table {
  std::string title;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

std::string percent(double fraction) {
  return fmt::format("{:.1f} %", 100 * fraction);
}

Table errors_by(const std::string& title, const std::string& name, const SummaryMap& summaries) {
  Table table{title, {name, "runs", "mean", "median", "90th percentile", "bias"}, {}};
  for (const auto& [key, summary] : summaries) {
    table.rows.push_back({key, std::to_string(summary.n), percent(summary.mape), percent(summary.median_ape),
                          percent(summary.p90_ape), fmt::format("{:+.1f} %", 100 * summary.bias)});
  }
  return table;
}

Table aims(const std::vector<validate::Score>& scores) {
  Table table{"Figures and aims", {"figure", "now", "aim", ""}, {}};
  for (const validate::Score& score : scores) {
    const bool is_rank = score.what.rfind("rank", 0) == 0;
    const auto shown = [&](double value) { return is_rank ? fmt::format("{:.2f}", value) : percent(value); };
    table.rows.push_back({score.what, shown(score.value), shown(score.aim), score.met() ? "met" : "missed"});
  }
  return table;
}

Table peers(const ValidationPage& page) {
  Table table{"Other predictors", {"predictor", "mean absolute error", "on", "how known", "remark"}, {}};
  const ErrorSummary& own = page.validation->well_specified.total;
  table.rows.push_back({"this simulator", percent(own.mape), "well-specified records", "measured on these records",
                        "constants fitted to them: see the left-out figures above"});
  for (const validate::Peer& peer : page.peers) {
    table.rows.push_back({peer.name, percent(peer.mape), peer.scope, peer.kind, peer.remark});
  }
  return table;
}

std::string reason_of(const ValidationPage& page, const std::string& id) {
  const validate::KnownMiss* longest = nullptr;
  for (const validate::KnownMiss& miss : page.known_misses) {
    const bool fits = id.rfind(miss.id, 0) == 0;
    if (fits && (longest == nullptr || miss.id.size() > longest->id.size())) longest = &miss;
  }
  return longest == nullptr ? "not known" : longest->reason;
}

Table worst(const ValidationPage& page) {
  std::vector<const RecordResult*> rows;
  for (const RecordResult& row : page.validation->records) {
    if (row.status == Status::ok && row.well_specified) rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto* a, const auto* b) { return std::abs(a->error) > std::abs(b->error); });
  if (rows.size() > kWorstShown) rows.resize(kWorstShown);
  Table table{"The ten worst well-specified runs",
              {"run", "chip", "measured", "predicted", "error", "bound by", "what is known"},
              {}};
  for (const RecordResult* row : rows) {
    table.rows.push_back({row->id, row->chip, fmt::format("{:.3g} s", row->measured_seconds),
                          fmt::format("{:.3g} s", row->predicted_seconds), fmt::format("{:+.1f} %", 100 * row->error),
                          validate::regime_name(row->regime), reason_of(page, row->id)});
  }
  return table;
}

Table refused(const validate::Validation& validation) {
  Table table{"Not simulated", {"run", "why"}, {}};
  for (const RecordResult& row : validation.records) {
    if (row.status != Status::ok) {
      table.rows.push_back({row.id, std::string(validate::status_name(row.status)) + ": " + row.reason});
    }
  }
  return table;
}

std::vector<Table> tables(const ValidationPage& page) {
  const validate::SummaryTable& good = page.validation->well_specified;
  std::vector<Table> all{
      aims(page.scores),
      peers(page),
      errors_by("Error by chip", "chip", good.by_chip),
      errors_by("Error by source", "family", good.by_family),
      errors_by("Error by parallelism", "runs with", good.by_parallelism),
      errors_by("Error by size", "size", good.by_size),
      errors_by("Error by regime", "regime", good.by_regime),
      worst(page),
      errors_by("All records, also those that are not well specified: by chip", "chip", page.validation->all.by_chip),
      refused(*page.validation)};
  all.erase(std::remove_if(all.begin(), all.end(), [](const Table& table) { return table.rows.empty(); }), all.end());
  return all;
}

std::string summary_sentence(const validate::Validation& validation) {
  const ErrorSummary& good = validation.well_specified.total;
  return fmt::format(
      "{} of {} records were simulated. Over the {} well-specified ones the mean absolute error of the step time is "
      "{}, "
      "the median {}, the 90th percentile {}, the bias {:+.1f} %.",
      validation.all.total.n, validation.records.size(), good.n, percent(good.mape), percent(good.median_ape),
      percent(good.p90_ape), 100 * good.bias);
}

constexpr const char* kHowToRead =
    "Error = predicted / measured - 1. What the simulator ships is fitted to all of these runs; the honest figure for "
    "a "
    "run that nobody fitted is \"each family left out\": the constants are fitted again without the runs of one "
    "publication or lab, and these are predicted. Intervals of answers rest on those errors.";

std::string html_table(const Table& table) {
  std::string text = "<h2>" + markup_text(table.title) + "</h2>\n<div class=\"wide\"><table><thead><tr>";
  for (const std::string& cell : table.head) text += "<th>" + markup_text(cell) + "</th>";
  text += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (const std::string& cell : row) text += "<td>" + markup_text(cell) + "</td>";
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

constexpr const char* kStyle =
    "body{font:16px/1.5 sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "table{border-collapse:collapse}td,th{padding:.2rem .6rem;border-bottom:1px solid #8886;text-align:left}"
    ".wide{overflow-x:auto}label{display:inline-block;margin-right:1rem}"
    "@media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}}";

constexpr const char* kScript =
    "const box=document.getElementById('chips');for(const g of document.querySelectorAll('g.chip')){"
    "const l=document.createElement('label'),c=document.createElement('input');c.type='checkbox';c.checked=true;"
    "c.addEventListener('change',()=>{g.style.display=c.checked?'':'none'});l.append(c,' '+g.dataset.chip);"
    "box.append(l)}";

}  // namespace

std::string validation_markdown(const ValidationPage& page, const std::string& picture) {
  std::string text = "# Validation\n\nWritten by `scripts/fit`; `simulate validate` prints the same figures.\n\n";
  text += summary_sentence(*page.validation) + "\n\n" + kHowToRead + "\n\n";
  text += "![Predicted against measured step times](" + picture + ")\n";
  for (const Table& table : tables(page)) {
    text += fmt::format("\n## {}\n\n| {} |\n|", table.title, fmt::join(table.head, " | "));
    for (std::size_t i = 0; i < table.head.size(); ++i) text += " --- |";
    text += "\n";
    for (const auto& row : table.rows) text += fmt::format("| {} |\n", fmt::join(row, " | "));
  }
  return text;
}

std::string validation_html(const ValidationPage& page) {
  std::string text =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<title>Validation</title>\n<style>" +
      std::string(kStyle) + "</style></head><body>\n<h1>Predicted against measured runs</h1>\n<p>" +
      summary_sentence(*page.validation) + "</p>\n<p>" + markup_text(kHowToRead) + "</p>\n";
  text += "<p id=\"chips\"></p>\n" + validation_svg(*page.validation);
  for (const Table& table : tables(page)) text += html_table(table);
  return text + fmt::format("<p>simulate {}</p>\n<script>{}</script>\n</body></html>\n", kVersion, kScript);
}

}  // namespace sim::report
