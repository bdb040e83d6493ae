#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "sim/model/layer.hpp"

namespace sim::model {

/// `count` / `parts`; throws infeasible() naming both when it does not divide.
[[nodiscard]] std::int64_t divided(std::int64_t count, int parts, std::string_view what, std::string_view axis);

/// Widths of one rank, in elements: what each matrix and table is cut to. Throws as layer.hpp says.
[[nodiscard]] std::int64_t rank_heads(const Transformer& model, const Sharding& sharding);
/// At least one: tensor parallelism beyond the number of key-value heads replicates them.
[[nodiscard]] std::int64_t rank_kv_heads(const Transformer& model, const Sharding& sharding);
/// Of rank_heads() those that one rank of cp attends with: all under ring passes, 1/cp after an all-to-all.
[[nodiscard]] std::int64_t core_heads(const Transformer& model, const Sharding& sharding);
/// Of rank_kv_heads() likewise; fewer than cp are repeated before the all-to-all, so that each rank gets one.
[[nodiscard]] std::int64_t core_kv_heads(const Transformer& model, const Sharding& sharding);
[[nodiscard]] std::int64_t rank_ffn(std::int64_t ffn_hidden, const Sharding& sharding);
[[nodiscard]] std::int64_t rank_expert_ffn(const MixtureOfExperts& experts, const Sharding& sharding);
[[nodiscard]] int rank_experts(const MixtureOfExperts& experts, const Sharding& sharding);
/// Rounded up: vocabularies are padded to a multiple of tp.
[[nodiscard]] std::int64_t rank_vocabulary(const Transformer& model, const Sharding& sharding);

/// Collects the operators of one rank in forward order. Names must be string literals.
class OperatorBuilder {
 public:
  OperatorBuilder(const Transformer& model, const Sharding& sharding);

  void product(std::string_view name, const MatrixProduct& product, double saved_bytes);
  void attention(const AttentionCore& core, double saved_bytes);
  void streaming(std::string_view name, std::string_view cost, double elements, double saved_bytes);
  /// Leaves the exchange out when its axis has one rank.
  void exchange(std::string_view name, const Communication& communication);
  /// Before column-parallel products whose input is `width` values a token: all_gather with sequence parallelism
  /// (reduce_scatter backward), else only the all_reduce of the input gradient (Megatron's f).
  void enter_tensor_parallel(std::string_view name, std::int64_t width);
  /// After a row-parallel product of hidden width: reduce_scatter (all_gather backward), else all_reduce (Megatron's
  /// g).
  void leave_tensor_parallel(std::string_view name);
  void norm(std::string_view name, double values_per_token);
  /// The sum with the layer's input; with dropout it keeps a mask of 1 B a value.
  void residual(std::string_view name);

  [[nodiscard]] const Transformer& model() const { return model_; }
  [[nodiscard]] const Sharding& sharding() const { return sharding_; }
  /// Tokens that products with weights cut over tp see: micro_batch x sequence_length / cp.
  [[nodiscard]] std::int64_t tokens() const { return tokens_; }
  /// Tokens of norms, residuals and the saved layer input: divided by tp under sequence parallelism.
  [[nodiscard]] std::int64_t sequence_tokens() const { return sequence_tokens_; }
  /// B of `values` per token, over all tokens() or over sequence_tokens().
  [[nodiscard]] double bytes(double values) const;
  [[nodiscard]] double sequence_bytes(double values) const;

  [[nodiscard]] OperatorList take() { return std::move(operators_); }

 private:
  const Transformer& model_;
  const Sharding& sharding_;
  std::int64_t tokens_ = 0;
  std::int64_t sequence_tokens_ = 0;
  OperatorList operators_;
};

void append_attention(OperatorBuilder& builder, bool fused_attention);
void append_feed_forward(OperatorBuilder& builder);
void append_experts(OperatorBuilder& builder);
void append_layer(OperatorBuilder& builder, bool with_experts, bool fused_attention);

}  // namespace sim::model
