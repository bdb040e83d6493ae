#include "sim/config/hf_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/base/quantity.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/hf_family.hpp"
#include "sim/config/json.hpp"

namespace sim::config {
namespace {

using Experts = HfFamily::Experts;

constexpr double kMostWidth = 1e7;  // as describe_model.cpp
constexpr double kMostLayers = 1e5;

// The keys of config.json that say something about time. 0 and -1: not given.
struct Keys {
  std::int64_t layers = 0, hidden = 0, heads = 0, kv_heads = 0, head_dim = 0, ffn = -1, vocabulary = 0, context = 0;
  bool tied = false;
  double dropout = 0;
  std::int64_t window = 0;
  bool uses_window = false;
  bool attention_bias = false, mlp_bias = false;
  bool alibi = false, multi_query = true, new_decoder_architecture = false, bias = false;  // of Falcon
  std::int64_t experts = 0, top_k = 0, expert_ffn = 0, shared_experts = 0, shared_ffn = 0;
  std::int64_t groups = 1, picked_groups = 1, first_dense = 0, frequency = 1;
  std::vector<std::int64_t> dense_layers;
  std::int64_t query_rank = 0, key_value_rank = 0, no_position = 0, rope = 0, value = 0;
  std::int64_t prediction_layers = 0;
};

Spec width(const std::string& help, bool required = false, double least = 0) {
  return {.help = help, .required = required, .least = least, .most = kMostWidth};
}

void describe_shape(Fields& fields, Keys& keys, const HfFamily& family) {
  fields.count(family.layers_key.c_str(), keys.layers,
               {.help = "layers", .required = true, .least = 1, .most = kMostLayers});
  fields.count(family.hidden_key.c_str(), keys.hidden, width("width of the residual stream", true, 1));
  keys.heads = family.heads;
  fields.count(family.heads_key.c_str(), keys.heads, width("query heads", family.heads == 0, 1));
  keys.kv_heads = family.kv_heads;
  fields.count(family.kv_heads_key.c_str(), keys.kv_heads, width("key-value heads", family.needs_kv_heads, 1));
  keys.head_dim = family.head_dim;
  fields.count("head_dim", keys.head_dim, width("width of a head", false, 1));
  keys.ffn = family.ffn;
  fields.count(family.ffn_key.c_str(), keys.ffn, width("width of the feed-forward layer", family.ffn < 0, 1));
  keys.vocabulary = family.vocabulary;
  fields.count("vocab_size", keys.vocabulary, width("rows of the token table", family.vocabulary == 0, 1));
  keys.context = family.context;
  fields.count(family.context_key.c_str(), keys.context,
               {.help = "longest sequence", .required = family.context == 0, .least = 1, .most = 1e9});
  keys.tied = family.tied;
  fields.flag("tie_word_embeddings", keys.tied, {.help = "the logits projection is the token table"});
}

void describe_layer(Fields& fields, Keys& keys, const HfFamily& family) {
  for (const char* key : {"attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop"}) {
    double share = family.dropout;
    fields.number(key, share, {.help = "share of values that dropout takes", .least = 0, .most = 1});
    keys.dropout = std::max(keys.dropout, share);
  }
  fields.count("sliding_window", keys.window, {.help = "tokens that attention sees", .least = 0, .most = 1e9});
  keys.uses_window = family.always_windowed;
  fields.flag("use_sliding_window", keys.uses_window, {.help = "whether it does"});
  fields.flag("attention_bias", keys.attention_bias, {.help = "the products of attention have biases"});
  fields.flag("mlp_bias", keys.mlp_bias, {.help = "the products of the feed-forward layer have biases"});
  if (family.type != "falcon") return;
  fields.flag("alibi", keys.alibi, {.help = "ALiBi instead of rotation"});
  fields.flag("multi_query", keys.multi_query, {.help = "one head of keys and values"});
  fields.flag("new_decoder_architecture", keys.new_decoder_architecture, {.help = "num_kv_heads counts"});
  fields.flag("bias", keys.bias, {.help = "linear layers have biases"});
}

void describe_qwen_experts(Fields& fields, Keys& keys) {
  fields.count("num_experts", keys.experts, width("routed experts", true, 1));
  fields.count("moe_intermediate_size", keys.expert_ffn, width("width of an expert", true, 1));
  fields.count("shared_expert_intermediate_size", keys.shared_ffn, width("width of the shared expert"));
  fields.count("decoder_sparse_step", keys.frequency, width("every so many layers have experts", false, 1));
  fields.counts("mlp_only_layers", keys.dense_layers,
                {.help = "layers without experts", .least = 0, .most = kMostLayers});
}

void describe_deepseek_experts(Fields& fields, Keys& keys, const HfFamily& family) {
  const bool is_third = family.type != "deepseek_v2";
  fields.count("n_routed_experts", keys.experts, width("routed experts", false, 1));
  fields.count("moe_intermediate_size", keys.expert_ffn, width("width of an expert", keys.experts > 0, 1));
  fields.count("n_shared_experts", keys.shared_experts, width("shared experts"));
  keys.first_dense = is_third ? 3 : 0;
  fields.count("first_k_dense_replace", keys.first_dense, width("first layers without experts"));
  fields.count("moe_layer_freq", keys.frequency, width("every so many layers have experts", false, 1));
  keys.groups = is_third ? 8 : 1;
  fields.count("n_group", keys.groups, width("groups of experts", false, 1));
  keys.picked_groups = is_third ? 4 : 1;
  fields.count("topk_group", keys.picked_groups, width("groups that a token's experts come from", false, 1));
  fields.count("num_nextn_predict_layers", keys.prediction_layers,
               {.help = "multi-token-prediction layers", .least = 0, .most = kMostLayers});
}

void describe_experts(Fields& fields, Keys& keys, const HfFamily& family) {
  if (family.experts == Experts::none) return;
  if (family.experts == Experts::mixtral) {
    fields.count("num_local_experts", keys.experts, width("routed experts", true, 1));
    keys.expert_ffn = keys.ffn;
  } else if (family.experts == Experts::qwen) {
    describe_qwen_experts(fields, keys);
  } else {
    describe_deepseek_experts(fields, keys, family);
  }
  Spec top_k = width("experts that a token meets", keys.experts > 0, 1);
  if (family.type == "gpt_oss") top_k.aliases = {"experts_per_token"};
  const bool writes_both = top_k.aliases.empty() || !fields.has("num_experts_per_tok");
  if (!writes_both) top_k.aliases.clear();  // gpt-oss writes the number under both names
  fields.count("num_experts_per_tok", keys.top_k, top_k);
  std::int64_t same = 0;
  if (!writes_both) fields.count("experts_per_token", same, width("the same", false, 1));
}

void describe_latent(Fields& fields, Keys& keys, const HfFamily& family) {
  if (!family.latent_attention) return;
  fields.count("q_lora_rank", keys.query_rank, width("width of the latent of queries", false, 1));
  fields.count("kv_lora_rank", keys.key_value_rank, width("width of the latent of keys and values", true, 1));
  fields.count("qk_nope_head_dim", keys.no_position, width("width of a head without rotation", true));
  fields.count("qk_rope_head_dim", keys.rope, width("rotated width of a head", true));
  fields.count("v_head_dim", keys.value, width("width of a value head", true, 1));
}

// Writes a model in the words of describe_model.cpp, each value where config.json has it.
class ModelWriter {
 public:
  ModelWriter(const Value& source, Value& target) : source_(source), target_(target) {}

