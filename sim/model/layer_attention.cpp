#include "sim/model/number.hpp"
#include "sim/model/operator_builder.hpp"

namespace sim::model {
namespace {

/// Widths of queries, keys and values as the projections of one rank make them.
struct Heads {
  std::int64_t queries = 0;
  std::int64_t keys = 0;  ///< heads of keys and of values
  std::int64_t head_dim = 0;
  std::int64_t value_dim = 0;
};

Heads heads_of(const OperatorBuilder& builder) {
  const Transformer& model = builder.model();
  const std::int64_t queries = rank_heads(model, builder.sharding());
  if (model.latent) {
    return {queries, queries, model.latent->no_position_head_dim + model.latent->rope_head_dim,
            model.latent->value_head_dim};
  }
  return {queries, rank_kv_heads(model, builder.sharding()), model.head_dim, model.head_dim};
}

bool exchanges_heads(const Sharding& sharding) {
  return sharding.context_exchange == ContextExchange::all_to_all && sharding.cp > 1;
}

// A ring cuts the queries, and each rank holds an early and a late part of the sequence, so that under a causal mask a
// query sees half of the keys on average on every rank ("zig-zag"). An all-to-all cuts the heads.
AttentionCore core_of(const OperatorBuilder& builder, const Heads& heads) {
  const Sharding& sharding = builder.sharding();
  AttentionCore core;
  core.sequences = sharding.micro_batch;
  core.heads = core_heads(builder.model(), sharding);
  core.kv_heads = core_kv_heads(builder.model(), sharding);
  core.queries = exchanges_heads(sharding) ? sharding.sequence_length : sharding.sequence_length / sharding.cp;
  core.keys = sharding.sequence_length;
  core.head_dim = heads.head_dim;
  core.value_dim = heads.value_dim;
  core.document = sharding.document_length;
  return core;
}

// Unfused (Korthikanti et al., arXiv 2205.05198, section 4.1): softmax output, and with dropout its mask (1 B) and the
// dropped scores. Fused: one fp32 log-sum-exp a query and head.
double core_saved_bytes(const OperatorBuilder& builder, const AttentionCore& core, bool fused_attention) {
  const double rows = number(core.sequences * core.queries) * number(core.heads);
  const double value = builder.sharding().element_bytes;
  if (fused_attention) {
    return 4 * rows + (exchanges_heads(builder.sharding()) ? rows * number(core.value_dim) * value : 0);
  }
  return rows * number(core.keys) * (builder.model().dropout ? 2 * value + 1 : value);
}

// Values per token of the keys and values that one rank's part of the exchange carries: with fewer key-value heads than
// ranks each is repeated.
double key_value_width(const OperatorBuilder& builder, const Heads& heads) {
  const std::int64_t sent = exchanges_heads(builder.sharding())
                                ? core_kv_heads(builder.model(), builder.sharding()) * builder.sharding().cp
                                : heads.keys;
  return number(sent * (heads.head_dim + heads.value_dim));
}

double query_key_value_width(const OperatorBuilder& builder, const Heads& heads) {
  return number(heads.queries * heads.head_dim) + key_value_width(builder, heads);
}

// Queries, keys and values stay for the backward pass of the core, as it reads them. They are booked at the projection
// that makes them: selective recompute, which drops what the core keeps, still keeps these.
void append_plain_projections(OperatorBuilder& builder, const Heads& heads) {
  const std::int64_t hidden = builder.model().hidden;
  const std::int64_t width = (heads.queries + 2 * heads.keys) * heads.head_dim;
  builder.enter_tensor_parallel("attention_input", hidden);
  const double keys = number(heads.keys) / number(heads.queries + 2 * heads.keys);
  builder.product("qkv", {.m = builder.tokens(), .n = width, .k = hidden, .alternate_share = keys},
                  builder.sequence_bytes(number(hidden)) + builder.bytes(query_key_value_width(builder, heads)));
  if (builder.model().positions == Positions::rope) {
    builder.streaming("rope", "rope", number(builder.tokens()) * number((heads.queries + heads.keys) * heads.head_dim),
                      0);
  }
}

// Down-projections are whole on every rank and work on its sequence tokens, as in Megatron-LM (without sequence
// parallelism every rank of tp repeats them); what is gathered are the narrow latents.
void append_latent_projections(OperatorBuilder& builder, const Heads& heads, const LatentAttention& latent) {
  const std::int64_t hidden = builder.model().hidden;
  const std::int64_t query_width = heads.queries * heads.head_dim;
  const std::int64_t key_value_width = heads.queries * (latent.no_position_head_dim + latent.value_head_dim);
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
                  builder.bytes(number(heads.queries * (heads.head_dim + heads.value_dim))));
  builder.streaming("rope", "rope", number(builder.tokens()) * number((heads.queries + 1) * latent.rope_head_dim), 0);
}

// Ring attention (arXiv 2310.01889): keys and values go round; backward they go round again with their gradients.
void append_ring_passes(OperatorBuilder& builder, const Heads& heads) {
  const Bytes all_ranks(builder.sharding().cp * builder.bytes(key_value_width(builder, heads)));
  builder.exchange("keys_and_values", {Axis::context, Exchange::ring_pass, Exchange::ring_pass, all_ranks, false});
  builder.exchange("key_and_value_gradients", {Axis::context, Exchange::none, Exchange::ring_pass, all_ranks, false});
}

// DeepSpeed-Ulysses (arXiv 2309.14509, section 3): each rank gives away its tokens of most heads and gets all tokens of
// few heads; backward their gradients go the other way.
void append_head_exchange(OperatorBuilder& builder, std::string_view name, double width) {
  builder.exchange(name,
                   {Axis::context, Exchange::all_to_all, Exchange::all_to_all, Bytes(builder.bytes(width)), false});
}

void append_core(OperatorBuilder& builder, const Heads& heads, bool fused_attention) {
  const AttentionCore core = core_of(builder, heads);
  const bool by_heads = exchanges_heads(builder.sharding());
  if (by_heads) {
    append_head_exchange(builder, "heads_of_sequence", query_key_value_width(builder, heads));
  } else {
    append_ring_passes(builder, heads);
  }
  builder.attention(core, core_saved_bytes(builder, core, fused_attention));
  if (by_heads) append_head_exchange(builder, "tokens_of_rank", number(heads.queries * heads.value_dim));
}

}  // namespace

double scores_per_head(const AttentionCore& core) {
  const double seen = number(core.reach());
  return number(core.queries) * (core.causal ? (seen + 1) / 2 : seen);
}

void append_attention(OperatorBuilder& builder, bool fused_attention) {
  const Transformer& model = builder.model();
  const Heads heads = heads_of(builder);
  builder.norm("attention_norm", number(model.hidden));
  if (model.latent) {
    append_latent_projections(builder, heads, *model.latent);
  } else {
    append_plain_projections(builder, heads);
  }
  append_core(builder, heads, fused_attention);
  const std::int64_t width = heads.queries * heads.value_dim;
  builder.product("attention_output", {.m = builder.tokens(), .n = model.hidden, .k = width, .alternate_share = 1},
                  builder.bytes(number(width)));
  builder.leave_tensor_parallel("attention_sum");
  builder.residual("attention_residual");
}

}  // namespace sim::model
