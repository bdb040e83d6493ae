#include "sim/base/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "sim/base/unit_table.hpp"

namespace sim {
namespace {

constexpr std::size_t kLongestEcho = 60;  // a longer text is cut in messages

struct NumberText {
  double value = 0;
  std::size_t length = 0;  // 0 when the text does not start with a number
  std::string error;
  std::string hint;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string echo(std::string_view text) {
  if (text.size() <= kLongestEcho) return fmt::format("\"{}\"", text);
  std::size_t end = kLongestEcho;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a UTF-8 letter
  return fmt::format("\"{}...\"", text.substr(0, end));
}

std::size_t digits_from(std::string_view text, std::size_t start) {
  std::size_t end = start;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - start;
}

// Length of a decimal number at the front: [sign] digits [. digits] [e [sign] digits], with a digit before the
// exponent.
std::size_t number_length(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  std::size_t digits = digits_from(text, at);
  at += digits;
  if (at < text.size() && text[at] == '.') {
    const std::size_t decimals = digits_from(text, at + 1);
    digits += decimals;
    at += 1 + decimals;
  }
  if (digits == 0) return 0;
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  std::size_t exponent = at + 1;
  if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
  const std::size_t exponent_digits = digits_from(text, exponent);
  return exponent_digits == 0 ? at : exponent + exponent_digits;
}

bool says_not_finite(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (c == '+' || c == '-' || c == '.') continue;
    if (is_space(c)) break;
    word += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return word == "nan" || word == "inf" || word == "infinity";
}

NumberText failed(std::string error, std::string hint = "") {
  return {0, 0, std::move(error), std::move(hint)};
}

NumberText scan_number(std::string_view text) {
  if (says_not_finite(text)) return failed(echo(text) + " is not a finite number");
  const std::size_t length = number_length(text);
  if (length == 0) return failed("");
  const std::size_t sign = text[0] == '+' || text[0] == '-' ? 1 : 0;
  const std::string_view unsigned_text = text.substr(sign);
  if (unsigned_text.size() > 2 && unsigned_text[0] == '0' && (unsigned_text[1] == 'x' || unsigned_text[1] == 'X')) {
    return failed(echo(text) + " is hexadecimal", "write a decimal number");
  }
  if (unsigned_text.size() > 1 && unsigned_text[0] == '0' && is_digit(unsigned_text[1])) {
    return failed(echo(text) + " has a leading zero", "write the number without it: some programs read it as octal");
  }
  if (length + 1 < text.size() && (text[length] == ',' || text[length] == '_') && is_digit(text[length + 1])) {
    return failed(fmt::format("{} has a \"{}\" inside the number", echo(text), text[length]),
                  "write thousands without it and decimals after a point");
  }
  NumberText number;
  number.length = length;
  const char* start = text.data() + (text[0] == '+' ? 1 : 0);
  const auto [end, code] = std::from_chars(start, text.data() + length, number.value);
  if (code != std::errc() || end != text.data() + length) return failed(echo(text) + " is too large or too small");
  number.value += 0.0;  // -0 becomes 0
  return number;
}

std::string list_of(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string units_hint(const Dimension& dimension) {
  std::vector<std::string> names;
  for (const Unit& unit : dimension.units) {
    if (unit.main_spelling) names.push_back(unit.name);
  }
  return "units of " + dimension.name + ": " + list_of(names);
}

const Unit* find_unit(const Dimension& dimension, std::string_view name) {
  const auto found =
      std::find_if(dimension.units.begin(), dimension.units.end(), [&](const Unit& unit) { return unit.name == name; });
  return found == dimension.units.end() ? nullptr : &*found;
}

// An amount written for a rate, a rate for an amount, or a typo.
std::string likely_unit(std::string_view name, const Dimension& wanted) {
  constexpr std::string_view kPerSecond = "/s";
  std::string other(name);
  if (name.ends_with(kPerSecond)) {
    other.erase(other.size() - kPerSecond.size());
  } else {
    other += kPerSecond;
  }
  return find_unit(wanted, other) != nullptr ? other : nearest_name(name, units_of(wanted.name));
}

QuantityText wrong_unit(std::string_view text, std::string_view unit_name, const Dimension& wanted) {
  const std::string nearest = likely_unit(unit_name, wanted);
  const std::string guess = nearest.empty() ? "" : "; did you mean " + nearest + "?";
  for (const Dimension& other : dimensions()) {
    if (find_unit(other, unit_name) == nullptr) continue;
    return {0,
            fmt::format("{} is in {}, a unit of {}, but needs a unit of {}{}", echo(text), unit_name, other.name,
                        wanted.name, guess),
            units_hint(wanted)};
  }
  return {0, fmt::format("{} has an unknown unit {}{}", echo(text), echo(unit_name), guess), units_hint(wanted)};
}

// How people shorten large counts: 100B tokens are 100e9.
std::string exponent_of(std::string_view suffix) {
  constexpr std::array<std::pair<std::string_view, const char*>, 8> kSuffixes{
      {{"k", "e3"}, {"K", "e3"}, {"M", "e6"}, {"B", "e9"}, {"bn", "e9"}, {"G", "e9"}, {"T", "e12"}, {"tn", "e12"}}};
  const auto* found =
      std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const auto& entry) { return entry.first == suffix; });
  return found == kSuffixes.end() ? "" : found->second;
}

QuantityText parse_plain(std::string_view text) {
  const NumberText number = scan_number(text);
  if (!number.error.empty()) return {0, number.error, number.hint};
  if (number.length == 0) return {0, echo(text) + " is not a number", ""};
  const std::string_view rest = trimmed(text.substr(number.length));
  if (rest.empty()) return {number.value, "", ""};
  if (rest == "%") return {0, echo(text) + " is in percent", "write a fraction: 5 % is 0.05"};
  const std::string exponent = exponent_of(rest);
  const std::string_view digits = text.substr(0, number.length);
  const bool is_short = !exponent.empty() && digits.find_first_of("eE") == std::string_view::npos;
  return {0, fmt::format("{} has {} after the number", echo(text), echo(rest)),
          is_short ? fmt::format("write {}{}", digits, exponent) : "this key takes a number without a unit"};
}

std::string decimal_text(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// The fewest decimals that stay within 1e-12; 13 always do for a number of at least 1.
std::string shortest_decimal(double value) {
  constexpr int kMostDecimals = 13;
  for (int decimals = 0; decimals < kMostDecimals; ++decimals) {
    std::string text = decimal_text(value, decimals);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    if (std::abs(back - value) <= 5e-13 * std::abs(value)) return text;
  }
  return decimal_text(value, kMostDecimals);
}

}  // namespace

QuantityText parse_quantity(std::string_view text, std::string_view dimension) {
  text = trimmed(text);
  if (dimension.empty()) return parse_plain(text);
  const Dimension& wanted = dimension_named(dimension);
  const NumberText number = scan_number(text);
  if (!number.error.empty()) return {0, number.error, number.hint};
  if (number.length == 0) {
    return {0, fmt::format("{} is not a number with a unit of {}, such as {}", echo(text), wanted.name, wanted.example),
            units_hint(wanted)};
  }
  const std::string_view unit_name = trimmed(text.substr(number.length));
  if (unit_name.empty()) {
    return {0, fmt::format("{} needs a unit of {}, such as {}", echo(text), wanted.name, wanted.example),
            units_hint(wanted)};
  }
  const Unit* unit = find_unit(wanted, unit_name);
  if (unit == nullptr) return wrong_unit(text, unit_name, wanted);
  const double value = number.value * unit->multiplier / unit->divisor;
  if (!std::isfinite(value)) return {0, echo(text) + " is too large or too small", ""};
  return {value, "", ""};
}

std::string format_quantity(double value, std::string_view dimension) {
  if (dimension.empty()) return fmt::format("{}", value);
  const Unit* si_unit = nullptr;
  const Unit* largest = nullptr;
  std::string best;
  for (const Unit& unit : dimension_named(dimension).units) {
    if (!unit.printed) continue;
    if (unit.multiplier == unit.divisor) si_unit = &unit;
    if (largest == nullptr || unit.multiplier > largest->multiplier) largest = &unit;
    const double number = value / unit.multiplier * unit.divisor;
    if (std::abs(number) < 1 || std::abs(number) >= 1000) continue;
    const std::string text = shortest_decimal(number) + " " + unit.name;
    if (best.empty() || text.size() < best.size()) best = text;
  }
  if (!best.empty()) return best;
  const Unit& unit = std::abs(value) < 1 ? *si_unit : *largest;
  return fmt::format("{} {}", value / unit.multiplier * unit.divisor, unit.name);
}

std::vector<std::string> units_of(std::string_view dimension) {
  std::vector<std::string> names;
  if (dimension.empty()) return names;
  for (const Unit& unit : dimension_named(dimension).units) names.push_back(unit.name);
  return names;
}

}  // namespace sim
