#include "sim/policy/expression.hpp"

#include "sim/policy/evaluate.hpp"
#include "tests/support/catch.hpp"

using namespace sim::policy;

namespace {

Expression condition(const std::string& text, const Definitions& definitions = {}) {
  const ParsedExpression parsed = parse_condition(text, definitions);
  CAPTURE(text, parsed.error);
  REQUIRE(parsed.error.empty());
  return parsed.expression;
}

Quantities part(double tpp, double area) {
  Quantities quantities;
  quantities[Name::tpp] = exactly(tpp);
  quantities[Name::die_area] = exactly(area);
  return quantities;
}

bool holds(const std::string& text, const Quantities& quantities) {
  return evaluate(condition(text), quantities).truth == Truth::yes;
}

std::string mistake(const std::string& text) {
  const ParsedExpression parsed = parse_condition(text);
  CHECK_FALSE(parsed.error.empty());
  return parsed.error;
}

}  // namespace

TEST_CASE("`and` binds closer than `or`, and `not` closer than both") {
  const Quantities fast = part(5000, 1000);
  CHECK(holds("tpp >= 4800 or tpp >= 1600 and performance_density >= 9", fast));
  CHECK_FALSE(holds("(tpp >= 4800 or tpp >= 1600) and performance_density >= 9", fast));
  CHECK(holds("not tpp < 100 and tpp < 6000", fast));
  CHECK_FALSE(holds("not (tpp > 100 and tpp < 6000)", fast));
}

TEST_CASE("a product binds closer than a sum, and both associate to the left") {
  // 5000 + 2 x 1000 = 7000, (5000 + 2) x 1000 = 5,002,000; 5000 - 1000 - 1000 = 3000; 5000 / 2 / 5 = 500.
  const Quantities quantities = part(5000, 1000);
  CHECK(holds("7000 <= tpp + 2 * 1000 <= 7000", quantities));
  CHECK(holds("5002000 <= (tpp + 2) * 1000 <= 5002000", quantities));
  CHECK(holds("3000 <= tpp - 1000 - 1000 <= 3000", quantities));
  CHECK(holds("500 <= tpp / 2 / 5 <= 500", quantities));
}

TEST_CASE("a chain of comparisons holds when each of them does") {
  const Expression tier = condition("1600 <= tpp < 4800");
  const auto truth = [&](double tpp) { return evaluate(tier, part(tpp, 800)).truth; };
  CHECK(truth(1599.9) == Truth::no);
  CHECK(truth(1600) == Truth::yes);
  CHECK(truth(4799.9) == Truth::yes);
  CHECK(truth(4800) == Truth::no);
}

TEST_CASE("numbers carry the unit of what they are compared with") {
  Quantities quantities;
  quantities[Name::memory_bandwidth] = exactly(1.4e12);
  quantities[Name::io_bandwidth] = exactly(0.3e12);
  quantities[Name::memory_capacity] = exactly(96e9);
  CHECK(holds("memory_bandwidth >= 1400 GB/s and memory_bandwidth <= 1.4 TB/s", quantities));
  CHECK(holds("memory_bandwidth + io_bandwidth >= 1700 GB/s", quantities));
  CHECK(holds("memory_bandwidth >= 4 * io_bandwidth", quantities));
  CHECK(holds("memory_capacity > 95 GB", quantities));
  CHECK(holds("4 <= memory_bandwidth / io_bandwidth <= 5", quantities));  // 1.4 / 0.3 = 4.67
}

TEST_CASE("a term that a rule defines stands for its condition") {
  const Definitions definitions{{"dense", condition("performance_density >= 3.2")}};
  CHECK(evaluate(condition("dense and not tpp >= 4800", definitions), part(4000, 1000)).truth == Truth::yes);
  CHECK(evaluate(condition("dense and not tpp >= 4800", definitions), part(3000, 1000)).truth == Truth::no);
}

