#include "sim/base/error.hpp"
#include "sim/model/number.hpp"
#include "sim/model/operator_builder.hpp"

namespace sim::model {
namespace {

// Biases of columns are cut with them, biases of row-parallel products are whole on every rank.
double feed_forward(const Transformer& model, std::int64_t rank_width) {
  const double first = number(model.gated ? 2 * rank_width : rank_width);
  const double biases = model.biases ? first + number(model.hidden) : 0;
  return number(model.hidden) * (first + number(rank_width)) + biases;
}

double plain_attention(const Transformer& model, const Sharding& sharding) {
  const double queries = number(rank_heads(model, sharding) * model.head_dim);
  const double qkv = queries + 2 * number(rank_kv_heads(model, sharding) * model.head_dim);
  return number(model.hidden) * (qkv + queries) + (model.biases ? qkv + number(model.hidden) : 0);
}

double latent_attention(const Transformer& model, const LatentAttention& latent, const Sharding& sharding) {
  const double hidden = number(model.hidden);
  const double heads = number(rank_heads(model, sharding));
  const double query_width = heads * number(latent.no_position_head_dim + latent.rope_head_dim);
  const double value_width = heads * number(latent.value_head_dim);
  const double query_rank = number(latent.query_rank);
  const double down = hidden * (query_rank + number(latent.key_value_rank + latent.rope_head_dim));
  const double query_up = (latent.query_rank > 0 ? query_rank : hidden) * query_width;
  const double key_value_up =
      number(latent.key_value_rank) * (heads * number(latent.no_position_head_dim) + value_width);
  const double norms = norm_parameters(model, latent.query_rank) + norm_parameters(model, latent.key_value_rank);
  return down + query_up + key_value_up + value_width * hidden + norms;
}

}  // namespace

RankParameters layer_rank_parameters(const Transformer& model, const Sharding& sharding, bool with_experts) {
  RankParameters rank;
  rank.dense = 2 * norm_parameters(model, model.hidden);
  rank.dense += model.latent ? latent_attention(model, *model.latent, sharding) : plain_attention(model, sharding);
  if (!with_experts) {
    rank.dense += feed_forward(model, rank_ffn(model.ffn_hidden, sharding));
    return rank;
  }
  check(model.experts.has_value(), "a layer with experts of a model without experts");
  const MixtureOfExperts& mixture = *model.experts;
  rank.dense += number(model.hidden) * mixture.experts;
  if (mixture.shared_experts > 0) rank.dense += feed_forward(model, rank_ffn(mixture.shared_ffn_hidden, sharding));
  rank.experts = rank_experts(mixture, sharding) * feed_forward(model, rank_expert_ffn(mixture, sharding));
  return rank;
}

RankParameters embedding_rank_parameters(const Transformer& model, const Sharding& sharding) {
  RankParameters rank;
  rank.dense = number(rank_vocabulary(model, sharding) * model.hidden);
  if (model.positions == Positions::learned) rank.dense += number(model.context * model.hidden);
  return rank;
}

RankParameters head_rank_parameters(const Transformer& model, const Sharding& sharding) {
  RankParameters rank;
  rank.dense = norm_parameters(model, model.hidden);
  if (!model.tied_embeddings) rank.dense += number(rank_vocabulary(model, sharding) * model.hidden);
  if (model.prediction_layers == 0) return rank;
  const RankParameters layer = layer_rank_parameters(model, sharding, model.experts.has_value());
  const double projection =
      2 * number(model.hidden) * number(divided(model.hidden, sharding.tp, "hidden columns", "tp"));
  rank.dense += model.prediction_layers * (layer.dense + projection + 3 * norm_parameters(model, model.hidden));
  rank.experts = model.prediction_layers * layer.experts;
  return rank;
}

double tied_table_parameters(const Transformer& model, const Sharding& sharding) {
  if (!model.tied_embeddings) return 0;
  return static_cast<double>(model.vocabulary) * static_cast<double>(model.hidden) / sharding.tp;
}

}  // namespace sim::model
