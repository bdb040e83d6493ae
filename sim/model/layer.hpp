#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/base/units.hpp"
#include "sim/model/transformer.hpp"

namespace sim::model {

/// How attention sees all keys when a sequence is cut over cp ranks: keys and values go round a ring (arXiv
/// 2310.01889), or all-to-all exchanges turn the cut along the sequence into one along the heads (DeepSpeed Ulysses,
/// 2309.14509).
enum class ContextExchange { ring, all_to_all };

/// How tokens reach their experts: one copy for each expert, straight; the same over the node's chips first, so that
/// each NIC talks to its rail only; or one copy for each node, spread inside it (DeepEP).
enum class ExpertExchange { direct, hierarchical, deduplicated };

/// How one rank's share of a layer is cut. All counts are >= 1.
struct Sharding {
  int tp = 1;
  int cp = 1;
  int ep = 1;
  int etp = 1;
  bool sequence_parallel = false;
  std::int64_t micro_batch = 1;      ///< sequences
  std::int64_t sequence_length = 1;  ///< tokens of one sequence before context parallelism
  double element_bytes = 2;          ///< B of one activation
  ContextExchange context_exchange = ContextExchange::ring;
  ExpertExchange expert_exchange = ExpertExchange::direct;
  bool fp8_dispatch = false;         ///< tokens and their gradients travel to the experts in fp8 with block scales
  std::int64_t document_length = 0;  ///< tokens of the packed documents that attention stays inside; 0: no mask
};

/// C[m,n] = A[m,k] B[k,n], `groups` times (experts of one rank). The backward pass has two such products.
struct MatrixProduct {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  int groups = 1;
  bool low_precision = true;  ///< may run in fp8; logits and router may not
  bool has_weight = true;     ///< false for products of activations
  /// Share of its FLOP in every second weight matrix of the layer (query, key, value, output, gate, up, down; fused
  /// ones taken apart): what alternate recompute repeats.
  double alternate_share = 0.5;
};

/// The attention core (scores, softmax, values) of one rank.
struct AttentionCore {
  std::int64_t sequences = 0;
  std::int64_t heads = 0;  ///< query heads of this rank
  std::int64_t kv_heads = 0;
  std::int64_t queries = 0;    ///< query tokens of this rank per sequence
  std::int64_t keys = 0;       ///< key tokens that they may see per sequence
  std::int64_t head_dim = 0;   ///< of scores
  std::int64_t value_dim = 0;  ///< of values
  bool causal = true;
  std::int64_t document = 0;  ///< tokens of each of the documents that attention stays inside; 0: no such mask

  /// Keys that one query may see at most.
  [[nodiscard]] std::int64_t reach() const { return document > 0 && document < keys ? document : keys; }
};

/// Scores of one sequence and head that the masks leave: under a causal mask a query sees half of the keys in its reach
/// on average, (reach + 1) / 2. A rank of a ring holds an early and a late part of the sequence ("zig-zag", as in
/// TransformerEngine), so this holds for each rank's queries too.
[[nodiscard]] double scores_per_head(const AttentionCore& core);

/// A memory-bound kernel: its traffic per element comes from the software preset under `cost`.
struct Streaming {
  std::string_view cost;  ///< key of SoftwarePreset::elementwise, one of kElementwiseKeys
  double elements = 0;
};

/// Keys of Streaming::cost, and what one element is: norm (value), bias_activation and gated_activation (output value),
/// bias_dropout_add and residual (value), rope (query or key value), cross_entropy (logit), router (expert score),
/// permute (routed value), embedding (value). Operator lists never hold cast_fp8 (operand value): whether products cast
/// their operands depends on the format, which they do not know.
inline constexpr std::array<std::string_view, 11> kElementwiseKeys = {
    "norm",     "bias_activation", "gated_activation", "bias_dropout_add", "residual", "rope",
    "cast_fp8", "cross_entropy",   "router",           "permute",          "embedding"};

enum class Axis { tensor, context, expert, expert_tensor };
enum class Exchange {
  none,
  all_reduce,
  all_gather,
  reduce_scatter,
  all_to_all,
  ring_pass,
  rail_all_to_all,          ///< ExpertExchange::hierarchical
  deduplicated_all_to_all,  ///< ExpertExchange::deduplicated
};

/// A collective that the pass must wait for. `bytes` is the full buffer as docs/model.md, "Collectives", counts it:
/// all_gather output, reduce_scatter input, all_reduce vector, all-to-all buffer of one rank (a deduplicated one's with
/// all copies). For ring_pass it is what all ranks hold together, so that each rank sends (n-1)/n of it, as in an
/// all_gather.
struct Communication {
  Axis axis = Axis::tensor;
  Exchange forward = Exchange::none;
  Exchange backward = Exchange::none;
  Bytes bytes;
  bool regather_in_backward = false;  ///< sequence parallelism gathers the layer input again for the weight gradient
};

struct Operator {
  std::string_view name;
  std::variant<MatrixProduct, AttentionCore, Streaming, Communication> what;
  double saved_bytes = 0;       ///< B kept from forward to backward, without recompute
  bool attention_core = false;  ///< recomputed by selective recompute
};

/// Forward order of one rank's work in one layer, embedding or head; the backward pass runs it in reverse.
using OperatorList = std::vector<Operator>;

/// Bytes that a product keeps of an input which a norm or an activation function before it can make again; 0 for other
/// operators. A gather in between is repeated in the backward pass anyway.
[[nodiscard]] double recomputable_input_bytes(const OperatorList& operators, std::size_t index,
                                              const Sharding& sharding);

// The functions below throw infeasible() when a width does not divide: heads, ffn_hidden or sequence tokens by tp,
// kv_heads by tp (fewer kv_heads than tp are replicated; likewise by tp x cp where heads are exchanged over cp),
// sequence_length by cp, experts by ep, expert_ffn_hidden by etp. Vocabularies are padded up. Exchanges over axes of
// size 1 are left out.

/// `fused_attention`: the scores are never stored (FlashAttention), only the softmax statistics.
[[nodiscard]] OperatorList layer_operators(const Transformer& model, const Sharding& sharding, bool with_experts,
                                           bool fused_attention);
[[nodiscard]] OperatorList embedding_operators(const Transformer& model, const Sharding& sharding);
/// Final norm, logits and loss; then, for each multi-token-prediction layer, its embedding, projection, layer, norm,
/// logits and loss.
[[nodiscard]] OperatorList head_operators(const Transformer& model, const Sharding& sharding,
                                          bool fused_attention = true);

/// Parameters held by one rank, by how they are replicated.
struct RankParameters {
  double dense = 0;    ///< replicated over the data-parallel group
  double experts = 0;  ///< replicated over the expert-data-parallel group
};

[[nodiscard]] RankParameters layer_rank_parameters(const Transformer& model, const Sharding& sharding,
                                                   bool with_experts);
[[nodiscard]] RankParameters embedding_rank_parameters(const Transformer& model, const Sharding& sharding);
/// Final norm, logits and the multi-token-prediction layers. A projection tied to the embedding counts once, at the
/// embedding: where embedding and head lie on different ranks, the head's rank holds a copy of the token table on top.
/// So it does with multi-token-prediction layers.
/// The copy of the token table that a head keeps when embeddings are tied but stand on another stage.
[[nodiscard]] double tied_table_parameters(const Transformer& model, const Sharding& sharding);
[[nodiscard]] RankParameters head_rank_parameters(const Transformer& model, const Sharding& sharding);

}  // namespace sim::model
