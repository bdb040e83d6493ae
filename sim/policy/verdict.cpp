#include "sim/policy/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sim/policy/evaluate.hpp"
#include "sim/policy/needs.hpp"

namespace sim::policy {
namespace {

std::optional<Margin> margin_of(const Distance& nearest) {
  if (nearest.comparison == nullptr || !std::isfinite(nearest.fraction)) return std::nullopt;
  const Expression& quantity = nearest.comparison->parts[0];
  return Margin{text_of(quantity), nearest.value, nearest.line, quantity.dimension, nearest.is_bound};
}

// A part that nothing is known of may still get the same status whatever it is.
Status settled(const Rule& rule, const Quantities& part, Status status) {
  if (status != Status::unknown) return status;
  const std::vector<Name> missing = missing_facts(rule, part);
  if (missing.size() != 1) return status;
  const std::vector<Stretch> all = stretches(rule, part, missing.front());
  const bool is_same =
      std::all_of(all.begin(), all.end(), [&](const Stretch& one) { return one.status == all.front().status; });
  return is_same ? all.front().status : status;
}

int strictness(Status status) {
  switch (status) {
    case Status::controlled:
      return 4;
    case Status::unknown:
      return 3;
    default:
      return static_cast<int>(status);
  }
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// What reviews of licences make of a verdict.
Verdict reviewed(const Verdict& verdict, const std::vector<Rule>& rules, const std::vector<Verdict>& verdicts) {
  if (verdict.status != Status::controlled) return verdict;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const bool softens = verdicts[i].status == Status::case_by_case ||
                         verdicts[i].status == Status::licence_exception || verdicts[i].status == Status::unknown;
    if (softens && contains(rules[i].reviews, verdict.rule)) return verdicts[i];
  }
  return verdict;
}

// A rule that does not reach the destination controls nothing there.
Verdict judge_for(const Rule& rule, const Quantities& part, const std::string& destination) {
  if (reaches(rule, destination)) return judge(rule, part);
  return {rule.id, Status::not_controlled, "", std::nullopt, ""};
}

}  // namespace

std::string margin_text(const Verdict& verdict) {
  if (!verdict.margin) return "";
  const Margin& margin = *verdict.margin;
  const std::string value =
      margin.quantity + (margin.is_bound ? " (bound) " : " ") + shown(margin.value, margin.dimension);
  const std::string line = shown(margin.line, margin.dimension);
  if (margin.value == margin.line) return value + " is on the line";
  const double percent = 100 * std::abs(margin.ratio());
  char text[32];
  std::snprintf(text, sizeof text, percent < 10 ? "%.1f" : "%.0f", percent);
  return value + " is " + text + " % " + (margin.ratio() > 0 ? "above " : "below ") + line;
}

Verdict judge(const Rule& rule, const Quantities& part) {
  const Outcomes outcomes = outcomes_of(rule, part);
  Verdict verdict{rule.id, settled(rule, part, decided(outcomes)), "", std::nullopt, ""};
  if (verdict.status == Status::unknown) {
    verdict.needs = needs_of(rule, part);
    return verdict;
  }
  const Distance& nearest = outcomes[static_cast<std::size_t>(verdict.status)].low;
  verdict.margin = margin_of(nearest);
  verdict.paragraph = paragraphs_behind(rule, part, verdict.status);
  if (verdict.paragraph.empty() && verdict.margin) verdict.paragraph = rule.paragraphs[nearest.paragraph].id;
  return verdict;
}

Ruling judge_together(const std::vector<Rule>& rules, const Quantities& part, const std::string& destination) {
  Ruling ruling;
  for (const Rule& rule : rules) ruling.verdicts.push_back(judge_for(rule, part, destination));
  ruling.combined.status = Status::not_controlled;
  bool is_first = true;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const bool only_reviews = std::any_of(rules.begin(), rules.end(),
                                          [&](const Rule& other) { return contains(rules[i].reviews, other.id); });
    if (only_reviews) continue;
    const Verdict verdict = reviewed(ruling.verdicts[i], rules, ruling.verdicts);
    if (is_first || strictness(verdict.status) > strictness(ruling.combined.status)) ruling.combined = verdict;
    is_first = false;
  }
  return ruling;
}

}  // namespace sim::policy