TEST_CASE("what is only known within bounds decides where the whole range does") {
  // TPP 2000 over 300 to 400 mm2: a density of 5 to 6.67.
  Quantities quantities = part(2000, 0);
  quantities[Name::die_area] = {300, 400};
  const auto truth = [&](const char* text) { return evaluate(condition(text), quantities).truth; };
  CHECK(truth("performance_density >= 4.9") == Truth::yes);
  CHECK(truth("performance_density >= 5.92") == Truth::unknown);
  CHECK(truth("performance_density >= 6.7") == Truth::no);
  CHECK(truth("not performance_density >= 5.92") == Truth::unknown);
  CHECK(truth("performance_density >= 5.92 or tpp >= 1600") == Truth::yes);
  CHECK(truth("performance_density >= 5.92 and tpp >= 4800") == Truth::no);
  CHECK(truth("memory_bandwidth >= 1 GB/s") == Truth::unknown);
}

TEST_CASE("a condition that is no condition says why, and where") {
  using Catch::Matchers::StartsWith;
  const auto [text, message] = GENERATE(table<const char*, const char*>({
      {"", "ends too early at character 1"},
      {"tpp", "is a number, not a condition"},
      {"tpp >= ", "ends too early"},
      {"tpp >= 4800 and", "ends too early at character 16"},
      {"(tpp >= 4800", "expected ) at character 13"},
      {"tpp >= 4800)", "did not expect \")\" at character 12"},
      {"tpp == 4800", "a rule draws lines, so nothing is equal"},
      {"tpp >= 4800 GB/s", "cannot compare a plain number with a number with a unit of data rate"},
      {"memory_bandwidth >= 1400", "cannot compare a number with a unit of data rate with a plain number"},
      {"memory_bandwidth >= 1400 GHz", "unknown unit GHz"},
      {"memory_bandwith >= 1400 GB/s", "unknown quantity memory_bandwith"},
      {"memory_bandwidth + memory_capacity >= 1 GB", "cannot add"},
      {"memory_bandwidth * io_bandwidth >= 1 GB/s", "one factor must be a plain number"},
      {"memory_bandwidth / memory_capacity >= 1", "cannot divide"},
      {"4800 >= 1600", "compares two numbers with each other"},
      {"tpp and data_centre", "`and` needs conditions"},
      {"not tpp", "`not` needs conditions"},
      {"data_centre >= 1", "a comparison needs numbers"},
      {"data_centre + 1 >= 1", "a sum needs numbers"},
      {"tpp >= 1e999", ""},
      {"tpp >= 1.2.3", ""},
      {"tpp >= $", "did not expect \"$\""},
  }));
  CAPTURE(text);
  CHECK_THAT(mistake(text), StartsWith(message));
}

TEST_CASE("a misspelt quantity is told the nearest one") {
  CHECK(parse_condition("memory_bandwith >= 1400 GB/s").hint == "did you mean memory_bandwidth?");
}

TEST_CASE("conditions that nest without end are refused") {
  const std::string parentheses(100000, '(');
  std::string negations;
  for (int i = 0; i < 100000; ++i) negations += "not ";
  CHECK_THAT(mistake(parentheses), ContainsSubstring("nests deeper"));
  CHECK_THAT(mistake(negations), ContainsSubstring("nests deeper"));
}

TEST_CASE("conditions that grow without end are refused, also through definitions") {
  std::string sum = "tpp";
  for (int i = 0; i < 1000; ++i) sum += " + 1";
  CHECK_THAT(mistake(sum + " > 2"), ContainsSubstring("more than 1000 terms"));
  // Each definition names the one before twice: 2 x 2^n terms.
  Definitions definitions{{"d0", condition("tpp >= 4800")}};
  std::string error;
  int n = 0;
  for (; error.empty(); ++n) {
    const std::string before = "d" + std::to_string(n);
    const ParsedExpression parsed = parse_condition(before + " and " + before, definitions);
    error = parsed.error;
    definitions["d" + std::to_string(n + 1)] = parsed.expression;
  }
  CHECK(n == 9);  // 2^9 x 2 = 1024 is the first above 1000
  CHECK_THAT(error, ContainsSubstring("more than 1000 terms"));
}

TEST_CASE("the text of a condition reads back to the same condition") {
  const auto text = GENERATE(as<std::string>{}, "tpp >= 4800 or (tpp >= 1600 and performance_density >= 5.92)",
                             "(memory_bandwidth + 2 * io_bandwidth) / 3 > 1 TB/s", "not (data_centre) and tpp < 4800",
                             "1600 <= tpp < 4800", "tpp - (count - 1) > 3", "(tpp > 1 or count > 2) and tpp < 4");
  const std::string once = text_of(condition(text));
  CHECK(text_of(condition(once)) == once);
}
