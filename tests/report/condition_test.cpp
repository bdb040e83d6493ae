#include "sim/report/condition.hpp"

#include "tests/support/catch.hpp"

using sim::report::Condition;

TEST_CASE("each comparison holds on its side of the line, and at the line where it says so") {
  struct Case {
    const char* sign;
    bool below, at, above;
  };
  const auto item = GENERATE(values<Case>({{"<", true, false, false},
                                           {"<=", true, true, false},
                                           {">", false, false, true},
                                           {">=", false, true, true},
                                           {"==", false, true, false},
                                           {"!=", true, false, true}}));
  CAPTURE(item.sign);
  const Condition condition(std::string("mfu ") + item.sign + " 2");
  const auto holds = [&](double value) { return !condition.held({{"mfu", value}}).empty(); };
  CHECK(holds(1) == item.below);
  CHECK(holds(2) == item.at);
  CHECK(holds(3) == item.above);
}

TEST_CASE("names of a condition that are null are told from those with a number") {
  const std::string text = R"({"days": {"p50": 3}, "cost_usd": null})";
  const Condition condition("cost_usd.p50 > 1 or days > 2");
  CHECK(condition.unknown(sim::report::numbers_of(text), sim::report::nulls_of(text)) ==
        std::vector<std::string>{"cost_usd.p50"});
  CHECK(Condition("days > 2").unknown(sim::report::numbers_of(text), sim::report::nulls_of(text)).empty());
}
