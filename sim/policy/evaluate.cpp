#include "sim/policy/evaluate.hpp"

#include <algorithm>

#include "sim/base/error.hpp"

namespace sim::policy {
namespace {

using Kind = Expression::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Outcome constant(Truth truth) {
  Outcome outcome;
  outcome.truth = truth;
  outcome.low.fraction = truth == Truth::yes ? kInfinity : -kInfinity;
  outcome.high.fraction = truth == Truth::no ? -kInfinity : kInfinity;
  return outcome;
}

Outcome flag(Interval value) {
  return constant(value.low > 0 ? Truth::yes : Truth::no);
}

Interval number_of(const Expression& expression, const Quantities& part) {
  switch (expression.kind) {
    case Kind::number:
      return exactly(expression.number);
    case Kind::quantity:
      return value_of(expression.name, part);
    default:
      break;
  }
  const Interval left = number_of(expression.parts[0], part);
  const Interval right = number_of(expression.parts[1], part);
  switch (expression.kind) {
    case Kind::sum:
      return left + right;
    case Kind::difference:
      return left - right;
    case Kind::product:
      return left * right;
    default:
      check(expression.kind == Kind::quotient, "a rule compares what is no number");
      return left / right;
  }
}

Truth truth_of(Kind kind, Interval left, Interval right) {
  switch (kind) {
    case Kind::at_least:
      return left.low >= right.high ? Truth::yes : left.high < right.low ? Truth::no : Truth::unknown;
    case Kind::above:
      return left.low > right.high ? Truth::yes : left.high <= right.low ? Truth::no : Truth::unknown;
    case Kind::at_most:
      return left.high <= right.low ? Truth::yes : left.low > right.high ? Truth::no : Truth::unknown;
    default:
      return left.high < right.low ? Truth::yes : left.low >= right.high ? Truth::no : Truth::unknown;
  }
}

// The distance of one pair of ends; what is compared with nothing or less has no fraction.
Distance distance(double value, double line, double side, const Expression& comparison) {
  Distance distance{side * (value / line - 1), value, line, false, &comparison, 0};
  if (!(line > 0) || line == kInfinity || value == kInfinity) {
    distance.comparison = nullptr;
    distance.fraction = side * (value > line || (value == kInfinity && line > 0) ? kInfinity : -kInfinity);
  }
  return distance;
}

Outcome compare(const Expression& comparison, const Quantities& part) {
  const Interval left = number_of(comparison.parts[0], part);
  const Interval right = number_of(comparison.parts[1], part);
  const bool upwards = comparison.kind == Kind::at_least || comparison.kind == Kind::above;
  Distance far_below = distance(left.low, right.high, upwards ? 1 : -1, comparison);
  Distance far_above = distance(left.high, right.low, upwards ? 1 : -1, comparison);
  far_below.is_bound = far_above.is_bound = !is_known(left);
  return {truth_of(comparison.kind, left, right), upwards ? far_below : far_above, upwards ? far_above : far_below};
}

bool is_nearer(const Distance& a, const Distance& b) {
  return a.fraction < b.fraction;
}

Distance turned(Distance distance) {
  distance.fraction = -distance.fraction;
  return distance;
}

void name_paragraph(Outcome& outcome, std::size_t paragraph) {
  outcome.low.paragraph = paragraph;
  outcome.high.paragraph = paragraph;
}

bool applies_to(const Exception& exception, const std::string& paragraph) {
  const std::vector<std::string>& ids = exception.paragraphs;
  return ids.empty() || std::find(ids.begin(), ids.end(), paragraph) != ids.end();
}

}  // namespace

Outcome both(const Outcome& a, const Outcome& b) {
  return {std::min(a.truth, b.truth), std::min(a.low, b.low, is_nearer), std::min(a.high, b.high, is_nearer)};
}

Outcome either(const Outcome& a, const Outcome& b) {
  return {std::max(a.truth, b.truth), std::max(a.low, b.low, is_nearer), std::max(a.high, b.high, is_nearer)};
}

Outcome negated(const Outcome& a) {
  const Truth truth = a.truth == Truth::yes ? Truth::no : a.truth == Truth::no ? Truth::yes : Truth::unknown;
  return {truth, turned(a.high), turned(a.low)};
}

Outcome evaluate(const Expression& expression, const Quantities& part) {
  switch (expression.kind) {
    case Kind::quantity:
      return flag(value_of(expression.name, part));
    case Kind::negation:
      return negated(evaluate(expression.parts.front(), part));
    case Kind::all_of:
    case Kind::any_of: {
      const bool is_all = expression.kind == Kind::all_of;
      Outcome outcome = constant(is_all ? Truth::yes : Truth::no);
      for (const Expression& inner : expression.parts) {
        outcome = is_all ? both(outcome, evaluate(inner, part)) : either(outcome, evaluate(inner, part));
      }
      return outcome;
    }
    default:
      return compare(expression, part);
  }
}

Outcomes outcomes_of(const Rule& rule, std::size_t paragraph, const Quantities& part) {
  const Paragraph& own = rule.paragraphs[paragraph];
  Outcomes outcomes;
  outcomes.fill(constant(Truth::no));
  const auto give = [&](Status status, const Outcome& outcome) {
    Outcome& of_status = outcomes[static_cast<std::size_t>(status)];
    of_status = either(of_status, outcome);
  };
  Outcome rest = evaluate(own.expression, part);
  for (const Exception& exception : rule.exceptions) {
    if (!applies_to(exception, own.id)) continue;
    const Outcome holds = evaluate(exception.expression, part);
    give(exception.status, both(rest, holds));
    rest = both(rest, negated(holds));
  }
  give(own.status, rest);
  for (Outcome& outcome : outcomes) name_paragraph(outcome, paragraph);
  return outcomes;
}

Outcomes outcomes_of(const Rule& rule, const Quantities& part) {
  Outcomes any;
  any.fill(constant(Truth::no));
  for (std::size_t paragraph = 0; paragraph < rule.paragraphs.size(); ++paragraph) {
    const Outcomes own = outcomes_of(rule, paragraph, part);
    for (std::size_t status = 0; status < any.size(); ++status) any[status] = either(any[status], own[status]);
  }
  Outcomes outcomes;
  Outcome none_stricter = constant(Truth::yes);
  for (std::size_t status = any.size() - 1; status > 0; --status) {
    outcomes[status] = both(any[status], none_stricter);
    none_stricter = both(none_stricter, negated(any[status]));
  }
  outcomes[0] = none_stricter;
  return outcomes;
}

std::string paragraphs_behind(const Rule& rule, const Quantities& part, Status status) {
  std::string text;
  if (status == Status::unknown) return text;
  for (std::size_t paragraph = 0; paragraph < rule.paragraphs.size(); ++paragraph) {
    const Paragraph& own = rule.paragraphs[paragraph];
    if (outcomes_of(rule, paragraph, part)[static_cast<std::size_t>(status)].truth != Truth::yes) continue;
    text += (text.empty() ? "" : " and ") + own.id;
    const auto exception = std::find_if(rule.exceptions.begin(), rule.exceptions.end(), [&](const Exception& one) {
      return applies_to(one, own.id) && evaluate(one.expression, part).truth == Truth::yes;
    });
    if (exception != rule.exceptions.end()) text += " (" + exception->id + ")";
  }
  return text;
}

Status decided(const Outcomes& outcomes) {
  for (std::size_t status = 0; status < outcomes.size(); ++status) {
    if (outcomes[status].truth == Truth::yes) return static_cast<Status>(status);
  }
  return Status::unknown;
}

}  // namespace sim::policy
