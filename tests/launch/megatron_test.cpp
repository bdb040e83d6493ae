#include "sim/launch/megatron.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/describe_model.hpp"
#include "sim/config/scenario.hpp"
#include "sim/config/value_printer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using sim::InputError;
using sim::launch::Additions;
using sim::launch::MegatronRun;
using sim::model::Transformer;
using sim::parallel::Recompute;

namespace {

MegatronRun run_of(const std::string& script) {
  const std::string path = sim::test::source_folder() + "/tests/launch/scripts/" + script;
  return sim::launch::read_megatron(sim::config::read_source(path));
}

MegatronRun run_of_text(const std::string& text, const Additions& additions = {}) {
  return sim::launch::read_megatron(sim::config::YamlSource("args.txt", text), additions);
}

/// Arguments of a small model, with more behind them.
std::string small_with(const std::string& more) {
  return "--num-layers 24 --hidden-size 1024 --num-attention-heads 16 --seq-length 2048 --micro-batch-size 2 "
         "--global-batch-size 64 --train-iters 100 --vocab-size 50257 --bf16 " +
         more + "\n";
}

std::string message_of(const std::string& text) {
  try {
    (void)run_of_text(text);
  } catch (const InputError& error) {
    return error.diagnostics().front().message;
  }
  return "";
}

/// All fields that matter for time: not names, nor the context, which catalogue and scripts give for different ends.
std::string shape(Transformer model) {
  model.id = model.title = model.source = "";
  model.context = 0;
  model.published_parameters = model.published_active_parameters = 0;
  if (model.experts && model.experts->shared_ffn_hidden > 0) model.experts->shared_experts = 1;
  return sim::config::print_yaml(model);
}

}  // namespace

TEST_CASE("GPT-3 175B: layout and model are those of the script") {
  const MegatronRun run = run_of("gpt3_175b.sh");
  CHECK(run.strategy.tp == 8);
  CHECK(run.strategy.pp == 16);
  CHECK(run.strategy.dp == 1);  // 16 nodes of 8
  CHECK(run.chips == 128);
  CHECK(run.strategy.recompute == Recompute::selective);
  CHECK(run.strategy.zero == 0);
  CHECK_FALSE(run.strategy.sequence_parallel);
  CHECK(run.precision == "fp16");
  CHECK(run.gradient_precision == "fp16");
  CHECK(run.tokens == 500000.0 * 1536 * 2048);
  // 50,257 rows padded to a multiple of 128 x 8
  CHECK(run.model.vocabulary == 51200);
  Transformer published = sim::config::load_model("gpt3-175b");
  published.vocabulary = 51200;
  CHECK(shape(run.model) == shape(published));
  REQUIRE(run.notes.size() == 2);
  CHECK_THAT(run.notes[1], ContainsSubstring("variables without a value count for nothing: 1, 2, 3"));
  CHECK_THAT(run.notes[0], ContainsSubstring("--rampup-batch-size"));
}

TEST_CASE("Llama 3 8B in fp8: branches, defaults and quoted options") {
  const MegatronRun run = run_of("llama3_8b_fp8.sh");
  CHECK(shape(run.model) == shape(sim::config::load_model("llama3.1-8b")));
  CHECK(run.precision == "fp8");
  CHECK(run.gradient_precision == "bf16");
  CHECK(run.strategy.cp == 2);
  CHECK(run.strategy.dp == 4);
  CHECK(run.strategy.zero == 1);
  CHECK(run.strategy.overlap.dp_gradients);
  CHECK(run.strategy.overlap.dp_parameters);
  CHECK_FALSE(run.strategy.sequence_parallel);  // tp is 1
  CHECK(run.tokens == 1953125000.0 * 8192);
  REQUIRE(run.notes.size() == 1);
  CHECK_THAT(run.notes[0], ContainsSubstring("count for nothing: $(...);"));
}

TEST_CASE("Llama 3 70B: interleaved stages and blocks that are recomputed") {
  const MegatronRun run = run_of("llama3_70b.sh");
  CHECK(shape(run.model) == shape(sim::config::load_model("llama3.1-70b")));
  CHECK(run.strategy.vpp == 4);  // 80 layers / 4 stages / 5
  CHECK(run.strategy.dp == 4);   // 64 / (4 x 4)
  CHECK(run.strategy.recompute == Recompute::full);
  CHECK(run.strategy.recompute_layers == 3);
  CHECK(run.strategy.overlap.tp);
  CHECK(run.strategy.overlap.pp);
  CHECK(run.strategy.sequence_parallel);
  CHECK(run.notes.empty());
}

