#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sim::report {

/// Numbers of an answer by dotted name: "run.days.p50".
using Numbers = std::map<std::string, double>;

/// The numbers among the facts of a JSON text (facts.hpp).
[[nodiscard]] Numbers numbers_of(const std::string& json_text);

/// Names of what a JSON text has as null, but for what stands in lists: a cost without a price.
[[nodiscard]] std::set<std::string> nulls_of(const std::string& json_text);

/// The full name that a name stands for, as number_named has it; throws as that does.
[[nodiscard]] std::string full_name(const Numbers& numbers, const std::string& name);

/// The number that a name stands for: a full name, or the end of exactly one (days.p50); `days` is short for its p50.
/// Throws InputError with the nearest names.
[[nodiscard]] double number_named(const Numbers& numbers, const std::string& name);

/// `--fail-if`: comparisons of a name with a number, joined by `and` and `or`; `and` binds closer.
class Condition {
 public:
  /// Reads "days.p50 > 120 and mfu < 0.3". Throws InputError that shows the word at fault.
  explicit Condition(const std::string& text);

  /// What holds, with the numbers: "days.p50 > 120 (371.2)"; empty when the condition does not hold. A comparison with
  /// one of `nulls` does not hold. Throws as number_named does, for every other name of the condition.
  [[nodiscard]] std::string held(const Numbers& numbers, const std::set<std::string>& nulls = {}) const;
  /// Names of the condition that are among `nulls` only: their comparisons can never hold.
  [[nodiscard]] std::vector<std::string> unknown(const Numbers& numbers, const std::set<std::string>& nulls) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Comparison {
    std::string name, sign;
    double number = 0;
  };
  std::string text_;
  std::vector<std::vector<Comparison>> any_of_;  ///< each: all of them
};

}  // namespace sim::report
