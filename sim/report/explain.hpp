#pragma once

#include <string>
#include <vector>

#include "sim/base/sourced.hpp"

namespace sim::report {

/// One number of an answer, as `simulate explain` prints it.
struct ExplainedConstant {
  std::string owner, key, value;
  Origin origin = Origin::assumed;
  std::string source;
};

[[nodiscard]] const char* origin_name(Origin origin);

/// Grouped by owner in the order given, with how many are of each kind.
[[nodiscard]] std::string explain_text(const std::string& title, const std::vector<ExplainedConstant>& constants);
[[nodiscard]] std::string explain_json(const std::string& scenario, const std::vector<ExplainedConstant>& constants);

}  // namespace sim::report
