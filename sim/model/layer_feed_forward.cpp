#include <cmath>

#include "sim/base/error.hpp"
#include "sim/model/number.hpp"
#include "sim/model/operator_builder.hpp"

namespace sim::model {
namespace {

struct FeedForwardNames {
  std::string_view input, first, activation, second, sum;
};
constexpr FeedForwardNames kDense = {"ffn_input", "ffn_first", "ffn_activation", "ffn_second", "ffn_sum"};
constexpr FeedForwardNames kShared = {"shared_input", "shared_first", "shared_activation", "shared_second",
                                      "shared_sum"};
constexpr FeedForwardNames kRouted = {"expert_input", "expert_first", "expert_activation", "expert_second",
                                      "expert_sum"};

// Two products around an activation over `groups` groups of `rows` rows. Kept: `input_bytes`, the input of the
// activation (both halves when gated) and its output.
void append_products(OperatorBuilder& builder, const FeedForwardNames& names, std::int64_t rows, int groups,
                     std::int64_t width, double input_bytes) {
  const Transformer& model = builder.model();
  const std::int64_t first_width = model.gated ? 2 * width : width;
  const double values = number(rows * groups) * number(width);
  const double value_bytes = builder.sharding().element_bytes;
  // After query, key, value and output: gate 5th, up 6th, down 7th, or first 5th and second 6th.
  const double first_share = model.gated ? 0.5 : 0, second_share = model.gated ? 0 : 1;
  builder.product(names.first,
                  {.m = rows, .n = first_width, .k = model.hidden, .groups = groups, .alternate_share = first_share},
                  input_bytes);
  builder.streaming(names.activation, model.gated ? "gated_activation" : "bias_activation", values,
                    value_bytes * values * (model.gated ? 2 : 1));
  builder.product(names.second,
                  {.m = rows, .n = model.hidden, .k = width, .groups = groups, .alternate_share = second_share},
                  value_bytes * values);
}

void append_dense(OperatorBuilder& builder, const FeedForwardNames& names, std::int64_t ffn_hidden,
                  double input_bytes) {
  builder.enter_tensor_parallel(names.input, builder.model().hidden);
  append_products(builder, names, builder.tokens(), 1, rank_ffn(ffn_hidden, builder.sharding()), input_bytes);
  builder.leave_tensor_parallel(names.sum);
}

// Token counts of one rank on the way to the experts and back.
struct Routing {
  std::int64_t tokens = 0;      ///< tokens that this rank routes
  double own_rows = 0;          ///< rows that it sends, one for each expert of a token
  double dispatched = 0;        ///< rows in the all_to_all buffer of the busiest rank
  std::int64_t group_rows = 0;  ///< rows of one local expert after the gather over etp
  int local_experts = 0;
};

// Each rank of tp routes its own T/tp tokens, with or without sequence parallelism. An expert group of ep x etp ranks
// thus holds ep x etp x T/tp x top_k rows, of which every etp group computes 1/ep. With a capacity (GShard, arXiv
// 2006.16668, section 2.2; Switch Transformer, arXiv 2101.03961, section 2.2) each rank sends every expert the same
// number of rows, whatever the router says: missing ones are padded, more are dropped.
Routing routing_of(const OperatorBuilder& builder, const MixtureOfExperts& mixture) {
  const Sharding& sharding = builder.sharding();
  Routing routing;
  routing.tokens = (builder.tokens() + sharding.tp - 1) / sharding.tp;
  routing.own_rows = number(routing.tokens * mixture.top_k);
  if (mixture.capacity > 0) {
    routing.own_rows = mixture.experts * std::ceil(mixture.capacity * routing.own_rows / mixture.experts - 1e-9);
  }
  routing.dispatched = routing.own_rows * (mixture.capacity > 0 ? 1.0 : mixture.imbalance);
  routing.local_experts = rank_experts(mixture, sharding);
  routing.group_rows =
      static_cast<std::int64_t>(std::ceil(routing.dispatched * sharding.etp / routing.local_experts - 1e-9));
  return routing;
}

// Without sequence parallelism the tokens are replicated over tp. Each rank then routes one tp-th of them and the
// results are gathered, so that no expert computes a token twice (duplicate token dropping, DeepSpeed-TED, arXiv
// 2303.06318).
void append_replication(OperatorBuilder& builder, std::string_view name, Exchange forward, Exchange backward) {
  if (builder.sharding().sequence_parallel) return;
  const Bytes buffer(builder.bytes(number(builder.model().hidden)));
  builder.exchange(name, {Axis::tensor, forward, backward, buffer, false});
}

void append_router(OperatorBuilder& builder, const MixtureOfExperts& mixture, const Routing& routing) {
  const std::int64_t hidden = builder.model().hidden;
  const double scores = number(routing.tokens * mixture.experts);
  builder.product("router", {.m = routing.tokens, .n = mixture.experts, .k = hidden, .low_precision = false},
                  builder.sequence_bytes(number(hidden)));
  builder.streaming("router_scores", "router", scores, 4 * scores);  // probabilities are kept in fp32
}

Exchange exchange_of(ExpertExchange exchange) {
  switch (exchange) {
    case ExpertExchange::direct:
      return Exchange::all_to_all;
    case ExpertExchange::hierarchical:
      return Exchange::rail_all_to_all;
    case ExpertExchange::deduplicated:
      return Exchange::deduplicated_all_to_all;
  }
  throw InternalError("unknown exchange of experts");
}

// To the experts (`forward` in the forward pass, else as gradients in the backward pass) and back the other way. On the
// way to the experts fp8 has one fp32 scale for 128 values, on the way back sums need 16 bits (DeepSeek-V3, arXiv
// 2412.19437, section 3.3).
void append_expert_exchange(OperatorBuilder& builder, std::string_view name, std::string_view gradient, bool to_experts,
                            double values) {
  constexpr double kFp8Bytes = 1 + 4.0 / 128;
  const Sharding& sharding = builder.sharding();
  const Exchange kind = exchange_of(sharding.expert_exchange);
  const Bytes wide(sharding.element_bytes * values), narrow(kFp8Bytes * values);
  if (!sharding.fp8_dispatch) {
    builder.exchange(name, {Axis::expert, kind, kind, wide, false});
    return;
  }
  builder.exchange(name, {Axis::expert, kind, Exchange::none, to_experts ? narrow : wide, false});
  builder.exchange(gradient, {Axis::expert, Exchange::none, kind, to_experts ? wide : narrow, false});
}

void append_routed(OperatorBuilder& builder, const MixtureOfExperts& mixture, const Routing& routing) {
  const Sharding& sharding = builder.sharding();
  const double hidden = number(builder.model().hidden);
  const double own_values = routing.own_rows * hidden;
  const double gathered_values = number(routing.group_rows * routing.local_experts) * hidden;
  const Bytes gathered(sharding.element_bytes * routing.dispatched * hidden * sharding.etp);
  // Rows arrive by source rank and are sorted by expert where a rank has several.
  const bool sorted = routing.local_experts > 1 && sharding.ep * sharding.etp > 1;

  builder.streaming("permute", "permute", own_values, 0);
  append_expert_exchange(builder, "dispatch", "dispatch_gradient", true, routing.dispatched * hidden);
  builder.exchange(kRouted.input,
                   {Axis::expert_tensor, Exchange::all_gather, Exchange::reduce_scatter, gathered, false});
  if (sorted) builder.streaming("sort", "permute", gathered_values, 0);
  append_products(builder, kRouted, routing.group_rows, routing.local_experts, rank_expert_ffn(mixture, sharding),
                  sharding.element_bytes * gathered_values);
  if (sorted) builder.streaming("unsort", "permute", gathered_values, 0);
  builder.exchange(kRouted.sum, {Axis::expert_tensor, Exchange::reduce_scatter, Exchange::all_gather, gathered, false});
  append_expert_exchange(builder, "combine", "combine_gradient", false, routing.dispatched * hidden);
  // The gradient of the combination weights needs the experts' outputs.
  builder.streaming("unpermute", "permute", own_values, sharding.element_bytes * own_values);
}

}  // namespace

void append_feed_forward(OperatorBuilder& builder) {
  const double hidden = number(builder.model().hidden);
  builder.norm("ffn_norm", hidden);
  append_dense(builder, kDense, builder.model().ffn_hidden, builder.sequence_bytes(hidden));
  builder.residual("ffn_residual");
}

void append_experts(OperatorBuilder& builder) {
  check(builder.model().experts.has_value(), "a layer with experts of a model without experts");
  const MixtureOfExperts& mixture = *builder.model().experts;
  const Routing routing = routing_of(builder, mixture);
  builder.norm("ffn_norm", number(builder.model().hidden));
  append_replication(builder, "routed_tokens", Exchange::none, Exchange::all_gather);
  append_router(builder, mixture, routing);
  append_routed(builder, mixture, routing);
  append_replication(builder, "routed_results", Exchange::all_gather, Exchange::none);
  // The shared experts read what the router keeps.
  if (mixture.shared_experts > 0) append_dense(builder, kShared, mixture.shared_ffn_hidden, 0);
  builder.residual("ffn_residual");
}

void append_layer(OperatorBuilder& builder, bool with_experts, bool fused_attention) {
  append_attention(builder, fused_attention);
  if (with_experts) {
    append_experts(builder);
  } else {
    append_feed_forward(builder);
  }
}

OperatorList layer_operators(const Transformer& model, const Sharding& sharding, bool with_experts,
                             bool fused_attention) {
  OperatorBuilder builder(model, sharding);
  append_layer(builder, with_experts, fused_attention);
  return builder.take();
}

}  // namespace sim::model
