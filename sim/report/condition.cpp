#include "sim/report/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"
#include "sim/report/facts.hpp"

namespace sim::report {
namespace {

std::vector<std::string> matches(const Numbers& numbers, const std::string& name) {
  if (numbers.count(name) > 0) return {name};
  std::vector<std::string> found;
  for (const auto& [full, number] : numbers) {
    if (full.ends_with("." + name)) found.push_back(full);
  }
  return found;
}

void collect_nulls(const nlohmann::json& value, const std::string& path, std::set<std::string>& nulls) {
  if (value.is_null()) nulls.insert(path);
  if (!value.is_object()) return;
  for (const auto& [key, inner] : value.items()) collect_nulls(inner, path.empty() ? key : path + "." + key, nulls);
}

// Whether a name is one of `nulls` or of its parts: cost_usd.p50 where cost_usd is null.
bool is_null(const std::set<std::string>& nulls, const std::string& name) {
  return std::any_of(nulls.begin(), nulls.end(), [&](const std::string& null) {
    for (std::string whole = name; !whole.empty(); whole.resize(whole.rfind('.'))) {
      if (null == whole || null.ends_with("." + whole)) return true;
      if (whole.find('.') == std::string::npos) break;
    }
    return false;
  });
}

bool is_unknown(const Numbers& numbers, const std::set<std::string>& nulls, const std::string& name) {
  return matches(numbers, name).empty() && matches(numbers, name + ".p50").empty() && is_null(nulls, name);
}

bool compare(double a, const std::string& sign, double b) {
  if (sign == "<") return a < b;
  if (sign == "<=") return a <= b;
  if (sign == ">") return a > b;
  if (sign == ">=") return a >= b;
  return sign == "==" ? a == b : a != b;
}

std::vector<std::string> words_of(const std::string& text) {
  static const std::regex word(R"([A-Za-z_][\w.-]*|[<>=!]+|[^\s<>=!]+)");
  std::vector<std::string> words;
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) words.push_back(at->str());
  return words;
}

[[noreturn]] void refuse(const std::string& text, const std::string& message) {
  throw InputError("--fail-if '" + text + "': " + message,
                   "NAME OP NUMBER joined by `and`, `or`: --fail-if 'days.p50 > 120 or mfu < 0.3'");
}

double number_of(const std::string& text, const std::string& word) {
  double number = 0;
  const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool is_whole = error == std::errc{} && rest == word.data() + word.size() && std::isfinite(number);
  if (!is_whole) refuse(text, "expected a plain number, in the unit of the name, not `" + word + "`");
  return number;
}

}  // namespace

Numbers numbers_of(const std::string& json_text) {
  Numbers numbers;
  for (const Fact& fact : facts_of(json_text)) {
    if (fact.number) numbers[fact.name] = *fact.number;
  }
  return numbers;
}

std::set<std::string> nulls_of(const std::string& json_text) {
  std::set<std::string> nulls;
  collect_nulls(nlohmann::json::parse(json_text), "", nulls);
  return nulls;
}

double number_named(const Numbers& numbers, const std::string& name) {
  return numbers.at(full_name(numbers, name));
}

std::string full_name(const Numbers& numbers, const std::string& name) {
  std::vector<std::string> found = matches(numbers, name);
  if (found.empty()) found = matches(numbers, name + ".p50");
  if (found.size() == 1) return found.front();
  if (!found.empty()) {
    throw InputError(name + ": may be any of several numbers", fmt::format("one of {}", fmt::join(found, ", ")));
  }
  std::vector<std::string> names;
  for (const auto& [full, number] : numbers) {
    for (std::size_t at = 0; at != std::string::npos; at = full.find('.', at)) {  // the full name and its ends
      at += at == 0 ? 0 : 1;
      names.push_back(full.substr(at));
      if (at == 0 && full.find('.') == std::string::npos) break;
    }
  }
  const std::string nearest = nearest_name(name, names);
  throw InputError("there is no number " + name,
                   (nearest.empty() ? "" : "did you mean " + nearest + "? ") +
                       std::string("`simulate run FILE --json` shows the names; null is no number"));
}

Condition::Condition(const std::string& text) : text_(text), any_of_(1) {
  const std::vector<std::string> words = words_of(text);
  for (std::size_t i = 0;; i += 4) {
    if (i + 3 > words.size()) refuse(text, "ends where a comparison is expected");
    const std::string& sign = words[i + 1];
    const bool is_name = std::isalpha(static_cast<unsigned char>(words[i].front())) != 0 || words[i].front() == '_';
    if (!is_name) refuse(text, "expected a name, not `" + words[i] + "`");
    if (sign != "<" && sign != "<=" && sign != ">" && sign != ">=" && sign != "==" && sign != "!=")
      refuse(text, "expected <, <=, >, >=, == or !=, not `" + sign + "`");
    any_of_.back().push_back({words[i], sign, number_of(text, words[i + 2])});
    if (i + 3 == words.size()) return;
    if (words[i + 3] == "or") {
      any_of_.emplace_back();
    } else if (words[i + 3] != "and") {
      refuse(text, "expected `and` or `or`, not `" + words[i + 3] + "`");
    }
  }
}

std::vector<std::string> Condition::unknown(const Numbers& numbers, const std::set<std::string>& nulls) const {
  std::set<std::string> names;
  for (const std::vector<Comparison>& all_of : any_of_) {
    for (const Comparison& one : all_of) {
      if (is_unknown(numbers, nulls, one.name)) names.insert(one.name);
    }
  }
  return {names.begin(), names.end()};
}

std::string Condition::held(const Numbers& numbers, const std::set<std::string>& nulls) const {
  std::string result;
  for (const std::vector<Comparison>& all_of : any_of_) {
    bool holds = true;
    std::string said;
    for (const Comparison& one : all_of) {
      if (is_unknown(numbers, nulls, one.name)) {
        holds = false;
        continue;
      }
      const double value = number_named(numbers, one.name);
      holds = compare(value, one.sign, one.number) && holds;
      said +=
          fmt::format("{}{} {} {:.10g} ({:.6g})", said.empty() ? "" : " and ", one.name, one.sign, one.number, value);
    }
    if (holds && result.empty()) result = said;
  }
  return result;
}

}  // namespace sim::report
