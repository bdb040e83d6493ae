#pragma once

#include <array>
#include <cstddef>
#include <limits>

#include "sim/policy/rule.hpp"

namespace sim::policy {

enum class Truth { no, unknown, yes };

/// A comparison seen from a part: by which fraction it is met (negative: missed), infinite where no number is compared.
struct Distance {
  double fraction = std::numeric_limits<double>::infinity();
  double value = 0;  ///< the end of the known range that gives this fraction
  double line = 0;
  bool is_bound = false;                   ///< the value is not known, this is the nearer end of its range
  const Expression* comparison = nullptr;  ///< in the rule, which must live on
  std::size_t paragraph = 0;
};

/// Truth, and between which ends the distance to the line lies. `and` takes the nearer of two lines, `or` the farther
/// one, `not` turns the side: the usual quantitative reading of a logic formula (Fainekos and Pappas 2009).
struct Outcome {
  Truth truth = Truth::yes;
  Distance low, high;
};

[[nodiscard]] Outcome both(const Outcome& a, const Outcome& b);
[[nodiscard]] Outcome either(const Outcome& a, const Outcome& b);
[[nodiscard]] Outcome negated(const Outcome& a);

/// `expression` is a condition.
[[nodiscard]] Outcome evaluate(const Expression& expression, const Quantities& part);

/// By Status up to `controlled`: whether a rule gives a part that status. At most one of them is `yes`.
using Outcomes = std::array<Outcome, 4>;

/// The same for one paragraph with its exceptions: index 0 is what it lets go although its condition holds.
[[nodiscard]] Outcomes outcomes_of(const Rule& rule, std::size_t paragraph, const Quantities& part);
[[nodiscard]] Outcomes outcomes_of(const Rule& rule, const Quantities& part);

/// Ids of the paragraphs that give a part this status, each with the exception that made it so: "3A090.a.1 (NAC)". For
/// not_controlled: those that would catch it but for an exception. For unknown: none.
[[nodiscard]] std::string paragraphs_behind(const Rule& rule, const Quantities& part, Status status);

/// The status whose outcome is `yes`, else `unknown`.
[[nodiscard]] Status decided(const Outcomes& outcomes);

}  // namespace sim::policy
