#pragma once

#include <string>
#include <vector>

#include "sim/model/transformer.hpp"

namespace sim::cli {

/// What a legal chip has to beat.
inline constexpr const char* kPartToBeat = "H20-SXM-96GB";

/// A scenario for a question that names a model and no file.
struct ReferenceScenario {
  std::string file;
  std::vector<std::string> overrides;
  std::string origin;  ///< for people: where it comes from and what was changed
};

/// Compute-optimal by Hoffmann et al. 2022 (arXiv 2203.15556): about 20 tokens for each parameter; in 1e9, at least 1.
[[nodiscard]] double usual_billions_of_tokens(const model::Transformer& model);

/// Sequences of an optimizer step: a power of two, 512 or more, with at least a sequence for each four chips.
[[nodiscard]] int usual_batch(int chips);

/// Of the scenarios that ship, the model's own on kPartToBeat, else on H100, else the
/// first by name; for models without any, tokens and batch of the two functions above on kPartToBeat. `count`: chips;
/// 0: the scenario's own, or 1,024. Another count than the scenario's leaves the strategy to the search. Throws
/// InputError for unknown models and where no scenarios lie beside the catalogue.
[[nodiscard]] ReferenceScenario reference_scenario(const std::string& model, int count);

}  // namespace sim::cli
