#pragma once

#include <string_view>

namespace sim::validate {

[[nodiscard]] inline bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

}  // namespace sim::validate
