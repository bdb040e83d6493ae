#include "sim/model/operator_builder.hpp"

namespace sim::model {
namespace {

double number(std::int64_t count) {
  return static_cast<double>(count);
}

AttentionCore core_of(const OperatorBuilder& builder) {
  const Transformer& model = builder.model();
  const Sharding& sharding = builder.sharding();
  AttentionCore core;
  core.sequences = sharding.micro_batch;
  core.heads = rank_heads(model, sharding);
  core.queries = sharding.sequence_length / sharding.cp;
  core.keys = sharding.sequence_length;
  if (model.latent) {
    core.kv_heads = core.heads;
    core.head_dim = model.latent->no_position_head_dim + model.latent->rope_head_dim;
    core.value_dim = model.latent->value_head_dim;
  } else {
    core.kv_heads = rank_kv_heads(model, sharding);
    core.head_dim = model.head_dim;
    core.value_dim = model.head_dim;
  }
  return core;
}

// Unfused (Korthikanti et al., arXiv 2205.05198, section 4.1): softmax output, and with dropout its mask (1 B) and the
// dropped scores. Fused: one fp32 log-sum-exp a query and head.
double core_saved_bytes(const OperatorBuilder& builder, const AttentionCore& core, bool fused_attention) {
  const double rows = number(core.sequences * core.queries) * number(core.heads);
  if (fused_attention) return 4 * rows;
  const double value = builder.sharding().element_bytes;
  return rows * number(core.keys) * (builder.model().dropout ? 2 * value + 1 : value);
}

// Queries, keys and values stay for the backward pass of the core. They are booked at the projection that makes them:
// selective recompute, which drops what the core keeps, still keeps these.
void append_plain_projections(OperatorBuilder& builder, const AttentionCore& core) {
  const std::int64_t hidden = builder.model().hidden;
  const std::int64_t width = (core.heads + 2 * core.kv_heads) * core.head_dim;
  builder.enter_tensor_parallel("attention_input", hidden);
  builder.product("qkv", {.m = builder.tokens(), .n = width, .k = hidden},
                  builder.sequence_bytes(number(hidden)) + builder.bytes(number(width)));
  if (builder.model().positions == Positions::rope) {
    builder.streaming("rope", "rope", number(builder.tokens()) * number((core.heads + core.kv_heads) * core.head_dim),
                      0);
  }
}

// Down-projections are whole on every rank and work on its sequence tokens, as in Megatron-LM (without sequence
// parallelism every rank of tp repeats them); what is gathered are the narrow latents.
void append_latent_projections(OperatorBuilder& builder, const AttentionCore& core, const LatentAttention& latent) {
  const std::int64_t hidden = builder.model().hidden;
  const std::int64_t query_width = core.heads * core.head_dim;
  const std::int64_t key_value_width = core.heads * (latent.no_position_head_dim + latent.value_head_dim);
  const std::int64_t key_value_latent = latent.key_value_rank + latent.rope_head_dim;
  const bool compressed = latent.query_rank > 0;
  if (compressed) {
    builder.product("query_down", {.m = builder.sequence_tokens(), .n = latent.query_rank, .k = hidden}, 0);
  }
  builder.product("key_value_down", {.m = builder.sequence_tokens(), .n = key_value_latent, .k = hidden},
                  builder.sequence_bytes(number(hidden)));
  builder.norm("latent_norm", number(latent.query_rank + latent.key_value_rank));
  const std::int64_t query_input = compressed ? latent.query_rank : hidden;
  builder.enter_tensor_parallel("latents", query_input + key_value_latent);
  // The normalised latents are kept; an uncompressed query reads the layer's normalised input, kept above.
  const double kept_latents = number((compressed ? latent.query_rank : 0) + key_value_latent);
  builder.product("query_up", {.m = builder.tokens(), .n = query_width, .k = query_input},
                  builder.sequence_bytes(kept_latents) + builder.bytes(number(query_width)));
  // Keys are kept with the rotated part, which all heads share, copied to each head.
  builder.product("key_value_up", {.m = builder.tokens(), .n = key_value_width, .k = latent.key_value_rank},
                  builder.bytes(number(core.heads * (core.head_dim + core.value_dim))));
  builder.streaming("rope", "rope", number(builder.tokens()) * number((core.heads + 1) * latent.rope_head_dim), 0);
}

// Ring attention (arXiv 2310.01889): keys and values go round; backward they go round again with their gradients.
void append_context_exchange(OperatorBuilder& builder, const AttentionCore& core) {
  const double width = number(core.kv_heads * (core.head_dim + core.value_dim));
  const Bytes all_ranks(builder.sharding().cp * builder.bytes(width));
  builder.exchange("keys_and_values", {Axis::context, Exchange::ring_pass, Exchange::ring_pass, all_ranks, false});
  builder.exchange("key_and_value_gradients", {Axis::context, Exchange::none, Exchange::ring_pass, all_ranks, false});
}

}  // namespace

void append_attention(OperatorBuilder& builder, bool fused_attention) {
  const Transformer& model = builder.model();
  const AttentionCore core = core_of(builder);
  builder.norm("attention_norm", number(model.hidden));
  if (model.latent) {
    append_latent_projections(builder, core, *model.latent);
  } else {
    append_plain_projections(builder, core);
  }
  append_context_exchange(builder, core);
  builder.attention(core, core_saved_bytes(builder, core, fused_attention));
  const std::int64_t width = core.heads * core.value_dim;
  builder.product("attention_output", {.m = builder.tokens(), .n = model.hidden, .k = width},
                  builder.bytes(number(width)));
  builder.leave_tensor_parallel("attention_sum");
  builder.residual("attention_residual");
}

}  // namespace sim::model
