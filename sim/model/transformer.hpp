#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sim::model {

enum class Positions { rope, learned, alibi, none };

/// Experts of a mixture-of-experts model. Layers without experts are dense with Transformer::ffn_hidden.
struct MixtureOfExperts {
  int experts = 0;
  int top_k = 0;
  std::int64_t expert_ffn_hidden = 0;
  int shared_experts = 0;
  std::int64_t shared_ffn_hidden = 0;  ///< of all shared experts together
  int moe_layers = 0;                  ///< layers that have experts: the last ones, unless every `layer_frequency`-th
  int layer_frequency = 1;             ///< 1: all layers after the dense ones; 2: every second layer
  double imbalance = 1.0;              ///< tokens of the busiest expert group over the mean, >= 1
  int routing_groups = 1;              ///< equal groups of experts, of which a token first picks groups_per_token
  int groups_per_token = 1;
  double capacity = 0;  ///< rows of every expert over the mean, padded up or dropped; 0: dropless
};

/// Multi-head latent attention (DeepSeek-V2/V3): low-rank queries, keys and values.
struct LatentAttention {
  std::int64_t query_rank = 0;  ///< 0: queries are not compressed
  std::int64_t key_value_rank = 0;
  std::int64_t no_position_head_dim = 0;
  std::int64_t rope_head_dim = 0;
  std::int64_t value_head_dim = 0;
};

/// A decoder-only transformer. All widths are in elements.
struct Transformer {
  std::string id;
  std::string title;  ///< one line for people
  std::string source;
  int layers = 0;
  std::int64_t hidden = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;  ///< equal to heads unless grouped-query attention
  std::int64_t head_dim = 0;
  std::int64_t ffn_hidden = 0;
  bool gated = false;  ///< SwiGLU: three matrices instead of two
  std::int64_t vocabulary = 0;
  std::int64_t context = 0;  ///< tokens: default sequence length, and rows of learned positions
  bool tied_embeddings = false;
  bool biases = false;      ///< linear layers have biases (GPT-2, GPT-3)
  bool layer_norm = false;  ///< LayerNorm with weight and bias; false: RMSNorm with weight
  bool dropout = false;     ///< trained with dropout: masks are kept for the backward pass
  Positions positions = Positions::rope;
  std::optional<MixtureOfExperts> experts;
  std::optional<LatentAttention> latent;
  int prediction_layers = 0;               ///< extra multi-token-prediction layers, on top of `layers`
  double published_parameters = 0;         ///< the source's own count, 0 = none
  double published_active_parameters = 0;  ///< 0 = none
};

/// True when layer `index` (from 0) has experts: with frequency f the layers before the last moe_layers x f are dense,
/// and of the rest every f-th has experts.
[[nodiscard]] bool has_experts(const Transformer& model, int index);

/// Parameters of one layer or of the model, by part. Counts, not bytes.
struct ParameterCount {
  double embedding = 0;  ///< token and learned position tables
  double logits = 0;     ///< output projection, 0 when tied
  double attention = 0;
  double dense_mlp = 0;  ///< dense FFNs and shared experts
  double router = 0;
  double experts = 0;  ///< routed experts, all of them
  double norms = 0;
  [[nodiscard]] double total() const { return embedding + logits + attention + dense_mlp + router + experts + norms; }
};

[[nodiscard]] ParameterCount layer_parameters(const Transformer& model, bool with_experts);
/// The model itself, as sources publish it: multi-token-prediction layers are not in it.
[[nodiscard]] ParameterCount parameters(const Transformer& model);

/// One multi-token-prediction layer as DeepSeek-V3 has it (arXiv 2412.19437, section 2.2): a layer, the 2h x h
/// projection that joins hidden state and next token (under dense_mlp), two norms before it and one after the layer. It
/// shares the embedding table and the logits projection with the model.
[[nodiscard]] ParameterCount prediction_layer_parameters(const Transformer& model);

/// Parameters that one token meets, without embedding tables and the logits projection (the N of 6ND) and without
/// multi-token-prediction layers.
[[nodiscard]] double active_parameters(const Transformer& model);

/// FLOP that one token of training needs by convention: 6 x active parameters, plus causal attention (halved) and
/// logits, forward and backward; recompute is not in it. docs/model.md, "FLOP conventions".
struct FlopsPerToken {
  double parameters = 0;
  double attention = 0;
  double logits = 0;
  double prediction = 0;  ///< all of these of the multi-token-prediction layers; 0 without them
  [[nodiscard]] double total() const { return parameters + attention + logits + prediction; }
};

/// `document_length`: tokens of the packed documents that attention stays inside; 0: attention over the sequence.
[[nodiscard]] FlopsPerToken training_flops_per_token(const Transformer& model, std::int64_t sequence_length,
                                                     std::int64_t document_length = 0);

}  // namespace sim::model
