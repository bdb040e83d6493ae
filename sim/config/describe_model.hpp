#pragma once

#include "sim/config/fields.hpp"
#include "sim/model/transformer.hpp"

namespace sim::config {

/// The keys of a model description (catalog/models, or `model:` of a scenario). While reading it also fills in what
/// follows from other keys (kv_heads, head_dim, ffn_hidden, moe_layers, shared_ffn_hidden) and complains about shapes
/// that cannot be: heads that kv_heads do not divide, a width that heads do not divide, top_k above the experts.
void describe(Fields& fields, model::Transformer& model);

}  // namespace sim::config
