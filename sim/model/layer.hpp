#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/base/units.hpp"
#include "sim/model/transformer.hpp"

namespace sim::model {

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
};

/// C[m,n] = A[m,k] B[k,n], `groups` times (experts of one rank). The backward pass has two such products.
struct MatrixProduct {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  int groups = 1;
  bool low_precision = true;    ///< may run in fp8; logits and router may not
  bool has_weight = true;       ///< false for products of activations
};

/// The attention core (scores, softmax, values) of one rank.
struct AttentionCore {
  std::int64_t sequences = 0;
  std::int64_t heads = 0;       ///< query heads of this rank
  std::int64_t kv_heads = 0;
  std::int64_t queries = 0;     ///< query tokens of this rank per sequence
  std::int64_t keys = 0;        ///< key tokens that they may see per sequence
  std::int64_t head_dim = 0;    ///< of scores
  std::int64_t value_dim = 0;   ///< of values
  bool causal = true;
};

/// A memory-bound kernel: its traffic per element comes from the software preset under `cost`.
struct Streaming {
  std::string_view cost;        ///< key of SoftwarePreset::elementwise
  double elements = 0;
};

enum class Axis { tensor, context, expert, expert_tensor };
enum class Exchange { none, all_reduce, all_gather, reduce_scatter, all_to_all, ring_pass };

/// A collective that the pass must wait for. `bytes` is the full buffer as docs/model.md, "Collectives", counts it.
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
  double saved_bytes = 0;         ///< B kept from forward to backward, without recompute
  bool attention_core = false;    ///< recomputed by selective recompute
};

/// Forward order of one rank's work in one layer, embedding or head; the backward pass runs it in reverse.
using OperatorList = std::vector<Operator>;

[[nodiscard]] OperatorList layer_operators(const Transformer& model, const Sharding& sharding, bool with_experts,
                                           bool fused_attention);
[[nodiscard]] OperatorList embedding_operators(const Transformer& model, const Sharding& sharding);
/// Final norm, logits and loss.
[[nodiscard]] OperatorList head_operators(const Transformer& model, const Sharding& sharding);

/// Parameters held by one rank, by how they are replicated.
struct RankParameters {
  double dense = 0;    ///< replicated over the data-parallel group
  double experts = 0;  ///< replicated over the expert-data-parallel group
};

[[nodiscard]] RankParameters layer_rank_parameters(const Transformer& model, const Sharding& sharding,
                                                   bool with_experts);
[[nodiscard]] RankParameters embedding_rank_parameters(const Transformer& model, const Sharding& sharding);
[[nodiscard]] RankParameters head_rank_parameters(const Transformer& model, const Sharding& sharding);

}  // namespace sim::model
