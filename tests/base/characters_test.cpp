#include "sim/base/characters.hpp"

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace sim;

TEST_CASE("what a terminal would act on, or could not show, is written as its code") {
  CHECK(visible("plain, with a tab\t and\nlines, \u4e2d\u6587 too") ==
        "plain, with a tab\t and\nlines, \u4e2d\u6587 too");
  CHECK(visible("\x1b[31m") == "\\x1b[31m");  // ESC
  CHECK(visible(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(visible("\x7f") == "\\x7f");
  CHECK(visible("\xc2\x9b") == "\\xc2\\x9b");           // CSI as one character, U+009B
  CHECK(visible("\xff\xc3") == "\\xff\\xc3");           // no UTF-8
  CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
  CHECK(visible("\xc0\xaf") == "\\xc0\\xaf");           // overlong
}

TEST_CASE("messages show no raw control characters of what users gave") {
  Diagnostic diagnostic;
  diagnostic.mark.file = "a\x1b.yaml";
  diagnostic.message = "no \x07";
  diagnostic.hint = "\x08";
  CHECK(render(diagnostic) == "a\\x1b.yaml: error: no \\x07\n  hint: \\x08\n");
}