TEST_CASE("Mixtral 8x7B: experts") {
  const MegatronRun run = run_of("mixtral_8x7b.sh");
  CHECK(shape(run.model) == shape(sim::config::load_model("mixtral-8x7b")));
  CHECK(run.strategy.ep == 8);
  CHECK(run.strategy.etp == 1);
  CHECK(run.strategy.pp == 4);
  CHECK(run.strategy.dp == 16);
  REQUIRE(run.notes.size() == 1);
  CHECK_THAT(run.notes[0], ContainsSubstring("count for nothing: LOGGING_ARGS, WANDB_API_KEY;"));
}

TEST_CASE("files that a script sources and variables without a value are named") {
  const MegatronRun run = run_of_text("source env.sh\ntorchrun p.py " + small_with("$MORE"));
  REQUIRE(run.notes.size() == 2);
  CHECK(run.notes[0] == "env.sh is not read: give its assignments by --variable or paste them");
  CHECK(run.notes[1] == "variables without a value count for nothing: MORE; --variable NAME=VALUE gives one");
}

TEST_CASE("instances of the distributed optimizer are groups that share a copy") {
  const std::string more = "--use-distributed-optimizer --num-distributed-optimizer-instances ";
  const std::string launcher = "torchrun --nnodes 2 --nproc-per-node 8 p.py ";  // dp 16
  CHECK(run_of_text(launcher + small_with(more + "4")).strategy.zero_group == 4);
  CHECK_THAT(run_of_text(launcher + small_with(more + "3")).notes.at(0), ContainsSubstring("does not divide"));
  CHECK(run_of_text(small_with("--context-parallel-algo ulysses_cp_algo")).strategy.context_exchange ==
        sim::model::ContextExchange::all_to_all);
  CHECK_THAT(run_of_text(small_with("--use-sharp")).notes.at(0), ContainsSubstring("in_network_reduction"));
}

TEST_CASE("DeepSeek-V3: latent attention, dense layers, stages of their own") {
  const MegatronRun run = run_of("deepseek_v3.txt");
  CHECK(shape(run.model) == shape(sim::config::load_model("deepseek-v3")));
  // 61 layers: 4 in the first, 1 in the last and 4 in each of the 14 between
  std::vector<int> stages(16, 4);
  stages.back() = 1;
  CHECK(run.strategy.stage_layers == stages);
  CHECK(run.strategy.expert_exchange == sim::model::ExpertExchange::deduplicated);
  CHECK(run.chips == 1024);  // 64 ranks hold the experts of each of the 16 stages
  CHECK_THAT(run.comments.at("fleet.count"), ContainsSubstring("assumed"));
  CHECK(run.notes.empty());
}

TEST_CASE("an imported scenario reads back to the same model, strategy and training") {
  for (const char* script :
       {"gpt3_175b.sh", "llama3_8b_fp8.sh", "llama3_70b.sh", "mixtral_8x7b.sh", "deepseek_v3.txt"}) {
    CAPTURE(script);
    const MegatronRun run = run_of(script);
    const std::string topology = run.chips > 8 ? "dgx_h100_rail_ndr400" : "dgx_h100_single";
    const std::string text =
        sim::launch::scenario_yaml(run, {"H100-SXM5-80GB", topology, "megatron-core-2025", "assumed", "", ""}, script);
    const std::string path =
        (std::filesystem::temp_directory_path() / ("sim_launch_" + std::to_string(getpid()))).string();
    std::FILE* file = std::fopen(path.c_str(), "wb");
    REQUIRE(file != nullptr);
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    const sim::config::LoadedScenario loaded = sim::config::load_scenario(path);
    const sim::iteration::Job job = sim::config::make_job(loaded);
    std::remove(path.c_str());
    CHECK(shape(job.model) == shape(run.model));
    CHECK(job.training.tokens == run.tokens);
    CHECK(job.training.global_batch == run.global_batch);
    CHECK(job.training.sequence_length == run.sequence_length);
    CHECK(job.chips() == run.chips);
    const sim::parallel::Strategy &found = job.strategy, &wanted = run.strategy;
    CHECK(std::tie(found.tp, found.pp, found.vpp, found.dp, found.cp, found.ep, found.etp, found.zero,
                   found.micro_batch) == std::tie(wanted.tp, wanted.pp, wanted.vpp, wanted.dp, wanted.cp, wanted.ep,
                                                  wanted.etp, wanted.zero, wanted.micro_batch));
    CHECK(found.recompute == wanted.recompute);
    CHECK(found.recompute_layers == wanted.recompute_layers);
    CHECK(found.stage_layers == wanted.stage_layers);
    CHECK(found.overlap.pp == wanted.overlap.pp);
    CHECK(found.overlap.dp_gradients == wanted.overlap.dp_gradients);
  }
}

