#pragma once

#include <string>
#include <vector>

#include "sim/launch/shell_script.hpp"

namespace sim::launch {

/// A word that may be several, or none, after its variables were filled in; or an operator.
struct Token {
  std::vector<Word> words;
  std::string operation;  // "\n", ";", "&&", "||", "|", "&", "" for words, "end"
  [[nodiscard]] bool is(const char* word) const { return words.size() == 1 && words.front().text == word; }
};

/// Whether `[ a = b ] && [[ -n c ]] || d` holds, from the left, as the shell judges it. Commands succeed; tests of
/// files and what else is not known do not hold.
[[nodiscard]] bool condition_holds(const std::vector<Token>& tokens);

/// `[`, `[[` or `test` in front.
[[nodiscard]] bool starts_test(const std::string& word);

}  // namespace sim::launch
