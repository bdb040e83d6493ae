#pragma once

#include <string>
#include <string_view>

namespace sim::validate {

/// ASCII lower case: sources spell the same word in several ways.
[[nodiscard]] std::string lower_case(std::string text);

[[nodiscard]] inline bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

}  // namespace sim::validate
