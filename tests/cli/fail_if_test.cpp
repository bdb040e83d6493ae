#include <string>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using Catch::Matchers::ContainsSubstring;
using sim::test::Shell;
using sim::test::shell;

namespace {

Shell run_with(const std::string& condition) {
  return shell("\"$simulate\" scenarios/quickstart.yaml --no-gains --fail-if '" + condition + "'");
}

}  // namespace

TEST_CASE(
    "a run with --fail-if prints the answer and ends with 4 when a number is over its line, with 0 when none is") {
  const Shell held = run_with("days.p50 > 0.001 and mfu < 1");
  CHECK(held.code == 4);
  CHECK_THAT(held.out, ContainsSubstring("ideal days"));
  CHECK_THAT(held.err, ContainsSubstring("days.p50 > 0.001"));
  CHECK(run_with("days > 1e6").code == 0);
  CHECK(run_with("run.ideal_days < 0 or mfu <= 1").code == 4);
  CHECK(run_with("mfu > 1 or days > 1 and mfu > 1").code == 0);  // `and` binds closer
}

TEST_CASE("a condition that cannot be read is refused before anything runs, an unknown name after") {
  for (const char* text :
       {"days", "days >", "days > many", "days => 3", "3 < days", "days > 3 days < 4", "days > nan"}) {
    CAPTURE(text);
    const Shell refused = run_with(text);
    CHECK(refused.code == 2);
    CHECK(refused.out.empty());
    CHECK_THAT(refused.err, ContainsSubstring("--fail-if"));
  }
  const Shell unknown = run_with("dayz > 3");
  CHECK(unknown.code == 2);
  CHECK(unknown.out.empty());
  CHECK_THAT(unknown.err, ContainsSubstring("there is no number dayz"));
  CHECK(run_with("p50 > 3").code == 2);  // of several
}
