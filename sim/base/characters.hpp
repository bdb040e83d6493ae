#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

[[nodiscard]] inline unsigned byte_of(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// Whether a byte is the second or a later one of its UTF-8 character.
[[nodiscard]] inline bool continues_character(unsigned byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// Bytes of the UTF-8 character at `at`, 0 when it is malformed, overlong, a surrogate or beyond U+10FFFF (RFC 3629).
[[nodiscard]] std::size_t character_length(std::string_view text, std::size_t at);

/// The first byte of a control character (all but tab and line feed, DEL and C1 included).
[[nodiscard]] std::optional<std::size_t> find_control_character(std::string_view text);

/// The text as a terminal may show it: control characters and bytes that are not UTF-8 as \x1b.
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace sim
