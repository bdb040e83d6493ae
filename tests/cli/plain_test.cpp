#include <algorithm>
#include <set>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using Catch::Matchers::ContainsSubstring;
using sim::test::lines_of;
using sim::test::output_of;
using sim::test::Shell;
using sim::test::shell;

namespace {

// One tab in a line, names that occur once, no colour and no bar.
void check_facts(const std::string& text) {
  std::set<std::string> names;
  for (const std::string& line : lines_of(text)) {
    CAPTURE(line);
    CHECK(std::count(line.begin(), line.end(), '\t') == 1);
    CHECK(names.insert(line.substr(0, line.find('\t'))).second);
    CHECK(line.find("\x1b") == std::string::npos);
    CHECK(line.find("█") == std::string::npos);
  }
  CHECK(names.size() > 5);
}

}  // namespace

TEST_CASE("with --plain every line is a name, a tab and a value") {
  for (const char* line :
       {"run scenarios/quickstart.yaml", "memory scenarios/quickstart.yaml", "chips H20-SXM-96GB H100-SXM5-80GB",
        "chips", "models", "compare scenarios/quickstart.yaml scenarios/quickstart.yaml", "schedule zb_v",
        "explain scenarios/quickstart.yaml", "validate --kernels", "topology hgx_h20_single"}) {
    CAPTURE(line);
    check_facts(output_of("\"$simulate\" --plain " + std::string(line)));
  }
}

TEST_CASE("with --plain barrel and validate print facts too (slow)") {
  check_facts(output_of("\"$simulate\" barrel scenarios/quickstart.yaml --plain"));
  check_facts(output_of("\"$simulate\" validate validation/one_node_a100_grid.yaml --plain"));
}

TEST_CASE("the option --plain names the numbers as --fail-if does") {
  const std::string facts = output_of("\"$simulate\" scenarios/quickstart.yaml --plain | grep '^run.days.p50'");
  const std::string days = facts.substr(facts.find('\t') + 1);
  CHECK(shell("\"$simulate\" scenarios/quickstart.yaml --fail-if 'run.days.p50 == " + days.substr(0, days.size() - 1) +
              "'")
            .code == 4);
}

TEST_CASE("the option --plain and --json are two forms of one answer, of which one can be had") {
  const Shell both = shell("\"$simulate\" chips --plain --json");
  CHECK(both.code == 2);
  CHECK_THAT(both.err, ContainsSubstring("--plain excludes --json") || ContainsSubstring("--json excludes --plain"));
}

TEST_CASE("misspelt words are answered with the nearest: commands, options, choices, pages") {
  const auto hint_of = [](const std::string& line) {
    const Shell refused = shell("\"$simulate\" " + line);
    CAPTURE(line);
    CHECK(refused.code == 2);
    CHECK(refused.out.empty());
    return refused.err;
  };
  CHECK_THAT(hint_of("plna"), ContainsSubstring("did you mean plan?"));
  CHECK_THAT(hint_of("run scenarios/quickstart.yaml --fial-if x"), ContainsSubstring("did you mean --fail-if?"));
  CHECK_THAT(hint_of("scenarios/quickstart.yaml --jsno"), ContainsSubstring("did you mean --json?"));
  CHECK_THAT(hint_of("completion bahs"), ContainsSubstring("did you mean bash?"));
  CHECK_THAT(hint_of("schema scenaro"), ContainsSubstring("did you mean scenario?"));
  CHECK_THAT(hint_of("man rnu"), ContainsSubstring("did you mean run?"));
}

TEST_CASE("names that completions ask for are those of the catalogue, as people spell them") {
  CHECK_THAT(output_of("\"$simulate\" completion --names chips"), ContainsSubstring("H100-SXM5-80GB\n"));
  CHECK_THAT(output_of("\"$simulate\" completion --names rules"), ContainsSubstring("bis-2023\n"));
  CHECK_THAT(output_of("\"$simulate\" completion --names commands"), ContainsSubstring("run\n"));
}
