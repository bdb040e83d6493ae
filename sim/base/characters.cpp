#include "sim/base/characters.hpp"

#include <array>
#include <cstdio>

namespace sim {
namespace {

bool is_control(std::string_view text, std::size_t at) {
  const unsigned value = byte_of(text, at);
  const bool c0 = value < 0x20U && value != '\t' && value != '\n';
  const bool c1 = value == 0xC2U && at + 1 < text.size() && byte_of(text, at + 1) < 0xA0U;
  return c0 || c1 || value == 0x7FU;
}

}  // namespace

std::size_t character_length(std::string_view text, std::size_t at) {
  const unsigned first = byte_of(text, at);
  if (first < 0x80U) return 1;
  const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues_character(byte_of(text, at + i))) return 0;
  }
  const unsigned second = byte_of(text, at + 1);
  const bool overlong = (first == 0xE0U && second < 0xA0U) || (first == 0xF0U && second < 0x90U);
  const bool no_character = (first == 0xEDU && second > 0x9FU) || (first == 0xF4U && second > 0x8FU);
  return overlong || no_character ? 0 : length;
}

std::optional<std::size_t> find_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text, i)) return i;
  }
  return std::nullopt;
}

std::string visible(std::string_view text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length > 0 && !is_control(text, at)) {
      shown += text.substr(at, length);
      at += length;
      continue;
    }
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\x%02x", byte_of(text, at));
    shown += code.data();
    ++at;
  }
  return shown;
}

}  // namespace sim
