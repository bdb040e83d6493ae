#include <string>
#include <vector>

#include "sim/config/describe_model.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/scenario.hpp"
#include "sim/config/value_printer.hpp"
#include "tests/support/catch.hpp"

using sim::config::Diagnostics;
using sim::config::Scenario;
using sim::model::Transformer;

namespace {

/// An argument of Megatron, the key that it is another name for, and a value.
struct Alias {
  std::string argument, key, value;
};

const std::vector<Alias> kOfModel{{"num-layers", "layers", "24"},
                                  {"hidden-size", "hidden", "2048"},
                                  {"num-attention-heads", "heads", "32"},
                                  {"num-query-groups", "kv_heads", "4"},
                                  {"kv-channels", "head_dim", "128"},
                                  {"ffn-hidden-size", "ffn_hidden", "5632"},
                                  {"swiglu", "gated", "true"},
                                  {"vocab-size", "vocabulary", "50304"},
                                  {"padded-vocab-size", "vocabulary", "50304"},
                                  {"max-position-embeddings", "context", "8192"},
                                  {"position-embedding-type", "positions", "none"},
                                  {"add-bias-linear", "biases", "true"},
                                  {"mtp-num-layers", "prediction_layers", "1"},
                                  {"num-experts", "moe.experts", "16"},
                                  {"moe-router-topk", "moe.top_k", "1"},
                                  {"moe-ffn-hidden-size", "moe.expert_ffn_hidden", "512"},
                                  {"moe-shared-expert-intermediate-size", "moe.shared_ffn_hidden", "1024"},
                                  {"moe-layer-freq", "moe.layer_frequency", "2"},
                                  {"moe-router-num-groups", "moe.routing_groups", "2"},
                                  {"moe-router-group-topk", "moe.groups_per_token", "2"},
                                  {"q-lora-rank", "latent_attention.query_rank", "768"},
                                  {"kv-lora-rank", "latent_attention.key_value_rank", "256"},
                                  {"qk-head-dim", "latent_attention.no_position_head_dim", "96"},
                                  {"qk-pos-emb-head-dim", "latent_attention.rope_head_dim", "32"},
                                  {"v-head-dim", "latent_attention.value_head_dim", "96"}};

const std::vector<Alias> kOfScenario{{"seq-length", "training.sequence_length", "2048"},
                                     {"global-batch-size", "training.global_batch", "256"},
                                     {"moe-expert-capacity-factor", "training.expert_capacity", "1.25"},
                                     {"tensor-model-parallel-size", "parallel.tp", "4"},
                                     {"pipeline-model-parallel-size", "parallel.pp", "2"},
                                     {"virtual-pipeline-model-parallel-size", "parallel.vpp", "2"},
                                     {"context-parallel-size", "parallel.cp", "2"},
                                     {"expert-model-parallel-size", "parallel.ep", "8"},
                                     {"expert-tensor-parallel-size", "parallel.etp", "2"},
                                     {"micro-batch-size", "parallel.micro_batch", "2"},
                                     {"sequence-parallel", "parallel.sequence_parallel", "true"},
                                     {"recompute-granularity", "parallel.recompute", "full"},
                                     {"recompute-num-layers", "parallel.recompute_layers", "2"},
                                     {"ddp-bucket-size", "parallel.bucket_parameters", "1e6"},
                                     {"tp-comm-overlap", "parallel.overlap.tp", "true"},
                                     {"overlap-grad-reduce", "parallel.overlap.dp_gradients", "true"},
                                     {"overlap-param-gather", "parallel.overlap.dp_parameters", "true"},
                                     {"overlap-p2p-communication", "parallel.overlap.pp", "true"},
                                     {"overlap-moe-expert-parallel-comm", "parallel.overlap.ep", "true"}};

/// Arguments that mean something else than one key: `simulate import megatron-args` translates them.
const std::vector<std::string> kOnlyImported{"num-layers-per-virtual-pipeline-stage",
                                             "recompute-method",
                                             "use-distributed-optimizer",
                                             "train-iters",
                                             "train-samples",
                                             "group-query-attention",
                                             "multi-latent-attention",
                                             "untie-embeddings-and-output-weights",
                                             "make-vocab-size-divisible-by"};

const std::string kModel = R"(
layers: 12
hidden: 1024
heads: 16
vocabulary: 32000
context: 4096
moe: {experts: 8, top_k: 2, expert_ffn_hidden: 256, routing_groups: 4}
latent_attention: {query_rank: 0, key_value_rank: 512, no_position_head_dim: 128, rope_head_dim: 64, value_head_dim: 128}
)";

