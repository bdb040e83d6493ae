#include "sim/model/transformer.hpp"

#include <algorithm>

#include "sim/model/number.hpp"

namespace sim::model {
namespace {

double feed_forward_parameters(const Transformer& model, std::int64_t width) {
  const double hidden = number(model.hidden);
  const double inner = number(width);
  const double first_matrices = model.gated ? 2 : 1;
  const double biases = model.biases ? first_matrices * inner + hidden : 0;
  return (first_matrices + 1) * hidden * inner + biases;
}

double plain_attention_parameters(const Transformer& model) {
  const double hidden = number(model.hidden);
  const double query_width = number(model.heads * model.head_dim);
  const double qkv_width = query_width + 2 * number(model.kv_heads * model.head_dim);
  return hidden * qkv_width + query_width * hidden + (model.biases ? qkv_width + hidden : 0);
}

// DeepSeek-V2, arXiv 2405.04434, section 2.1 and appendix C: low-rank down-projections, then up-projections per head;
// the rotated part of the keys is one head shared by all.
double latent_attention_parameters(const Transformer& model, const LatentAttention& latent) {
  const double hidden = number(model.hidden);
  const double heads = number(model.heads);
  const double query_head = number(latent.no_position_head_dim + latent.rope_head_dim);
  const double query_rank = number(latent.query_rank);
  const double queries =
      latent.query_rank > 0 ? hidden * query_rank + query_rank * heads * query_head : hidden * heads * query_head;
  const double down = hidden * number(latent.key_value_rank + latent.rope_head_dim);
  const double up = number(latent.key_value_rank) * heads * number(latent.no_position_head_dim + latent.value_head_dim);
  return queries + down + up + heads * number(latent.value_head_dim) * hidden;
}

// Multiply-adds of one token with one key, over all heads: scores and values.
double attention_width(const Transformer& model) {
  const double heads = number(model.heads);
  if (!model.latent) return 2 * heads * number(model.head_dim);
  return heads *
         number(model.latent->no_position_head_dim + model.latent->rope_head_dim + model.latent->value_head_dim);
}

int expert_layers(const Transformer& model) {
  return model.experts ? model.experts->moe_layers : 0;
}

double active_layer_parameters(const Transformer& model, const ParameterCount& count) {
  if (count.experts == 0) return count.total();
  const double used = static_cast<double>(model.experts->top_k) / model.experts->experts;
  return count.total() - count.experts * (1 - used);
}

// Forward and backward are three passes of 2 FLOP a multiply-add; a token sees half of its sequence or
// document on average.
double causal_attention_flops(const Transformer& model, std::int64_t reach) {
  return 3 * 2 * attention_width(model) * number(reach) / 2;
}

}  // namespace

bool has_experts(const Transformer& model, int index) {
  if (!model.experts) return false;
  const int frequency = model.experts->layer_frequency;
  const int first = model.layers - model.experts->moe_layers * frequency;
  return index >= first && (index - first) % frequency == frequency - 1;
}

ParameterCount layer_parameters(const Transformer& model, bool with_experts) {
  ParameterCount count;
  count.norms = 2 * norm_parameters(model, model.hidden);
  if (model.latent) {
    count.attention = latent_attention_parameters(model, *model.latent);
    count.norms +=
        norm_parameters(model, model.latent->query_rank) + norm_parameters(model, model.latent->key_value_rank);
  } else {
    count.attention = plain_attention_parameters(model);
  }
  if (!with_experts) {
    count.dense_mlp = feed_forward_parameters(model, model.ffn_hidden);
    return count;
  }
  const MixtureOfExperts& mixture = model.experts.value();
  count.router = number(model.hidden) * mixture.experts;
  count.experts = mixture.experts * feed_forward_parameters(model, mixture.expert_ffn_hidden);
  if (mixture.shared_experts > 0) count.dense_mlp = feed_forward_parameters(model, mixture.shared_ffn_hidden);
  return count;
}

ParameterCount parameters(const Transformer& model) {
  const double token_table = number(model.vocabulary * model.hidden);
  ParameterCount sum;
  sum.embedding = token_table;
  if (model.positions == Positions::learned) sum.embedding += number(model.context * model.hidden);
  sum.logits = model.tied_embeddings ? 0 : token_table;
  sum.norms = norm_parameters(model, model.hidden);
  const auto add = [&](bool with_experts, int layers) {
    if (layers == 0) return;
    const ParameterCount layer = layer_parameters(model, with_experts);
    sum.attention += layers * layer.attention;
    sum.dense_mlp += layers * layer.dense_mlp;
    sum.router += layers * layer.router;
    sum.experts += layers * layer.experts;
    sum.norms += layers * layer.norms;
  };
  add(true, expert_layers(model));
  add(false, model.layers - expert_layers(model));
  return sum;
}

ParameterCount prediction_layer_parameters(const Transformer& model) {
  ParameterCount count = layer_parameters(model, model.experts.has_value());
  count.dense_mlp += 2 * number(model.hidden) * number(model.hidden);
  count.norms += 3 * norm_parameters(model, model.hidden);
  return count;
}

double active_parameters(const Transformer& model) {
  double sum = norm_parameters(model, model.hidden);
  const int with_experts = expert_layers(model);
  if (with_experts > 0) sum += with_experts * active_layer_parameters(model, layer_parameters(model, true));
  if (with_experts < model.layers) {
    sum += (model.layers - with_experts) * layer_parameters(model, false).total();
  }
  return sum;
}

FlopsPerToken training_flops_per_token(const Transformer& model, std::int64_t sequence_length,
                                       std::int64_t document_length) {
  const std::int64_t reach = document_length > 0 ? std::min(document_length, sequence_length) : sequence_length;
  const double attention = causal_attention_flops(model, reach);
  FlopsPerToken flops;
  flops.parameters = 6 * active_parameters(model);
  flops.attention = model.layers * attention;
  flops.logits = 6 * number(model.vocabulary) * number(model.hidden);
  if (model.prediction_layers > 0) {
    const double active = active_layer_parameters(model, prediction_layer_parameters(model));
    flops.prediction = model.prediction_layers * (6 * active + attention + flops.logits);
  }
  return flops;
}

}  // namespace sim::model
