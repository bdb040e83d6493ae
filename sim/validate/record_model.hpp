#pragma once

#include "sim/model/transformer.hpp"
#include "sim/validate/record.hpp"

namespace sim::validate {

/// The record's model. What the form leaves out follows from what it has: without a gated MLP it is a GPT (LayerNorm,
/// biases, learned positions, dropout, tied embeddings but for zero-bubble schedules), with one a Llama. Models of the
/// DeepSeek-V2/V3 line take their latent attention from the catalogue by name.
[[nodiscard]] model::Transformer model_of(const Record& record);

}  // namespace sim::validate
