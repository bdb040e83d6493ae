#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

namespace sim::test {

/// What a line that must end with 0 prints, read as JSON.
[[nodiscard]] inline nlohmann::json answer_of(const std::string& line) {
  const Shell result = shell(line);
  CAPTURE(line, result.err);
  REQUIRE(result.code == 0);
  return nlohmann::json::parse(result.out);
}

}  // namespace sim::test
