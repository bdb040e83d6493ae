#include "sim/config/hf_config.hpp"

#include <map>

#include "sim/config/catalog.hpp"
#include "sim/config/describe_model.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/value_printer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using Catch::Matchers::StartsWith;
using sim::InputError;
using sim::config::HfModel;
using sim::model::Transformer;

namespace {

Transformer model_of(const HfModel& read) {
  sim::config::Diagnostics diagnostics;
  auto model = sim::config::read<Transformer>(read.model, diagnostics);
  diagnostics.throw_if_any();
  return model;
}

HfModel file(const std::string& name) {
  return sim::config::read_hf_config(sim::test::source_folder() + "/tests/config/hf/" + name + ".json");
}

/// All fields that matter for time: not names, nor the context, which the catalogue gives as it was trained on and
/// config.json as it can be served; nor the width of dense layers where there are none.
std::string shape(Transformer model) {
  model.id = model.title = model.source = "";
  model.published_parameters = model.published_active_parameters = 0;
  model.context = model.positions == sim::model::Positions::learned ? model.context : 0;
  if (model.experts && model.experts->moe_layers == model.layers) model.ffn_hidden = 0;
  return sim::config::print_yaml(model);
}

std::string text_with(const std::string& keys) {
  return R"({"model_type": "llama", "hidden_size": 512, "intermediate_size": 1024, "num_hidden_layers": 4,
"num_attention_heads": 8, "vocab_size": 1000, "max_position_embeddings": 2048)" +
         keys + "}";
}

HfModel text(const std::string& json) {
  return sim::config::read_hf_text(json, "config.json");
}

sim::Diagnostic fault_of(const std::string& json) {
  try {
    (void)text(json);
  } catch (const InputError& error) {
    return error.diagnostics().front();
  }
  return {};
}

}  // namespace

TEST_CASE("a model from its config.json equals that of the catalogue in all that matters") {
  for (const char* id : {"llama2-7b", "llama3.1-8b", "mistral-7b", "mixtral-8x7b", "mixtral-8x22b", "qwen2.5-7b",
                         "qwen3-14b", "qwen3-30b-a3b", "qwen3-235b-a22b", "deepseek-v2-lite", "deepseek-v2",
                         "deepseek-v3", "gpt2-1.5b", "gpt-neox-20b", "falcon-180b", "gpt-oss-120b"}) {
    CAPTURE(id);
    CHECK(shape(model_of(file(id))) == shape(sim::config::load_model(id)));
  }
}

TEST_CASE("models from config.json have the parameters that were published, within 1 %") {
  // Sums of the tensors of each repository; Gemma 3 12B without its vision part: 12.19e9 - 0.42e9.
  const std::map<std::string, double> published{
      {"qwen1.5-moe-a2.7b", 14.316e9}, {"falcon-7b", 7.217e9},   {"gemma-2b", 2.506e9}, {"gemma-2-9b", 9.242e9},
      {"gemma-3-1b", 0.99989e9},       {"gemma-3-12b", 11.77e9}, {"phi-2", 2.7797e9},   {"phi-3-mini", 3.821e9}};
  for (const auto& [name, count] : published) {
    CAPTURE(name);
    CHECK_THAT(sim::model::parameters(model_of(file(name))).total(), WithinRel(count, 0.01));
  }
}

TEST_CASE("published files hold no key that is not known") {
  for (const char* name : {"llama3.1-8b", "qwen2.5-7b", "deepseek-v3", "gpt2-1.5b", "mixtral-8x7b", "falcon-180b",
                           "gpt-neox-20b", "qwen3-30b-a3b", "phi-2", "gemma-2b"}) {
    CAPTURE(name);
    CHECK(file(name).notes.empty());
  }
}

