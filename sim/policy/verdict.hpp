#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/policy/rule.hpp"

namespace sim::policy {

/// How far a part is from the line that decides about it.
struct Margin {
  std::string quantity;   ///< "tpp", or "memory_bandwidth + io_bandwidth"
  double value = 0;       ///< of the part, in SI units (mm2 for areas); where only a bound is known, the bound
  double line = 0;        ///< of the rule
  std::string dimension;  ///< of both
  bool is_bound = false;  ///< the value is the nearer end of what is known

  /// Fraction by which the value is above the line; negative below it.
  [[nodiscard]] double ratio() const { return value / line - 1; }
};

/// What a rule says of a part.
struct Verdict {
  std::string rule;
  Status status = Status::unknown;
  /// Of what decides: all that catch the part with this status ("3A090.a.1 and 3A090.a.2"), with the exception that
  /// applies; for parts that are not controlled the nearest one. Empty where nothing is near.
  std::string paragraph;
  std::optional<Margin> margin;  ///< empty where no single line decides
  std::string needs;             ///< of an unknown one: what would decide it, and how
};

/// "tpp 2368 is 1.3 % below 2400"; empty where no number decides.
[[nodiscard]] std::string margin_text(const Verdict& verdict);

/// Three-valued: a quantity that is unknown, or of which only a range is known, decides where the whole range gives the
/// same status. Ignores dates and destinations.
[[nodiscard]] Verdict judge(const Rule& rule, const Quantities& part);

/// What several rules that hold at the same time say together. The strictest counts, `unknown` above all but
/// `controlled`; where one of them reviews licences under another and grants a review or an exception, that takes the
/// place of the other's `controlled`.
struct Ruling {
  std::vector<Verdict> verdicts;  ///< by rule
  Verdict combined;
};
[[nodiscard]] Ruling judge_together(const std::vector<Rule>& rules, const Quantities& part,
                                    const std::string& destination);

}  // namespace sim::policy