const std::string kScenario = R"(
schema_version: 1
model: llama2-7b
training: {tokens: 1e9, global_batch: 512}
fleet: [{chip: H100-SXM5-80GB, count: 8, topology: dgx_h100_single}]
parallel: {zero: 1, overlap: {cp: true}}
software: transformer-engine-2023
)";

/// The document with `path` set, without the key `drop` of the same map.
sim::config::Value with(const std::string& document, const std::string& path, const std::string& value,
                        const std::string& drop = "") {
  sim::config::Value root = sim::config::read_yaml_text(document, "test.yaml");
  sim::config::Value* map = &root;
  std::string rest = path;
  for (std::size_t dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
    for (sim::config::Value::Entry& entry : map->entries) {
      if (entry.key == rest.substr(0, dot)) map = &entry.value;
    }
    rest.erase(0, dot + 1);
  }
  std::erase_if(map->entries, [&](const sim::config::Value::Entry& entry) { return entry.key == drop; });
  sim::config::set_value(root, path, value);
  return root;
}

template <class T>
std::string printed(const sim::config::Value& value, std::string& fault) {
  Diagnostics diagnostics;
  const T object = sim::config::read<T>(value, diagnostics);
  fault = diagnostics.empty() ? "" : diagnostics.list().front().message;
  return sim::config::print_yaml(object);
}

template <class T>
void check_alias(const std::string& document, const Alias& alias) {
  CAPTURE(alias.argument);
  const std::size_t dot = alias.key.rfind('.');
  const std::string map = dot == std::string::npos ? "" : alias.key.substr(0, dot + 1);
  const std::string key = alias.key.substr(map.size());
  std::string fault, by_key_fault;
  const std::string by_alias = printed<T>(with(document, map + alias.argument, alias.value, key), fault);
  const std::string by_key = printed<T>(with(document, alias.key, alias.value), by_key_fault);
  CHECK(fault.empty());
  CHECK(by_key_fault.empty());
  CHECK(by_alias == by_key);
  // It is not the value that stands there anyway, and both names together are a mistake.
  CHECK(by_key != printed<T>(sim::config::read_yaml_text(document, "test.yaml"), fault));
  sim::config::Value both = with(document, alias.key, alias.value);
  sim::config::set_value(both, map + alias.argument, alias.value);
  (void)printed<T>(both, fault);
  CHECK_THAT(fault, ContainsSubstring("means the same as"));
}

}  // namespace

TEST_CASE("Megatron's arguments are other names of the keys of a model") {
  for (const Alias& alias : kOfModel) check_alias<Transformer>(kModel, alias);
}

TEST_CASE("Megatron's arguments are other names of the keys of a scenario") {
  for (const Alias& alias : kOfScenario) check_alias<Scenario>(kScenario, alias);
}

TEST_CASE("arguments of Megatron that are no single key say what to write instead") {
  for (const std::string& argument : kOnlyImported) {
    CAPTURE(argument);
    std::string fault;
    (void)printed<Scenario>(with(kScenario, "parallel." + argument, "1"), fault);
    CHECK(fault == "parallel." + argument + ": an argument of Megatron that is no key here");
  }
}
