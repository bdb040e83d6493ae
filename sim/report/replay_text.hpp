#pragma once

#include <string>

#include "sim/replay/replay.hpp"

namespace sim::report {

/// What a replay of execution traces took, rank by rank; `title` says of what and where. Of many ranks the text shows
/// those that compute most, the JSON all.
[[nodiscard]] std::string replay_text(const std::string& title, const replay::Result& result);
[[nodiscard]] std::string replay_json(const std::string& title, const replay::Result& result);

}  // namespace sim::report
