#include "sim/launch/shell_test.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace sim::launch {
namespace {

std::optional<std::int64_t> number_in(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

// Removes each "!" in front. True for an odd number of them.
bool take_negations(std::vector<std::string>& words) {
  std::size_t count = 0;
  while (count < words.size() && words[count] == "!") ++count;
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
  return count % 2 == 1;
}

// The words between the brackets of a test. What is not known is false.
bool holds(const std::vector<std::string>& words) {
  if (words.size() == 1) return words[0] == "-z" || (words[0] != "-n" && words[0] != "false" && !words[0].empty());
  if (words.size() == 2 && words[0] == "-n") return !words[1].empty();
  if (words.size() == 2 && words[0] == "-z") return words[1].empty();
  if (words.size() != 3) return false;
  const std::string &a = words[0], &operation = words[1], &b = words[2];
  if (operation == "=" || operation == "==") return a == b;
  if (operation == "!=") return a != b;
  const std::optional<std::int64_t> left = number_in(a), right = number_in(b);
  if (!left || !right) return false;
  if (operation == "-eq") return *left == *right;
  if (operation == "-ne") return *left != *right;
  if (operation == "-gt") return *left > *right;
  if (operation == "-ge") return *left >= *right;
  if (operation == "-lt") return *left < *right;
  return operation == "-le" && *left <= *right;
}

}  // namespace

bool starts_test(const std::string& word) {
  return word == "[" || word == "[[" || word == "test";
}

bool condition_holds(const std::vector<Token>& tokens) {
  bool result = true, has_any = false, is_open = false;  // open: [[ without its ]]
  std::string joint;
  std::vector<std::string> words;
  const auto finish = [&] {
    bool is_negated = take_negations(words);
    const bool starts = !words.empty() && starts_test(words[0]);
    bool part = true;
    if (starts || is_open) {
      if (starts) words.erase(words.begin());
      is_negated = take_negations(words) != is_negated;
      is_open = words.empty() || (words.back() != "]" && words.back() != "]]");
      if (!is_open) words.pop_back();
      part = holds(words);
    } else if (!words.empty() && words[0] == "false") {
      part = false;
    }
    part = part != is_negated;
    result = !has_any ? part : joint == "||" ? result || part : result && part;
    has_any = true;
    words.clear();
  };
  for (const Token& token : tokens) {
    if (token.operation == "&&" || token.operation == "||") {
      finish();
      joint = token.operation;
    }
    for (const Word& word : token.words) words.push_back(word.text);
  }
  finish();
  return result;
}

}  // namespace sim::launch
