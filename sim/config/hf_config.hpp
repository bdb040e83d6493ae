#pragma once

#include <string>
#include <vector>

#include "sim/config/value.hpp"

namespace sim::config {

/// A model description read from a config.json of Hugging Face.
struct HfModel {
  Value model;                     ///< map with the keys of describe_model.hpp, each with its place in the config.json
  std::vector<std::string> notes;  ///< for people: keys that are not known, and what of the model is left out
};

/// Reads config.json as the `transformers` library writes it; a default that files leave out is that library's. Throws
/// InputError with file:line:column for JSON that is none, for a `model_type` that is not known and for keys that are
/// missing. Which types are known, and what each key becomes: docs/import.md.
[[nodiscard]] HfModel read_hf_config(const std::string& path);
[[nodiscard]] HfModel read_hf_text(const std::string& text, const std::string& name);

}  // namespace sim::config
