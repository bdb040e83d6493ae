#include "sim/model/number.hpp"
#include "sim/model/operator_builder.hpp"

namespace sim::model {
namespace {

// Every rank of tp looks up the rows that it holds; the sum over ranks completes them.
void append_embedding(OperatorBuilder& builder) {
  const std::int64_t hidden = builder.model().hidden;
  const double mask_bytes = builder.model().dropout ? number(builder.sequence_tokens()) * number(hidden) : 0;
  builder.streaming("embedding", "embedding", number(builder.tokens()) * number(hidden), mask_bytes);
  builder.leave_tensor_parallel("embedding_sum");
}

// Vocabulary-parallel loss (Megatron-LM, arXiv 1909.08053, section 3): three sums of one fp32 number a token, namely
// the largest logit, the target's logit and the sum of exponentials. Logits are kept in fp32 (Korthikanti et al.,
// section 4.3).
void append_logits(OperatorBuilder& builder) {
  const std::int64_t hidden = builder.model().hidden;
  const std::int64_t vocabulary = rank_vocabulary(builder.model(), builder.sharding());
  const double logits = number(builder.tokens()) * number(vocabulary);
  const Communication sum{Axis::tensor, Exchange::all_reduce, Exchange::none, Bytes(4 * number(builder.tokens())),
                          false};
  builder.norm("final_norm", number(hidden));
  builder.enter_tensor_parallel("logits_input", hidden);
  builder.product("logits", {.m = builder.tokens(), .n = vocabulary, .k = hidden, .low_precision = false},
                  builder.sequence_bytes(number(hidden)));
  builder.exchange("largest_logit", sum);
  builder.exchange("target_logit", sum);
  builder.exchange("sum_of_exponentials", sum);
  builder.streaming("cross_entropy", "cross_entropy", logits, 4 * logits);
}

// Megatron-LM cuts the projection by columns and gathers its output, of which a rank keeps its own part of the
// sequence.
void append_prediction_layer(OperatorBuilder& builder, bool fused_attention) {
  const Transformer& model = builder.model();
  const Sharding& sharding = builder.sharding();
  append_embedding(builder);
  builder.norm("prediction_norms", 2 * number(model.hidden));
  builder.enter_tensor_parallel("prediction_input", 2 * model.hidden);
  builder.product(
      "prediction_projection",
      {.m = builder.tokens(), .n = divided(model.hidden, sharding.tp, "hidden columns", "tp"), .k = 2 * model.hidden},
      builder.sequence_bytes(2 * number(model.hidden)));
  builder.exchange("prediction_gather", {Axis::tensor, Exchange::all_gather,
                                         sharding.sequence_parallel ? Exchange::all_gather : Exchange::none,
                                         Bytes(builder.bytes(number(model.hidden))), false});
  append_layer(builder, model.experts.has_value(), fused_attention);
  append_logits(builder);
}

}  // namespace

OperatorList embedding_operators(const Transformer& model, const Sharding& sharding) {
  OperatorBuilder builder(model, sharding);
  append_embedding(builder);
  return builder.take();
}

OperatorList head_operators(const Transformer& model, const Sharding& sharding, bool fused_attention) {
  OperatorBuilder builder(model, sharding);
  append_logits(builder);
  for (int layer = 0; layer < model.prediction_layers; ++layer) append_prediction_layer(builder, fused_attention);
  return builder.take();
}

}  // namespace sim::model
