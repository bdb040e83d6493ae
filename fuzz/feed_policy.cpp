#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/config/catalog.hpp"
#include "sim/policy/evaluate.hpp"

namespace sim::fuzz {

void feed_policy(std::string_view input) {
  static const policy::Quantities part = policy::quantities_of(config::load_chip("H20-SXM-96GB"));
  const policy::ParsedExpression parsed = policy::parse_condition(input);
  if (!parsed.error.empty()) return;
  (void)policy::evaluate(parsed.expression, part);
  const std::string text = policy::text_of(parsed.expression);
  const policy::ParsedExpression again = policy::parse_condition(text);
  // The text has brackets around what `not` denies, which count as levels.
  if (again.error.find("nests deeper") != std::string::npos) return;
  check(again.error.empty(), "the text of a condition that is none");
  check(policy::text_of(again.expression) == text, "the text of another condition");
}

}  // namespace sim::fuzz
