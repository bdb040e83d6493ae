#pragma once

#include <string>

#include "sim/config/value.hpp"

namespace sim::config {

/// Reads a JSON file into the tree that YAML files become, each value with its place. Refuses (InputError, exit 2):
/// unreadable, empty, binary, over-large (4 MB) or over-deep (64 levels) files, duplicate keys, over 200,000 values.
[[nodiscard]] Value read_json_file(const std::string& path);
[[nodiscard]] Value read_json_text(const std::string& text, const std::string& name);

}  // namespace sim::config
