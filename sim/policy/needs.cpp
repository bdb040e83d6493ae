#include "sim/policy/needs.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace sim::policy {
namespace {

constexpr double kSmallest = 1e-2;
constexpr double kLargest = 1e18;
constexpr double kStep = 1.012;
constexpr int kHalvings = 60;

void collect_facts(const Expression& expression, std::set<Name>& names) {
  if (expression.kind == Expression::Kind::quantity) {
    const bool is_density = expression.name == Name::performance_density;
    const bool is_cluster = expression.name == Name::cluster_tpp;
    if (is_density || is_cluster) names.insert({Name::tpp, is_density ? Name::die_area : Name::count});
    if (static_cast<std::size_t>(expression.name) < kFacts) names.insert(expression.name);
  }
  for (const Expression& part : expression.parts) collect_facts(part, names);
}

struct Finding {
  Status status;
  std::string paragraph;
  bool operator==(const Finding&) const = default;
};

Finding finding_at(const Rule& rule, Quantities part, Name missing, double value) {
  part[missing] = exactly(value);
  const Status status = decided(outcomes_of(rule, part));
  return {status, paragraphs_behind(rule, part, status)};
}

double change_between(const Rule& rule, const Quantities& part, Name missing, double low, double high) {
  const Finding before = finding_at(rule, part, missing, low);
  for (int i = 0; i < kHalvings && high / low - 1 > 1e-12; ++i) {
    const double middle = std::sqrt(low * high);
    (finding_at(rule, part, missing, middle) == before ? low : high) = middle;
  }
  return high;
}

// "up to 332.43 mm2", "332.43 mm2 to 615 mm2", "from 615 mm2 on"; the ends of all that it may be are left out.
std::string range_text(const Stretch& stretch, bool is_first, bool is_last, Name name) {
  // Half a part is none: the line lies at the next whole one.
  const auto text = [name](double value) {
    return shown(name == Name::count ? std::ceil(value) : value, facts_of(name).dimension);
  };
  if (is_first && is_last) return "whatever it is";
  if (is_first) return "below " + text(stretch.high);
  if (is_last) return "from " + text(stretch.low);
  return text(stretch.low) + " to " + text(stretch.high);
}

std::string decisions_by(const Rule& rule, const Quantities& part, Name missing) {
  const std::vector<Stretch> all = stretches(rule, part, missing);
  const NameFacts& facts = facts_of(missing);
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].status == Status::unknown) continue;
    text += (text.empty() ? "" : ", ") + range_text(all[i], i == 0, i + 1 == all.size(), missing) + " " +
            status_name(all[i].status);
    const bool names_paragraph = all[i].status != Status::not_controlled && !all[i].paragraph.empty();
    if (names_paragraph) text += " (" + all[i].paragraph + ")";
  }
  return text.empty() ? text : std::string(facts.name) + ": " + text;
}

}  // namespace

std::vector<Name> missing_facts(const Rule& rule, const Quantities& part) {
  std::set<Name> names;
  for (const Paragraph& paragraph : rule.paragraphs) collect_facts(paragraph.expression, names);
  for (const Exception& exception : rule.exceptions) collect_facts(exception.expression, names);
  std::vector<Name> missing;
  std::copy_if(names.begin(), names.end(), std::back_inserter(missing),
               [&part](Name name) { return !is_known(part[name]); });
  return missing;
}

std::vector<Stretch> stretches(const Rule& rule, const Quantities& part, Name missing) {
  const double low = std::max(part[missing].low, kSmallest);
  const double high = std::min(part[missing].high, kLargest);
  Finding before = finding_at(rule, part, missing, low);
  std::vector<Stretch> found{{low, high, before.status, before.paragraph}};
  for (double at = low; at < high;) {
    const double next = std::min(at * kStep, high);
    const Finding here = finding_at(rule, part, missing, next);
    if (!(here == before)) {
      const double change = change_between(rule, part, missing, at, next);
      found.back().high = change;
      found.push_back({change, high, here.status, here.paragraph});
      before = here;
    }
    at = next;
  }
  return found;
}

std::string needs_of(const Rule& rule, const Quantities& part) {
  const std::vector<Name> missing = missing_facts(rule, part);
  std::string decisions, names;
  for (const Name name : missing) {
    const std::string by_itself = decisions_by(rule, part, name);
    if (!by_itself.empty()) decisions += (decisions.empty() ? "" : "; ") + by_itself;
    names += (names.empty() ? "" : " and ") + std::string(facts_of(name).name);
  }
  if (decisions.empty()) return names + " together";
  return missing.size() > 1 ? decisions + "; else " + names + " together" : decisions;
}

}  // namespace sim::policy