TEST_CASE("defaults are those of Megatron") {
  const MegatronRun run = run_of_text(small_with(""));
  CHECK(run.model.ffn_hidden == 4096);  // 4 x 1024
  CHECK(run.model.kv_heads == 16);
  CHECK(run.model.tied_embeddings);
  CHECK(run.model.biases);
  CHECK(run.model.layer_norm);
  CHECK(run.model.dropout);
  CHECK(run.model.positions == sim::model::Positions::learned);
  CHECK(run.model.vocabulary == 50304);  // a multiple of 128
  CHECK(run.gradient_precision == "fp32");
  CHECK(run.chips == 1);
  // SwiGLU: 8/3 x 1024 = 2730.7, cut to a multiple of 64
  CHECK(run_of_text(small_with("--swiglu")).model.ffn_hidden == 2688);
  CHECK(run_of_text(small_with("--make-vocab-size-divisible-by 1")).model.vocabulary == 50257);
  CHECK(run_of_text(small_with("--tokenizer-type NullTokenizer --make-vocab-size-divisible-by 1")).model.vocabulary ==
        50258);
}

TEST_CASE("the last argument of a name counts, with = or without") {
  CHECK(run_of_text(small_with("--num-layers 12")).model.layers == 12);
  CHECK(run_of_text(small_with("--num-layers=6")).model.layers == 6);
  CHECK(run_of_text(small_with("--num_layers 8")).model.layers == 8);
}

TEST_CASE("arguments that are not known are named once, those that change no time are passed over") {
  const MegatronRun run = run_of_text(small_with("--seed 7 --save /x --num-quarks 3 --log-interval 1 --glue"));
  REQUIRE(run.notes.size() == 1);
  CHECK(run.notes[0] == "arguments that are not known and count for nothing: --glue, --num-quarks");
  CHECK_THAT(run_of_text(small_with("--optimizer muon")).notes.at(0), ContainsSubstring("simulated as adam"));
}

TEST_CASE("of several commands the one with most options trains") {
  const std::string script =
      "echo \"usage: --num-layers N\"\ntorchrun t.py " + small_with("") + "echo --num-layers 9\n";
  CHECK(run_of_text(script).model.layers == 24);
  CHECK(run_of_text("A=(" + small_with("") + ")\n").model.layers == 24);  // nothing but variables
}

TEST_CASE("additions stand over what a script leaves open") {
  Additions additions;
  additions.chips = 32;
  additions.tokens = 5e9;
  additions.variables = {{"LAYERS", "48"}};
  const MegatronRun run = run_of_text(small_with("--num-layers $LAYERS --tensor-model-parallel-size 4"), additions);
  CHECK(run.model.layers == 48);
  CHECK(run.chips == 32);
  CHECK(run.strategy.dp == 8);
  CHECK(run.tokens == 5e9);
}

TEST_CASE("missing and malformed arguments are named") {
  CHECK(message_of("--num-layers 2\n") == "--seq-length: is needed and not given");
  CHECK(message_of(small_with("--hidden-size wide")) ==
        "--hidden-size: expected a whole number of at least 1, got \"wide\"");
  CHECK(message_of(small_with("--hidden-size $WIDTH")) == "--hidden-size: has no value");
  CHECK(message_of(small_with("--recompute-granularity some")) == "--recompute-granularity: is full or selective");
  CHECK_THAT(message_of(small_with("--pipeline-model-parallel-size 4 --num-layers-per-virtual-pipeline-stage 5")),
             ContainsSubstring("do not divide"));
  CHECK(message_of("echo hello\n") == "no arguments of Megatron are in it");
}
