#pragma once

#include <string>
#include <vector>

#include "sim/config/value.hpp"

namespace sim::config {

/// The `schema_version` that scenarios have today. It grows when a key gets another name or meaning, not when one is
/// added: files without the new key still mean what they did.
inline constexpr int kSchemaVersion = 1;

/// A key that got another name.
struct Rename {
  int until = 0;     ///< last schema_version that has the old name
  std::string path;  ///< of the old name, dotted; `*` stands for every item of a list: "fleet.*.monthly"
  std::string name;  ///< the new one, in the same map
};

/// All renames of scenario keys, oldest first.
[[nodiscard]] const std::vector<Rename>& scenario_renames();

/// Brings the document of a scenario file to version `now`, and says to people what was renamed (empty: nothing had to
/// be). Documents without a version stay as they are: a file that is included need not have one. Throws InputError for
/// files of a later version.
[[nodiscard]] std::vector<std::string> migrate(Value& root, int now = kSchemaVersion,
                                               const std::vector<Rename>& renames = scenario_renames());

}  // namespace sim::config
