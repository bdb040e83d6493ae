#include "sim/base/error.hpp"

#include "tests/support/catch.hpp"

using namespace sim;

TEST_CASE("an error shows its place, its line, a caret under the column and the hint") {
  const Diagnostic diagnostic{{"scenarios/x.yaml", 12, 7, "  tp: eight"},
                              "parallel.tp: expected a whole number, got \"eight\"",
                              "write digits",
                              false};
  CHECK(render(diagnostic) ==
        "scenarios/x.yaml:12:7: error: parallel.tp: expected a whole number, got \"eight\"\n"
        "    tp: eight\n"
        "        ^\n"
        "  hint: write digits\n");
}

TEST_CASE("the caret line copies tabs so that the caret stays under its column") {
  const Diagnostic diagnostic{{"a.yaml", 1, 3, "\tx\ty"}, "m", "", false};
  CHECK(render(diagnostic) == "a.yaml:1:3: error: m\n  \tx\ty\n  \t ^\n");
}

TEST_CASE("an error without a place starts with the word error") {
  CHECK(render({{}, "no scenario given", "", false}) == "error: no scenario given\n");
  CHECK(render({{"--set tp", 0, 0, ""}, "no", "", false}) == "--set tp: error: no\n");
}

TEST_CASE("a very long line is not shown") {
  CHECK(render({{"a.yaml", 1, 1, std::string(161, 'x')}, "m", "", false}) == "a.yaml:1:1: error: m\n");
}

TEST_CASE("an infeasible request leaves with 3, and with 2 when anything is malformed too") {
  CHECK(infeasible("does not fit").exit_code() == ExitCode::infeasible);
  CHECK(InputError("bad").exit_code() == ExitCode::bad_input);
  const Diagnostic malformed{{}, "bad", "", false};
  const Diagnostic impossible{{}, "does not fit", "", true};
  CHECK(InputError({malformed, impossible}).exit_code() == ExitCode::bad_input);
  CHECK(InputError({impossible, impossible}).exit_code() == ExitCode::infeasible);
}

TEST_CASE("an input error says all its messages") {
  const InputError error({{{}, "one", "", false}, {{}, "two", "", false}});
  CHECK(std::string(error.what()) == "error: one\nerror: two\n");
}

TEST_CASE("a failed check is a bug of this program") {
  CHECK_THROWS_AS(check(false, "impossible"), InternalError);
  CHECK_NOTHROW(check(true, "possible"));
}