TEST_CASE("keys that are not known are named once, windows and pictures are said") {
  const HfModel odd = text(text_with(R"(, "quark_size": 3, "sea_size": 4, "bos_token_id": 1)"));
  REQUIRE(odd.notes.size() == 1);
  CHECK(odd.notes[0] == "config.json: keys that are not known and count for nothing: quark_size, sea_size");
  CHECK_THAT(file("mistral-7b").notes.at(0), ContainsSubstring("sliding_window: attention over 4096 tokens"));
  CHECK_THAT(file("gemma-3-12b").notes.at(0), ContainsSubstring("only the text part"));
  CHECK(text(text_with(R"(, "sliding_window": 100, "use_sliding_window": true)")).notes.size() == 1);
  CHECK(text(text_with(R"(, "sliding_window": 100)")).notes.empty());
}

TEST_CASE("keys that are null or left out have the defaults of the library") {
  const Transformer model = model_of(text(text_with(R"(, "num_key_value_heads": null, "head_dim": null)")));
  CHECK(model.kv_heads == 8);
  CHECK(model.head_dim == 64);
  CHECK_FALSE(model.tied_embeddings);
  CHECK(model.gated);
  CHECK(model_of(text(text_with(R"(, "tie_word_embeddings": true)"))).tied_embeddings);
  CHECK(model_of(text(text_with(R"(, "attention_bias": true, "mlp_bias": true)"))).biases);
  CHECK(model_of(file("falcon-7b")).kv_heads == 1);  // multi_query without new_decoder_architecture
  CHECK(model_of(file("gemma-3-12b")).head_dim == 256);
}

TEST_CASE("which layers have experts follows the keys of each family") {
  const std::string qwen =
      R"({"model_type": "qwen3_moe", "hidden_size": 512, "intermediate_size": 1024, "num_hidden_layers": 8,
"num_attention_heads": 8, "num_key_value_heads": 2, "vocab_size": 1000, "max_position_embeddings": 2048,
"num_experts": 4,
"moe_intermediate_size": 64, "num_experts_per_tok": 2)";
  CHECK(model_of(text(qwen + "}")).experts->moe_layers == 8);
  CHECK(model_of(text(qwen + R"(, "mlp_only_layers": [0, 1]})")).experts->moe_layers == 6);
  CHECK(text(qwen + R"(, "mlp_only_layers": [0, 1]})").notes.empty());
  CHECK(text(qwen + R"(, "mlp_only_layers": [0, 7]})").notes.size() == 1);
  const Transformer second = model_of(text(qwen + R"(, "decoder_sparse_step": 2})"));
  CHECK(second.experts->layer_frequency == 2);
  CHECK(second.experts->moe_layers == 4);
  CHECK(model_of(file("deepseek-v3")).experts->moe_layers == 58);
}

TEST_CASE("faults of a config.json are named with their place") {
  CHECK(fault_of("{}").message == "model_type: required key is missing");
  const sim::Diagnostic unknown = fault_of("{\n \"model_type\": \"lama\"}");
  CHECK(unknown.message == "model_type: lama is not known");
  CHECK(unknown.mark.line == 2);
  CHECK_THAT(unknown.hint, ContainsSubstring("did you mean llama?"));
  CHECK_THAT(unknown.hint, ContainsSubstring("deepseek_v3"));
  const sim::Diagnostic missing = fault_of(R"({"model_type": "llama", "hidden_size": 512})");
  CHECK(missing.message == "num_hidden_layers: required key is missing");
  const sim::Diagnostic wrong =
      fault_of("{\"model_type\": \"gpt2\", \"n_embd\": 64, \"n_head\": 2, \"vocab_size\": 9,\n\"n_layer\": \"x\"}");
  CHECK_THAT(wrong.message, StartsWith("n_layer: expected"));
  CHECK(wrong.mark.line == 2);
  for (const char* key : {"num_key_value_heads", "head_dim"}) {
    CHECK(fault_of(text_with(std::string(", \"") + key + "\": 0")).message ==
          std::string(key) + ": must be at least 1, got 0");
  }
  CHECK(fault_of(R"({"model_type": "mistral", "hidden_size": 512, "intermediate_size": 64, "num_hidden_layers": 8,
"num_attention_heads": 8, "vocab_size": 1000, "max_position_embeddings": 2048})")
            .message == "num_key_value_heads: required key is missing");
  CHECK_THAT(fault_of("[1]").message, ContainsSubstring("a map of keys"));
}