  void text(const char* key, const std::string& text, const std::string& from) {
    Value value;
    value.kind = Value::Kind::scalar;
    value.text = text;
    const Value* const written = source_.find(from);
    value.mark = written == nullptr ? target_.mark : written->mark;
    const SourceMark mark = value.mark;
    target_.entries.push_back({key, mark, std::move(value)});
  }
  void count(const char* key, std::int64_t number, const std::string& from) { text(key, std::to_string(number), from); }
  void flag(const char* key, bool is_on, const std::string& from) { text(key, is_on ? "true" : "false", from); }

 private:
  const Value& source_;
  Value& target_;
};

Value map_at(const SourceMark& mark) {
  Value value;
  value.kind = Value::Kind::map;
  value.mark = mark;
  return value;
}

// Layers with experts; their places count only as the last ones, or every `frequency`-th.
std::int64_t expert_layers(const Keys& keys, const HfFamily& family) {
  if (family.experts == Experts::mixtral) return keys.layers;
  const std::set<std::int64_t> dense(keys.dense_layers.begin(), keys.dense_layers.end());
  std::int64_t count = 0;
  for (std::int64_t layer = 0; layer < keys.layers; ++layer) {
    const bool is_qwen = family.experts == Experts::qwen;
    const bool is_turn = is_qwen ? (layer + 1) % keys.frequency == 0 : layer % keys.frequency == 0;
    if (is_turn && dense.count(layer) == 0 && layer >= keys.first_dense) ++count;
  }
  return std::min(count, keys.layers / keys.frequency);
}

void write_experts(const Keys& keys, const HfFamily& family, const Value& source, Value& model) {
  if (keys.experts == 0) return;
  Value mixture = map_at(model.mark);
  ModelWriter writer(source, mixture);
  const char* const number_key = family.experts == Experts::mixtral ? "num_local_experts"
                                 : family.experts == Experts::qwen  ? "num_experts"
                                                                    : "n_routed_experts";
  writer.count("experts", keys.experts, number_key);
  writer.count("top_k", keys.top_k, "num_experts_per_tok");
  writer.count("expert_ffn_hidden", keys.expert_ffn,
               family.experts == Experts::mixtral ? family.ffn_key : "moe_intermediate_size");
  const bool is_one_shared = keys.shared_ffn > 0;
  const std::int64_t shared = is_one_shared ? 1 : keys.shared_experts;
  if (shared > 0) writer.count("shared_experts", shared, "n_shared_experts");
  if (is_one_shared) writer.count("shared_ffn_hidden", keys.shared_ffn, "shared_expert_intermediate_size");
  if (keys.frequency > 1) writer.count("layer_frequency", keys.frequency, "moe_layer_freq");
  const std::int64_t count = expert_layers(keys, family);
  if (count != keys.layers / keys.frequency) writer.count("moe_layers", count, "first_k_dense_replace");
  if (keys.groups > 1) {
    writer.count("routing_groups", keys.groups, "n_group");
    writer.count("groups_per_token", keys.picked_groups, "topk_group");
  }
  model.entries.push_back({"moe", mixture.mark, mixture});
}

void write_latent(const Keys& keys, const Value& source, Value& model) {
  Value latent = map_at(model.mark);
  ModelWriter writer(source, latent);
  writer.count("query_rank", keys.query_rank, "q_lora_rank");
  writer.count("key_value_rank", keys.key_value_rank, "kv_lora_rank");
  writer.count("no_position_head_dim", keys.no_position, "qk_nope_head_dim");
  writer.count("rope_head_dim", keys.rope, "qk_rope_head_dim");
  writer.count("value_head_dim", keys.value, "v_head_dim");
  model.entries.push_back({"latent_attention", latent.mark, latent});
}

Value model_of(Keys keys, const HfFamily& family, const Value& source, const SourceMark& mark) {
  Value model = map_at(mark);
  ModelWriter writer(source, model);
  if (family.type == "falcon" && !keys.new_decoder_architecture) keys.kv_heads = keys.multi_query ? 1 : keys.heads;
  writer.text("title", family.type, "model_type");
  writer.count("layers", keys.layers, family.layers_key);
  writer.count("hidden", keys.hidden, family.hidden_key);
  writer.count("heads", keys.heads, family.heads_key);
  if (!family.latent_attention) {
    if (keys.kv_heads > 0) writer.count("kv_heads", keys.kv_heads, family.kv_heads_key);
    if (keys.head_dim > 0) writer.count("head_dim", keys.head_dim, "head_dim");
  }
  if (keys.ffn > 0) writer.count("ffn_hidden", keys.ffn, family.ffn_key);
  const bool all_biased = keys.attention_bias && keys.mlp_bias;
  writer.flag("gated", family.gated, "model_type");
  writer.count("vocabulary", keys.vocabulary, "vocab_size");
  writer.count("context", keys.context, family.context_key);
  writer.text("positions", family.learned_positions ? "learned" : keys.alibi ? "alibi" : "rope", "model_type");
  writer.flag("tied_embeddings", keys.tied, "tie_word_embeddings");
  writer.flag("biases", family.biases || keys.bias || all_biased, "model_type");
  writer.flag("layer_norm", family.layer_norm, "model_type");
  writer.flag("dropout", keys.dropout > 0, "model_type");
  if (family.latent_attention) write_latent(keys, source, model);
  write_experts(keys, family, source, model);
  if (keys.prediction_layers > 0) writer.count("prediction_layers", keys.prediction_layers, "num_nextn_predict_layers");
  return model;
}

std::vector<std::string> notes_on(const Keys& keys, const HfFamily& family, const Value& source,
                                  std::vector<std::string> unknown) {
  std::vector<std::string> notes;
  const std::string& file = source.mark.file;
  const auto is_silent = [](const std::string& key) { return hf_keys_without_time().count(key) > 0; };
  unknown.erase(std::remove_if(unknown.begin(), unknown.end(), is_silent), unknown.end());
  if (!unknown.empty()) {
    notes.push_back(
        fmt::format("{}: keys that are not known and count for nothing: {}", file, fmt::join(unknown, ", ")));
  }
  if (keys.uses_window && keys.window > 0) {
    notes.push_back(fmt::format("{}: sliding_window: attention over {} tokens is simulated over the whole sequence",
                                file, keys.window));
  }
  if (keys.experts == 0) return notes;
  const std::int64_t count = expert_layers(keys, family);
  const std::int64_t last = keys.layers - count * keys.frequency;  // where the layers without experts end in our model
  for (const std::int64_t layer : keys.dense_layers) {
    if (layer < last || layer >= keys.layers) continue;
    notes.push_back(fmt::format("{}: mlp_only_layers: layers without experts are simulated as the first ones", file));
    break;
  }
  return notes;
}

std::vector<std::string> model_types() {
  std::vector<std::string> types;
  for (const HfFamily& family : hf_families()) types.push_back(family.type);
  return types;
}

const HfFamily& family_of(const Value& root, const Value* type) {
  const auto known = [] { return fmt::format("known: {}", fmt::join(model_types(), ", ")); };
  if (type == nullptr || type->kind != Value::Kind::scalar) {
    throw InputError({Diagnostic{root.mark, "model_type: required key is missing", known()}});
  }
  for (const HfFamily& family : hf_families()) {
    if (family.type == type->text) return family;
  }
  const std::string nearest = nearest_name(type->text, model_types());
  throw InputError({Diagnostic{type->mark, "model_type: " + type->text + " is not known",
                               (nearest.empty() ? "" : "did you mean " + nearest + "? ") + known()}});
}

// A key that is null has its default.
void drop_nulls(Value& map) {
  const auto is_null = [](const Value::Entry& entry) { return entry.value.kind == Value::Kind::null; };
  map.entries.erase(std::remove_if(map.entries.begin(), map.entries.end(), is_null), map.entries.end());
}

HfModel model_from(Value root) {
  if (root.kind != Value::Kind::map) {
    throw InputError({Diagnostic{root.mark, "a config.json is a map of keys", "it starts with {"}});
  }
  HfModel result;
  const Value* type = root.find("model_type");
  Value source = root;
  if (const Value* text = root.find("text_config"); text != nullptr && text->kind == Value::Kind::map) {
    source = *text;
    if (const Value* inner = text->find("model_type")) type = inner;
    result.notes.push_back(root.mark.file + ": only the text part is simulated (text_config), no images and no sound");
  }
  HfFamily family = family_of(root, type);
  const Value* const kv_heads = source.find(family.kv_heads_key);
  if (kv_heads != nullptr && kv_heads->kind == Value::Kind::null) family.needs_kv_heads = false;  // as many as heads
  drop_nulls(source);
  Keys keys;
  Diagnostics diagnostics;
  FieldReader reader(source, source.mark, "", diagnostics);
  describe_shape(reader, keys, family);
  describe_layer(reader, keys, family);
  describe_experts(reader, keys, family);
  describe_latent(reader, keys, family);
  diagnostics.throw_if_any();
  result.model = model_of(keys, family, source, root.mark);
  const std::vector<std::string> notes = notes_on(keys, family, source, reader.unknown_keys());
  result.notes.insert(result.notes.end(), notes.begin(), notes.end());
  return result;
}

}  // namespace

HfModel read_hf_config(const std::string& path) {
  return model_from(read_json_file(path));
}

HfModel read_hf_text(const std::string& text, const std::string& name) {
  return model_from(read_json_text(text, name));
}

}  // namespace sim::config
