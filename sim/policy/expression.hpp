#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/policy/quantities.hpp"

namespace sim::policy {

/// A condition of a rule as a tree: numbers and quantities, + - * /, comparisons, and, or, not.
struct Expression {
  enum class Kind {
    number,
    quantity,
    sum,
    difference,
    product,
    quotient,
    below,
    at_most,
    above,
    at_least,
    all_of,
    any_of,
    negation
  };
  Kind kind = Kind::number;
  double number = 0;      ///< of a number, in the SI unit of its dimension (mm2 for areas)
  Name name = Name::tpp;  ///< of a quantity
  std::string dimension;  ///< of base/quantity.hpp, "" for plain numbers, "condition" for what is true or false
  std::vector<Expression> parts;
};

/// `error` is empty on success, otherwise says what is wrong and at which character, from 1.
struct ParsedExpression {
  Expression expression;
  std::string error;
  std::string hint;
};

/// Terms that a rule defines, by name.
using Definitions = std::map<std::string, Expression>;

/// Reads "tpp >= 4800 or (tpp >= 1600 and performance_density >= 5.92)", "600 GB/s <= io_bandwidth < 1100 GB/s",
/// "not data_centre". Names are those of `Name` and of `definitions`. Numbers have the unit of what they are compared
/// with. `not` binds closer than `and`, `and` closer than `or`.
[[nodiscard]] ParsedExpression parse_expression(std::string_view text, const Definitions& definitions = {});

/// An expression that must be true or false.
[[nodiscard]] ParsedExpression parse_condition(std::string_view text, const Definitions& definitions = {});

/// As people write it; numbers rounded to five digits.
[[nodiscard]] std::string text_of(const Expression& expression);

}  // namespace sim::policy
