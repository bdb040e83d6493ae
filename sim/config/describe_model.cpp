#include "sim/config/describe_model.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sim::config {
namespace {

using model::LatentAttention;
using model::MixtureOfExperts;
using model::Transformer;

Spec described(const std::string& help, std::vector<std::string> aliases = {}) {
  Spec spec;
  spec.help = help;
  spec.aliases = std::move(aliases);
  return spec;
}

// Far above any model, and low enough that the product of two widths stays exact.
constexpr double kMostWidth = 1e7;
constexpr double kMostLayers = 1e5;  // each is looked at by itself

Spec positive(const std::string& help, std::vector<std::string> aliases = {}) {
  Spec spec = described(help, std::move(aliases));
  spec.least = 1;
  spec.most = kMostWidth;
  return spec;
}

Spec not_negative(const std::string& help, std::vector<std::string> aliases = {}) {
  Spec spec = described(help, std::move(aliases));
  spec.least = 0;
  spec.most = kMostWidth;
  return spec;
}

Spec published(const std::string& help) {
  Spec spec = described(help);
  spec.least = 0;
  return spec;
}

Spec required(Spec spec) {
  spec.required = true;
  return spec;
}

void describe_experts(Fields& fields, MixtureOfExperts& mixture, const Transformer& model) {
  fields.whole("experts", mixture.experts,
               not_negative("routed experts of a layer; 0: a dense model", {"num-experts"}));
  fields.whole("top_k", mixture.top_k, not_negative("experts that one token meets", {"moe-router-topk"}));
  fields.count("expert_ffn_hidden", mixture.expert_ffn_hidden,
               not_negative("inner width of one expert", {"moe-ffn-hidden-size"}));
  fields.whole("shared_experts", mixture.shared_experts, not_negative("experts that every token meets"));
  if (mixture.shared_ffn_hidden == 0) mixture.shared_ffn_hidden = mixture.shared_experts * mixture.expert_ffn_hidden;
  fields.count("shared_ffn_hidden", mixture.shared_ffn_hidden,
               not_negative("inner width of all shared experts together (default: shared_experts x expert_ffn_hidden)",
                            {"moe-shared-expert-intermediate-size"}));
  if (mixture.shared_ffn_hidden > 0 && mixture.shared_experts == 0) mixture.shared_experts = 1;  // as Megatron says it
  fields.whole("layer_frequency", mixture.layer_frequency,
               positive("1: each layer after the dense ones has experts, 2: every second", {"moe-layer-freq"}));
  if (mixture.experts > 0 && mixture.moe_layers == 0 && mixture.layer_frequency > 0) {
    mixture.moe_layers = model.layers / mixture.layer_frequency;
  }
  fields.whole("moe_layers", mixture.moe_layers,
               not_negative("layers that have experts, the last ones (default: layers / layer_frequency)"));
  fields.whole(
      "routing_groups", mixture.routing_groups,
      positive("equal groups of experts, of which a token first picks groups_per_token", {"moe-router-num-groups"}));
  fields.whole("groups_per_token", mixture.groups_per_token,
               positive("groups that one token's experts come from", {"moe-router-group-topk"}));
  fields.number("imbalance", mixture.imbalance, positive("tokens of the busiest expert group over the mean"));
}

void check_experts(Fields& fields, const MixtureOfExperts& mixture, const Transformer& model) {
  if (mixture.experts == 0) {
    if (mixture.top_k > 0 || mixture.expert_ffn_hidden > 0) {
      fields.complain("moe", "a mixture of experts needs the number of experts", "add `experts:`", false);
    }
    return;
  }
  if (mixture.top_k < 1 || mixture.top_k > mixture.experts) {
    fields.complain("moe",
                    "top_k " + std::to_string(mixture.top_k) + " is not between 1 and the " +
                        std::to_string(mixture.experts) + " experts",
                    "", false);
  }
  if (mixture.expert_ffn_hidden < 1) {
    fields.complain("moe", "a mixture of experts needs the width of an expert", "add `expert_ffn_hidden:`", false);
  }
  const int groups = mixture.routing_groups, picked = mixture.groups_per_token;
  const bool is_limited = groups != 1 || picked != 1;
  if (is_limited && (groups < 1 || picked < 1 || picked > groups || mixture.experts % groups != 0 ||
                     mixture.top_k > mixture.experts / groups * picked)) {
    fields.complain("moe",
                    "top_k of " + std::to_string(mixture.experts) + " experts cannot come from " +
                        std::to_string(picked) + " of " + std::to_string(groups) + " equal groups",
                    "leave routing_groups and groups_per_token out unless the router is limited to groups", false);
  }
  const std::int64_t reached = static_cast<std::int64_t>(mixture.moe_layers) * mixture.layer_frequency;
  if (reached > model.layers) {
    fields.complain("moe",
                    std::to_string(mixture.moe_layers) + " layers with experts, one in " +
                        std::to_string(mixture.layer_frequency) + ", do not fit in " + std::to_string(model.layers) +
                        " layers",
                    "", false);
  }
}

// The struct holds an optional, the file a map with defaults: an all-zero map means that there is none, so that what
// --print-config writes reads back to the same model.
void describe_mixture(Fields& fields, Transformer& model) {
  MixtureOfExperts mixture = model.experts.value_or(MixtureOfExperts{});
  fields.object(
      "moe", [&](Fields& inner) { describe_experts(inner, mixture, model); },
      described("routed experts in place of the feed-forward layer", {"experts"}));
  if (fields.has("moe")) check_experts(fields, mixture, model);
  model.experts.reset();
  if (mixture.experts > 0) model.experts = mixture;
}

void check_dense_width(Fields& fields, const Transformer& model) {
  for (int layer = 0; layer < model.layers && model.ffn_hidden == 0; ++layer) {
    if (model::has_experts(model, layer)) continue;
    fields.complain("ffn_hidden", "layers without experts need a feed-forward width",
                    "leave the key out for 4 x hidden", false);
    return;
  }
}

void describe_latent(Fields& fields, Transformer& model) {
  LatentAttention latent = model.latent.value_or(LatentAttention{});
  const auto describe_ranks = [&](Fields& inner) {
    inner.count("query_rank", latent.query_rank, not_negative("0: queries are not compressed", {"q-lora-rank"}));
    inner.count("key_value_rank", latent.key_value_rank,
                not_negative("width of the latent of keys and values; 0: no latent attention", {"kv-lora-rank"}));
    inner.count("no_position_head_dim", latent.no_position_head_dim,
                not_negative("width of a head without rotation", {"qk-head-dim", "qk-nope-head-dim"}));
    inner.count("rope_head_dim", latent.rope_head_dim,
                not_negative("rotated width of a head", {"qk-pos-emb-head-dim", "qk-rope-head-dim"}));
    inner.count("value_head_dim", latent.value_head_dim, not_negative("width of a value head", {"v-head-dim"}));
  };
  fields.object("latent_attention", describe_ranks, described("multi-head latent attention (DeepSeek-V2 and V3)"));
  const bool any = latent.query_rank + latent.key_value_rank + latent.no_position_head_dim + latent.rope_head_dim +
                       latent.value_head_dim >
                   0;
  const bool all =
      latent.key_value_rank > 0 && latent.no_position_head_dim + latent.rope_head_dim > 0 && latent.value_head_dim > 0;
  if (any && !all) {
    fields.complain("latent_attention", "latent attention needs key_value_rank, value_head_dim and a head width", "",
                    false);
  }
  model.latent.reset();
  if (all) model.latent = latent;
}

void describe_heads(Fields& fields, Transformer& model) {
  if (model.kv_heads == 0) model.kv_heads = model.heads;
  fields.count("kv_heads", model.kv_heads,
               not_negative("key-value heads (default: heads)", {"num-query-groups", "num-key-value-heads"}));
  if (model.kv_heads == 0) model.kv_heads = model.heads;
  if (model.kv_heads > 0 && model.heads % model.kv_heads != 0) {
    fields.complain(
        "kv_heads",
        std::to_string(model.kv_heads) + " key-value heads do not divide " + std::to_string(model.heads) + " heads",
        "choose a divisor of heads", false);
  }
  const bool divides = model.heads > 0 && model.hidden % model.heads == 0;
  if (model.head_dim == 0 && divides) model.head_dim = model.hidden / model.heads;
  fields.count("head_dim", model.head_dim, not_negative("width of a head (default: hidden / heads)", {"kv-channels"}));
  if (model.head_dim == 0 && !model.latent && model.heads > 0 && model.hidden > 0) {
    fields.complain(
        "heads",
        "hidden " + std::to_string(model.hidden) + " does not divide by " + std::to_string(model.heads) + " heads",
        "give `head_dim:`", false);
  }
}

void describe_widths(Fields& fields, Transformer& model) {
  Spec layers = required(positive("transformer layers", {"num-layers"}));
  layers.most = kMostLayers;
  fields.whole("layers", model.layers, layers);
  fields.count("hidden", model.hidden, required(positive("width of the residual stream", {"hidden-size"})));
  fields.count("heads", model.heads, required(positive("query heads", {"num-attention-heads"})));
  describe_latent(fields, model);
  describe_heads(fields, model);
  if (model.ffn_hidden == 0) model.ffn_hidden = 4 * model.hidden;
  fields.count("ffn_hidden", model.ffn_hidden,
               not_negative("inner width of the dense feed-forward layer (default: 4 x hidden)", {"ffn-hidden-size"}));
  fields.flag("gated", model.gated, described("three feed-forward matrices (SwiGLU) instead of two", {"swiglu"}));
  fields.count("vocabulary", model.vocabulary,
               required(positive("rows of the token table, padding included", {"vocab-size", "padded-vocab-size"})));
}

void describe_positions(Fields& fields, Transformer& model) {
  fields.count("context", model.context,
               not_negative("tokens: default sequence length, and rows of learned positions",
                            {"max-position-embeddings", "seq-length"}));
  fields.choice("positions", model.positions, {"rope", "learned", "alibi", "none"},
                described("how tokens learn their place", {"position-embedding-type"}));
  if (model.positions == model::Positions::learned && model.context == 0) {
    fields.complain("positions", "learned positions need their number", "add `context:`", false);
  }
}

}  // namespace

void describe(Fields& fields, Transformer& model) {
  fields.text("id", model.id, described("name in the catalogue"));
  fields.text("title", model.title, described("one line for people"));
  fields.text("source", model.source, described("where the shape was published"));
  describe_widths(fields, model);
  describe_positions(fields, model);
  fields.flag("tied_embeddings", model.tied_embeddings, described("the logits projection is the token table"));
  fields.flag("biases", model.biases, described("linear layers have biases", {"add-bias-linear"}));
  fields.flag("layer_norm", model.layer_norm, described("LayerNorm (weight and bias) instead of RMSNorm"));
  fields.flag("dropout", model.dropout, described("trained with dropout: masks are kept for the backward pass"));
  describe_mixture(fields, model);
  check_dense_width(fields, model);
  Spec prediction_layers = not_negative("extra multi-token-prediction layers", {"mtp-num-layers"});
  prediction_layers.most = kMostLayers;
  fields.whole("prediction_layers", model.prediction_layers, prediction_layers);
  fields.number("published_parameters", model.published_parameters, published("the source's own count; 0: none"));
  fields.number("published_active_parameters", model.published_active_parameters,
                published("the source's own count of parameters that a token meets; 0: none"));
}

}  // namespace sim::config
