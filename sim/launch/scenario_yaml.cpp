#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sim/config/json_text.hpp"
#include "sim/launch/megatron.hpp"

namespace sim::launch {
namespace {

using parallel::Recompute;
using parallel::Strategy;

// Lines of YAML, each with what was assumed behind it.
class Lines {
 public:
  explicit Lines(const std::map<std::string, std::string>& comments) : comments_(comments) {}

  void open(const std::string& key) {
    text_ += std::string(indent(), ' ') + key + ":\n";
    path_.push_back(key);
  }
  void close() { path_.pop_back(); }

  void add(const std::string& key, const std::string& value, const std::string& comment = "") {
    text_ += std::string(indent(), ' ') + key + ": " + value;
    std::string path;
    for (const std::string& part : path_) path += part + ".";
    const auto found = comments_.find(path + key);
    const std::string& said = comment.empty() && found != comments_.end() ? found->second : comment;
    text_ += said.empty() ? "\n" : "  # " + said + "\n";
  }
  void add(const std::string& key, std::int64_t value) { add(key, std::to_string(value)); }
  void add_if(bool is_on, const std::string& key) {
    if (is_on) add(key, "true");
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::size_t indent() const { return 2 * path_.size(); }

  const std::map<std::string, std::string>& comments_;
  std::vector<std::string> path_;
  std::string text_;
};

const char* yes_or_no(bool is_on) {
  return is_on ? "true" : "false";
}

void add_experts(Lines& lines, const model::MixtureOfExperts& mixture, int layers) {
  lines.open("moe");
  lines.add("experts", mixture.experts);
  lines.add("top_k", mixture.top_k);
  lines.add("expert_ffn_hidden", mixture.expert_ffn_hidden);
  if (mixture.shared_experts > 0) {
    lines.add("shared_experts", mixture.shared_experts);
    lines.add("shared_ffn_hidden", mixture.shared_ffn_hidden);
  }
  if (mixture.layer_frequency > 1) lines.add("layer_frequency", mixture.layer_frequency);
  if (mixture.moe_layers * mixture.layer_frequency != layers) lines.add("moe_layers", mixture.moe_layers);
  if (mixture.routing_groups > 1) {
    lines.add("routing_groups", mixture.routing_groups);
    lines.add("groups_per_token", mixture.groups_per_token);
  }
  lines.close();
}

void add_model(Lines& lines, const model::Transformer& model) {
  const char* const kPositions[] = {"rope", "learned", "alibi", "none"};
  lines.open("model");
  lines.add("layers", model.layers);
  lines.add("hidden", model.hidden);
  lines.add("heads", model.heads);
  if (model.latent) {
    lines.open("latent_attention");
    lines.add("query_rank", model.latent->query_rank);
    lines.add("key_value_rank", model.latent->key_value_rank);
    lines.add("no_position_head_dim", model.latent->no_position_head_dim);
    lines.add("rope_head_dim", model.latent->rope_head_dim);
    lines.add("value_head_dim", model.latent->value_head_dim);
    lines.close();
  } else {
    lines.add("kv_heads", model.kv_heads);
    lines.add("head_dim", model.head_dim);
  }
  lines.add("ffn_hidden", model.ffn_hidden);
  lines.add("gated", yes_or_no(model.gated));
  lines.add("vocabulary", model.vocabulary);
  lines.add("context", model.context);
  lines.add("positions", kPositions[static_cast<std::size_t>(model.positions)]);
  lines.add("tied_embeddings", yes_or_no(model.tied_embeddings));
  lines.add("biases", yes_or_no(model.biases));
  lines.add("layer_norm", yes_or_no(model.layer_norm));
  lines.add("dropout", yes_or_no(model.dropout));
  if (model.experts) add_experts(lines, *model.experts, model.layers);
  if (model.prediction_layers > 0) lines.add("prediction_layers", model.prediction_layers);
  lines.close();
}

void add_training(Lines& lines, const MegatronRun& run) {
  lines.open("training");
  lines.add("tokens", fmt::format("{}", run.tokens));
  lines.add("sequence_length", run.sequence_length);
  lines.add("global_batch", run.global_batch);
  lines.add("precision", run.precision);
  lines.add("gradient_precision", run.gradient_precision);
  if (run.optimizer != "adam") lines.add("optimizer", run.optimizer);
  if (run.expert_capacity > 0) lines.add("expert_capacity", fmt::format("{}", run.expert_capacity));
  lines.close();
}

void add_overlap(Lines& lines, const parallel::Overlap& overlap) {
  if (!overlap.tp && !overlap.dp_gradients && !overlap.dp_parameters && !overlap.pp && !overlap.ep) return;
  lines.open("overlap");
  lines.add_if(overlap.tp, "tp");
  lines.add_if(overlap.dp_gradients, "dp_gradients");
  lines.add_if(overlap.dp_parameters, "dp_parameters");
  lines.add_if(overlap.pp, "pp");
  lines.add_if(overlap.ep, "ep");
  lines.close();
}

void add_memory(Lines& lines, const Strategy& s) {
  lines.add("zero", s.zero);
  if (s.zero_group > 0) lines.add("zero_group", s.zero_group);
  lines.add("recompute", parallel::recompute_names()[static_cast<std::size_t>(s.recompute)]);
  if (s.recompute_layers > 0) lines.add("recompute_layers", s.recompute_layers);
  if (s.offload.optimizer) {
    lines.open("offload");
    lines.add("optimizer", "true");
    lines.close();
  }
}

void add_parallel(Lines& lines, const Strategy& s, bool has_experts) {
  lines.open("parallel");
  lines.add("tp", s.tp);
  lines.add("pp", s.pp);
  if (s.vpp > 1) lines.add("vpp", s.vpp);
  if (s.cp > 1) lines.add("cp", s.cp);
  lines.add("dp", s.dp);
  if (has_experts) lines.add("ep", s.ep);
  if (has_experts) lines.add("etp", s.etp);
  lines.add("micro_batch", s.micro_batch);
  lines.add("sequence_parallel", yes_or_no(s.sequence_parallel));
  add_memory(lines, s);
  if (s.bucket_parameters > 0) lines.add("bucket_parameters", fmt::format("{}", s.bucket_parameters));
  if (s.context_exchange == model::ContextExchange::all_to_all) lines.add("cp_exchange", "all_to_all");
  if (s.expert_exchange == model::ExpertExchange::deduplicated) lines.add("ep_exchange", "deduplicated");
  add_overlap(lines, s.overlap);
  if (s.rank_order != parallel::kMegatronOrder) lines.add("rank_order", "[tp, cp, pp, dp]");
  if (!s.stage_layers.empty()) lines.add("stages", fmt::format("[{}]", fmt::join(s.stage_layers, ", ")));
  lines.close();
}

// The script's name without folder and ending.
std::string name_of(const std::string& from) {
  if (from == "<stdin>") return "imported";
  std::string name = from.substr(from.find_last_of('/') == std::string::npos ? 0 : from.find_last_of('/') + 1);
  constexpr std::size_t kLongest = 60;
  name = name.substr(0, std::min(name.find('.'), kLongest));
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name.empty() ? "imported" : name;
}

// Quoted where YAML could take it for something else than a text.
std::string text_of(const std::string& word) {
  const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
  });
  const bool is_safe = is_plain && std::isalpha(static_cast<unsigned char>(word[0])) != 0;
  return is_safe ? word : config::json_string(word);
}

std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20U) c = ' ';
  }
  return text;
}

}  // namespace

std::string scenario_yaml(const MegatronRun& run, const AssumedFleet& fleet, const std::string& from) {
  Lines lines(run.comments);
  lines.add("schema_version", 1);
  lines.add("name", config::json_string(name_of(from)));
  add_model(lines, run.model);
  add_training(lines, run);
  std::string text =
      "# From " + on_one_line(from) + " by `simulate import megatron-args`. Comments say what was assumed.\n";
  text += lines.text() + "fleet:\n";
  const auto comment = [](const std::string& why) { return why.empty() ? "\n" : "  # " + why + "\n"; };
  const auto count = run.comments.find("fleet.count");
  text += "  - chip: " + text_of(fleet.chip) + comment(fleet.chip_comment);
  text += fmt::format("    count: {}", run.chips) + comment(count == run.comments.end() ? "" : count->second);
  text += "    topology: " + text_of(fleet.topology) + comment(fleet.topology_comment);
  Lines rest(run.comments);
  add_parallel(rest, run.strategy, run.model.experts.has_value());
  rest.add("software", text_of(fleet.software), fleet.software_comment);
  return text + rest.text();
}

}  // namespace sim::launch
