#include "sim/launch/shell_script.hpp"

#include "sim/base/error.hpp"
#include "sim/launch/arithmetic.hpp"
#include "sim/launch/layer_pattern.hpp"
#include "tests/support/catch.hpp"

using sim::InputError;
using sim::launch::Script;

namespace {

Script read(const std::string& text, const std::map<std::string, std::string>& given = {}) {
  return sim::launch::read_script(sim::config::YamlSource("run.sh", text), given);
}

/// The words of all commands, each in brackets.
std::string commands_of(const std::string& text, const std::map<std::string, std::string>& given = {}) {
  std::string all;
  for (const auto& command : read(text, given).commands) {
    for (const sim::launch::Word& word : command) all += "[" + word.text + "]";
    all += "\n";
  }
  return all;
}

std::string message_of(const std::string& text) {
  try {
    (void)read(text);
  } catch (const InputError& error) {
    const sim::Diagnostic& first = error.diagnostics().front();
    return std::to_string(first.mark.line) + ": " + first.message;
  }
  return "";
}

}  // namespace

TEST_CASE("words, quotes, comments and lines that go on are read as bash reads them") {
  CHECK(commands_of("a b  c # d\n") == "[a][b][c]\n");
  CHECK(commands_of("a \\\n  b\nc; d && e\n") == "[a][b]\n[c]\n[d]\n[e]\n");
  CHECK(commands_of("a 'b c' \"d e\" f\\ g \"\"\n") == "[a][b c][d e][f g][]\n");
  CHECK(commands_of("a#b c\n") == "[a#b][c]\n");
}

TEST_CASE("variables are filled in where they are used; without quotes their blanks part words") {
  CHECK(commands_of("X='1 2'\na $X \"$X\" ${X}3 '$X'\n") == "[a][1][2][1 2][1][23][$X]\n");
  CHECK(commands_of("X=1\nX=$X$X\na $X\n") == "[a][11]\n");
  CHECK(commands_of("a $X b ${X:-c} ${X:-\"d\"}\n") == "[a][b][c][d]\n");
  CHECK(commands_of("X=5; export Y=6 Z=7\na $X $Y $Z\n") == "[a][5][6][7]\n");
  CHECK(commands_of("a $NODES\n", {{"NODES", "4"}}) == "[a][4]\n");
  CHECK(read("a $X ${Y[@]} $1 $(date)\n").unset == std::set<std::string>{"$(...)", "1", "X", "Y"});
}

TEST_CASE("arrays hold words, grow, and hold other arrays") {
  CHECK(commands_of("A=(\n  --x 1 # one\n  \"--y 2\"\n)\nA+=(--z)\nB=(\"${A[@]}\" w)\nrun ${B[@]}\n") ==
        "[run][--x][1][--y][2][--z][w]\n");
  CHECK(commands_of("A=()\nrun ${A[@]} x\n") == "[run][x]\n");
  CHECK(commands_of("S=a\nS+=b\nrun $S\n") == "[run][ab]\n");
}

TEST_CASE("a variable that must be there, and one word of an array, have their values") {
  CHECK(commands_of("X=8\nA=(a b)\nrun ${X:?set X} ${X?} ${A[1]} ${A[7]}\n") == "[run][8][8][b]\n");
  CHECK(read("a ${TP:?set TP} ${X%.*}\n").unset == std::set<std::string>{"TP", "X (with %.*)"});
}

TEST_CASE("arithmetic of whole numbers is done, with the precedence of the shell") {
  CHECK(commands_of("G=8\nN=4\nrun $(($G*$N)) $((G * (N + 1) - 2 / 2)) $((2*(N+1)))\n") == "[run][32][39][10]\n");
  const auto none = [](const std::string&) { return std::string(); };
  CHECK(sim::launch::evaluate("7 % 4 + -1", none) == 2);
  for (const char* bad : {"", "1 +", "1 / 0", "x", "1 2", "(1", "9999999999999999 * 9999999999"}) {
    CHECK_FALSE(sim::launch::evaluate(bad, none).has_value());
  }
}

TEST_CASE("of an if only the branch that holds is read") {
  const std::string text =
      "X=fp8\nif [[ \"$X\" == \"bf16\" ]]; then\n  a 1\nelif [ $X = fp8 ] && [ 3 -gt 2 ]; then\n  a 2\nelse\n  a "
      "3\nfi\n";
  CHECK(commands_of(text) == "[a][2]\n");
  CHECK(commands_of("if [ -z \"$Y\" ]; then a 1; else a 2; fi\n") == "[a][1]\n");
  CHECK(commands_of("if [ ! -n \"$Y\" ] || false; then\nif [ 1 -eq 2 ]; then a 1; fi; a 2\nfi\n") == "[a][2]\n");
  CHECK(commands_of("[ 1 -eq 2 ] && a 1\n[ 1 -eq 1 ] || a 2\n[ 1 -eq 1 ] && a 3\n") == "[a][3]\n");
  CHECK(commands_of("if [[ 1 == 1 && 2 == 3 ]]; then a 1; else a 2; fi\n") == "[a][2]\n");
  CHECK(commands_of("cat <<END\n--num-layers 3\nEND\na\n") == "[cat]\n[a]\n");
}

TEST_CASE("what cannot be followed is refused where it stands") {
  CHECK(message_of("a\nb \"c\n") == "2: this quote is never closed");
  CHECK(message_of("a\nA=(b\n") == "2: this array is never closed");
  CHECK(message_of("a\n  case $X in\n") == "2: case is not understood");
  CHECK(message_of("if [ 1 ]; then\n") == "1: this if has no fi");
  CHECK(message_of("if [ 1 ]\n") == "1: this if has no then");
  CHECK(message_of("fi\n") == "1: this fi has no if");
  // Each line doubles the text: 2^40 letters.
  std::string bomb = "A=xxxxxxxx\n";
  for (int i = 0; i < 40; ++i) bomb += "A=$A$A\n";
  CHECK_THAT(message_of(bomb), ContainsSubstring("variables grow beyond 4 MB"));
  std::string deep;
  for (int i = 0; i < 50; ++i) deep += "${X:-";
  CHECK_FALSE(message_of("a " + deep + "b" + std::string(50, '}') + "\n").empty());
}

TEST_CASE("a pattern of layers is a sum of repeated lists") {
  using sim::launch::layer_pattern;
  CHECK(layer_pattern("([0]*2+[1]*3)") == std::vector<int>{0, 0, 1, 1, 1});
  CHECK(layer_pattern("[0, 1] * 2 + [1]") == std::vector<int>{0, 1, 0, 1, 1});
  for (const char* bad : {"", "[", "[1]*", "1", "[1]+", "[1]*999999999", "[1]x", "[a]"}) {
    CHECK_FALSE(layer_pattern(bad).has_value());
  }
}
