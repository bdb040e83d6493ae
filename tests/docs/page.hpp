#pragma once

#include <string>
#include <vector>

namespace sim::test {

/// What a reader of a page does next: write a file, or type a command.
struct Step {
  int line = 0;                       ///< of the page, from 1
  std::string file;                   ///< to be written with `text`; empty: a command
  std::string text;                   ///< of the file, or the command line without its comment
  int exit_code = 0;                  ///< that the command's comment names: "(exit 3)"
  std::vector<std::string> expected;  ///< lines that the page shows below the command; empty: it shows none
  bool is_synopsis = false;           ///< has words in capitals or brackets for what people put there themselves
};

/// The steps of a Markdown page, in order. They stand in blocks that are indented by four spaces or fenced:
///
/// - a line that starts with `scripts/simulate`, `simulate` or `build/release/simulate` is a command, with the lines
///   that follow a backslash; the lines below it, up to the next command, are what it prints
/// - a block behind a paragraph that ends with a colon is a file if the last name in backquotes of that paragraph's
///   last sentence ends in .yaml, .txt or .log
[[nodiscard]] std::vector<Step> steps_of(const std::string& page);

/// Whether `printed` is what `expected` shows. In `expected` a line `...` stands for any lines, and `...` inside a line
/// for any text. Spaces at the ends of lines and empty lines at both ends do not count. Empty: they agree, else the
/// first line that is not there.
[[nodiscard]] std::string difference(const std::vector<std::string>& expected, const std::vector<std::string>& printed);

}  // namespace sim::test
