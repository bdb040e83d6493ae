#pragma once

#include <string>

namespace sim {

/// ASCII letters in lower case, whatever the locale.
[[nodiscard]] inline std::string lower_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

}  // namespace sim
