#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/hardware/plausibility.hpp"
#include "sim/report/chips_report.hpp"

namespace sim::report {
namespace {

using policy::Interval;
using policy::Name;
using policy::Status;
using policy::Verdict;

std::string rounded(double value) {
  return value < 100 ? fmt::format("{:.2f}", value) : fmt::format("{:.0f}", value);
}

// "6.04", "9.01-10.51", "> 3.04" or "?".
std::string known(Interval interval) {
  if (policy::is_known(interval)) return rounded(interval.low);
  if (std::isfinite(interval.high)) {
    return interval.low > 0 ? rounded(interval.low) + "-" + rounded(interval.high) : "< " + rounded(interval.high);
  }
  return interval.low > 0 ? "> " + rounded(interval.low) : "?";
}

std::string rule_line(const policy::Rule& rule) {
  std::string dates = rule.hypothetical ? "nobody's law" : "in force";
  if (!rule.from.empty()) dates += (rule.hypothetical ? ", from " : " from ") + rule.from;
  if (!rule.until.empty()) dates += " to " + rule.until;
  if (!rule.reference.empty()) dates += "; " + rule.reference;
  return fmt::format("{}{}{} ({})\n", rule.id, rule.title.empty() ? "" : ": ", rule.title, dates);
}

// Where several rules were asked together, the paragraph says whose it is.
std::string paragraph_of(const Verdict& verdict, bool names_rule) {
  if (verdict.paragraph.empty()) return "-";
  return names_rule ? verdict.rule + " " + verdict.paragraph : verdict.paragraph;
}

std::string table(const ChipVerdicts& verdicts, const std::vector<const Verdict*>& column, bool names_rule) {
  std::size_t width = 9;
  for (const Verdict* verdict : column) width = std::max(width, paragraph_of(*verdict, names_rule).size());
  std::string text = fmt::format("  {:<28} {:>6} {:>9} {:>10}  {:<17}  {:<{}}  {}\n", "id", "TPP", "dies mm2",
                                 "density", "verdict", "paragraph", width, "margin");
  std::array<int, 5> totals{};
  for (std::size_t i = 0; i < column.size(); ++i) {
    const Verdict& verdict = *column[i];
    const policy::Quantities& part = verdicts.rows[i].quantities;
    ++totals[static_cast<std::size_t>(verdict.status)];
    const std::string last =
        verdict.status == Status::unknown ? "needs " + verdict.needs : policy::margin_text(verdict);
    text += fmt::format("  {:<28} {:>6} {:>9} {:>10}  {:<17}  {:<{}}  {}\n", verdicts.rows[i].chip->id,
                        known(part[Name::tpp]), known(part[Name::die_area]),
                        known(policy::value_of(Name::performance_density, part)), policy::status_name(verdict.status),
                        paragraph_of(verdict, names_rule), width, last.empty() ? "-" : last);
  }
  std::string counts;
  for (std::size_t status = totals.size(); status-- > 0;) {
    if (totals[status] == 0) continue;
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", totals[status],
                          policy::status_name(static_cast<Status>(status)));
  }
  return text + "\n  " + counts + "; where nothing catches a part, the paragraph is the nearest one\n";
}

std::string not_modelled(const policy::Rule& rule) {
  std::string text;
  for (const std::string& point : rule.not_modelled) text += "    - " + point + "\n";
  return text.empty() ? text : "  not modelled:\n" + text;
}

std::string doubts(const ChipVerdicts& verdicts) {
  std::string text;
  for (const ChipVerdicts::Row& row : verdicts.rows) {
    for (const std::string& doubt : hardware::implausible(*row.chip)) {
      text += fmt::format("  doubtful: {}: {}\n", row.chip->id, doubt);
    }
  }
  return text.empty() ? text : "\n" + text;
}

std::string text_on_date(const ChipVerdicts& verdicts) {
  std::string text = fmt::format("Rules on {}, exports to {}:\n", verdicts.on, verdicts.destination);
  for (const policy::Rule& rule : verdicts.rules) text += "  " + rule_line(rule);
  if (verdicts.rules.empty()) text += "  none of the catalogue is in force\n";
  std::vector<const Verdict*> column;
  for (const ChipVerdicts::Row& row : verdicts.rows) column.push_back(&row.ruling.combined);
  return text + "\n" + table(verdicts, column, true);
}

std::string text_of_rule(const ChipVerdicts& verdicts, std::size_t index) {
  const policy::Rule& rule = verdicts.rules[index];
  std::string text = rule_line(rule);
  text += policy::reaches(rule, verdicts.destination) ? fmt::format("Exports to {}.\n\n", verdicts.destination)
                                                      : fmt::format("It does not reach {}.\n\n", verdicts.destination);
  std::vector<const Verdict*> column;
  for (const ChipVerdicts::Row& row : verdicts.rows) column.push_back(&row.ruling.verdicts[index]);
  return text + table(verdicts, column, false) + not_modelled(rule);
}

}  // namespace

ChipVerdicts judge_chips(const std::vector<hardware::Chip>& chips, std::vector<policy::Rule> rules,
                         const std::string& destination, double count) {
  ChipVerdicts verdicts;
  verdicts.rules = std::move(rules);
  verdicts.destination = destination;
  for (const hardware::Chip& chip : chips) {
    policy::Quantities part = policy::quantities_of(chip);
    if (count > 0) part[Name::count] = policy::exactly(count);
    verdicts.rows.push_back({&chip, part, policy::judge_together(verdicts.rules, part, destination)});
  }
  return verdicts;
}

std::string verdicts_text(const ChipVerdicts& verdicts) {
  std::string text;
  if (!verdicts.on.empty()) text = text_on_date(verdicts);
  for (std::size_t index = 0; verdicts.on.empty() && index < verdicts.rules.size(); ++index) {
    text += (index > 0 ? "\n" : "") + text_of_rule(verdicts, index);
  }
  return text + doubts(verdicts);
}

}  // namespace sim::report
