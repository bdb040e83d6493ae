#include "sim/validate/record_model.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"

namespace sim::validate {
namespace {

using model::MixtureOfExperts;
using model::Transformer;

// Names whose public architecture has multi-head latent attention, with the catalogue model that holds its widths.
// Kimi K2 has DeepSeek-V3's (arXiv 2507.20534, table 2). The first match counts.
constexpr std::array<std::pair<std::string_view, const char*>, 4> kLatentModels = {{
    {"DeepSeek-V2-Lite", "deepseek-v2-lite"},
    {"DeepSeek-V2", "deepseek-v2"},
    {"DeepSeek-V3", "deepseek-v3"},
    {"Kimi-K2", "deepseek-v3"},
}};

void add_latent_attention(const std::string& name, Transformer& model) {
  for (const auto& [words, catalogue_name] : kLatentModels) {
    if (name.find(words) == std::string::npos) continue;
    model.latent = config::load_model(catalogue_name).latent;
    model.kv_heads = model.heads;
    return;
  }
}

MixtureOfExperts experts_of(const RecordModel& record) {
  const RecordExperts& from = *record.experts;
  MixtureOfExperts experts;
  experts.experts = from.experts;
  experts.top_k = from.top_k;
  experts.expert_ffn_hidden = from.expert_ffn;
  experts.shared_experts = from.shared_experts;
  experts.shared_ffn_hidden = from.shared_experts * from.expert_ffn;
  experts.moe_layers = from.moe_layers;
  // Half of the layers: every second one, as in GLaM and Llama 4 Maverick. Otherwise the first layers are dense.
  experts.layer_frequency = 2 * from.moe_layers == record.layers ? 2 : 1;
  return experts;
}

void check_shape(const RecordModel& record) {
  if (record.head_dim == 0 && record.hidden % record.heads != 0) {
    throw infeasible("model: hidden does not divide by heads, and the record has no head_dim");
  }
  if (!record.experts) return;
  if (record.experts->top_k > record.experts->experts) throw infeasible("model: topk is larger than experts");
  if (record.experts->moe_layers > record.layers) throw infeasible("model: moe_layers is larger than layers");
}

}  // namespace

Transformer model_of(const Record& record) {
  const RecordModel& from = record.model;
  check_shape(from);
  Transformer model;
  model.id = record.id;
  model.title = from.name;
  model.source = record.source;
  model.layers = from.layers;
  model.hidden = from.hidden;
  model.heads = from.heads;
  model.kv_heads = from.kv_heads;
  model.head_dim = from.head_dim > 0 ? from.head_dim : from.hidden / from.heads;
  model.ffn_hidden = from.ffn_hidden;
  model.gated = from.gated_mlp;
  model.vocabulary = from.vocabulary;
  model.context = from.sequence_length;
  const bool is_gpt = !from.gated_mlp;
  // A step that is validated afterwards cannot wait for a table that the first and the last stage share.
  const bool may_tie = record.run.schedule.rfind("zb", 0) != 0;
  model.tied_embeddings = from.tied_embeddings.value_or(is_gpt && may_tie);
  model.biases = is_gpt;
  model.layer_norm = is_gpt;
  model.dropout = is_gpt;
  model.positions = is_gpt ? model::Positions::learned : model::Positions::rope;
  if (from.experts) model.experts = experts_of(from);
  add_latent_attention(from.name, model);
  return model;
}

}  // namespace sim::validate
