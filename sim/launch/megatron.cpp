#include "sim/launch/megatron.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/base/error.hpp"
#include "sim/launch/arguments.hpp"
#include "sim/launch/layer_pattern.hpp"
#include "sim/launch/passed_over.hpp"
#include "sim/launch/shell_script.hpp"

namespace sim::launch {
namespace {

using parallel::Recompute;
using parallel::Strategy;

constexpr std::int64_t kMostWidth = 10'000'000;  // as sim/config/describe_model.cpp
constexpr std::int64_t kMostRanks = 100'000'000;
constexpr std::int64_t kMostLayers = 100'000;

// A whole number of the arguments that the strategy holds as an int.
int small(Arguments& given, const std::string& name, int otherwise, std::int64_t least = 1,
          std::int64_t most = kMostRanks) {
  const std::int64_t value = given.whole_or(name, otherwise, least);
  if (value > most) given.refuse(name, fmt::format("must be at most {}", most));
  return static_cast<int>(value);
}

std::int64_t width(Arguments& given, const std::string& name, std::int64_t otherwise, std::int64_t least = 1) {
  const std::int64_t value = given.whole_or(name, otherwise, least);
  if (value > kMostWidth) given.refuse(name, fmt::format("must be at most {}", kMostWidth));
  return value;
}

std::int64_t needed(Arguments& given, const std::string& name, std::int64_t most) {
  const std::optional<std::int64_t> value = given.whole(name, 1);
  if (!value) given.refuse(name, "is needed and not given");
  if (*value > most) given.refuse(name, fmt::format("must be at most {}", most));
  return *value;
}

void read_attention(Arguments& given, MegatronRun& run) {
  model::Transformer& model = run.model;
  model.heads = needed(given, "num-attention-heads", kMostWidth);
  model.kv_heads = model.heads;
  const std::int64_t groups = width(given, "num-query-groups", 1);
  if (given.has("group-query-attention")) model.kv_heads = groups;
  model.head_dim = width(given, "kv-channels", model.hidden / model.heads);
  if (model.head_dim == 0) given.refuse("num-attention-heads", "more heads than the model is wide");
  if (!given.has("multi-latent-attention")) return;
  model.kv_heads = model.heads;
  model.head_dim = model.hidden / model.heads;  // counts for nothing beside the five widths
  model.latent = model::LatentAttention{.query_rank = width(given, "q-lora-rank", 0, 0),
                                        .key_value_rank = width(given, "kv-lora-rank", 32),
                                        .no_position_head_dim = width(given, "qk-head-dim", 128),
                                        .rope_head_dim = width(given, "qk-pos-emb-head-dim", 64),
                                        .value_head_dim = width(given, "v-head-dim", 128)};
}

// --moe-layer-freq: every so many layers, or a list of 0 and 1. Ours are the last layers, or every so many.
void read_expert_layers(Arguments& given, MegatronRun& run, model::MixtureOfExperts& mixture) {
  const int layers = run.model.layers;
  const std::string frequency = given.text("moe-layer-freq");
  const int dense = small(given, "first-k-dense-replace", 0, 0, kMostLayers);  // of MindSpeed
  mixture.moe_layers = std::max(0, layers - dense);
  if (frequency.empty() || frequency.starts_with("-")) return;
  std::string joined;
  for (const std::string& part : given.texts("moe-layer-freq")) joined += part;
  if (frequency.find('[') == std::string::npos) {
    mixture.layer_frequency = small(given, "moe-layer-freq", 1, 1, kMostLayers);
    mixture.moe_layers = (layers - dense) / mixture.layer_frequency;
    return;
  }
  const std::optional<std::vector<int>> pattern = layer_pattern(joined);
  if (!pattern || static_cast<int>(pattern->size()) != layers) {
    given.refuse("moe-layer-freq", fmt::format("is neither a number nor a list of {} numbers", layers),
                 "such as [0]*3+[1]*58");
  }
  mixture.moe_layers = static_cast<int>(std::count(pattern->begin(), pattern->end(), 1));
  if (!std::is_sorted(pattern->begin(), pattern->end())) {
    run.notes.push_back("--moe-layer-freq: layers without experts are simulated as the first ones");
  }
}

void read_experts(Arguments& given, MegatronRun& run) {
  const int experts = small(given, "num-experts", 0, 0, kMostWidth);
  if (experts == 0) return;
  model::MixtureOfExperts mixture;
  mixture.experts = experts;
  mixture.top_k = small(given, "moe-router-topk", 2, 1, kMostWidth);
  mixture.expert_ffn_hidden = width(given, "moe-ffn-hidden-size", run.model.ffn_hidden);
  mixture.shared_ffn_hidden = width(given, "moe-shared-expert-intermediate-size", 0, 0);
  mixture.shared_experts = mixture.shared_ffn_hidden > 0 ? 1 : 0;
  const int shared = small(given, "n-shared-experts", 0, 0, 1000);  // of MindSpeed
  if (mixture.shared_experts == 0 && shared > 0) {
    mixture.shared_experts = shared;
    mixture.shared_ffn_hidden = shared * mixture.expert_ffn_hidden;
  }
  mixture.routing_groups = small(given, "moe-router-num-groups", 1, 1, kMostWidth);
  mixture.groups_per_token = small(given, "moe-router-group-topk", 1, 1, kMostWidth);
  read_expert_layers(given, run, mixture);
  run.expert_capacity = std::max(0.0, given.number("moe-expert-capacity-factor").value_or(0));
  run.model.experts = mixture;
}

// Rows of the token table. Megatron pads them so that they divide by make-vocab-size-divisible-by x tp.
void read_vocabulary(Arguments& given, const Additions& additions, MegatronRun& run) {
  const std::int64_t padded = width(given, "padded-vocab-size", 0, 0);
  std::int64_t rows = width(given, "vocab-size", additions.vocabulary, 0);
  const std::string tokenizer = given.text("tokenizer-type");
  std::string why = fmt::format("{} rows", rows);
  if (rows == 0 && (tokenizer == "GPT2BPETokenizer" || (tokenizer.empty() && given.has("vocab-file")))) {
    rows = 50257;
    why = "50257 rows of the tokenizer of GPT-2, assumed";
  } else if (rows == 0 && (tokenizer == "Llama2Tokenizer")) {
    rows = 32000;
    why = "32000 rows of the tokenizer of Llama 2, assumed";
  } else if (rows > 0 && tokenizer == "NullTokenizer") {
    ++rows;  // it adds the end of a document
    why = fmt::format("{} rows and one for the end of a document", rows - 1);
  }
  const std::int64_t divisor =
      width(given, "make-vocab-size-divisible-by", 128) * static_cast<std::int64_t>(run.strategy.tp);
  if (padded > 0) {
    run.model.vocabulary = padded;
    return;
  }
  if (rows == 0) given.refuse("vocab-size", "is not given, and the tokenizer is not known", "add --vocab-size N");
  run.model.vocabulary = (rows + divisor - 1) / divisor * divisor;
  if (run.model.vocabulary != rows) why += fmt::format(", padded to a multiple of {}", divisor);
  run.comments["model.vocabulary"] = why;
}

void read_positions(Arguments& given, MegatronRun& run) {
  using model::Positions;
  const std::string type = given.text("position-embedding-type");
  Positions positions = Positions::learned;
  if (type == "rope" || type == "yarn" || type == "mrope" || given.has("use-rotary-position-embeddings")) {
    positions = Positions::rope;
  } else if (type == "none" || type == "relative" || (type.empty() && given.has("no-position-embedding"))) {
    positions = Positions::none;
  }
  run.model.positions = positions;
  run.model.context = given.whole_or("max-position-embeddings", run.sequence_length, 1);
}

void read_model(Arguments& given, const Additions& additions, MegatronRun& run) {
  model::Transformer& model = run.model;
  model.layers = static_cast<int>(needed(given, "num-layers", kMostLayers));
  model.hidden = needed(given, "hidden-size", kMostWidth);
  model.gated = given.has("swiglu");
  // arguments.py: two thirds of 4 x hidden, cut to a multiple of 64
  const std::int64_t usual = model.gated ? (4 * model.hidden * 2 / 3) / 64 * 64 : 4 * model.hidden;
  model.ffn_hidden = width(given, "ffn-hidden-size", usual);
  read_attention(given, run);
  read_experts(given, run);
  model.tied_embeddings = !given.has("untie-embeddings-and-output-weights");
  model.biases = !given.has("disable-bias-linear");
  model.layer_norm = given.text("normalization") != "RMSNorm";
  const double dropout =
      std::max(given.number("hidden-dropout").value_or(0.1), given.number("attention-dropout").value_or(0.1));
  model.dropout = dropout > 0;
  model.prediction_layers = small(given, "mtp-num-layers", 0, 0, kMostLayers);
  read_positions(given, run);
  read_vocabulary(given, additions, run);
}

void read_precision(Arguments& given, MegatronRun& run) {
  const bool is_bf16 = given.has("bf16"), is_fp16 = given.has("fp16"),
             in_fp32 = given.has("accumulate-allreduce-grads-in-fp32");
  const bool reduces_narrow = given.has("grad-reduce-in-bf16");
  const bool is_fp8 = !given.text("fp8-format").empty() || !given.text("fp8").empty() || given.has("fp8-hybrid");
  run.precision = is_fp8 ? "fp8" : is_bf16 ? "bf16" : is_fp16 ? "fp16" : "fp32";
  run.gradient_precision = is_bf16 && reduces_narrow ? "bf16" : is_fp16 && !in_fp32 ? "fp16" : "fp32";
  if (run.precision == "fp32") run.comments["training.precision"] = "neither --bf16 nor --fp16 is given";
  const std::string optimizer = given.text("optimizer");
  run.optimizer = optimizer == "sgd" ? "sgd" : "adam";
  if (!optimizer.empty() && optimizer != "sgd" && optimizer != "adam") {
    run.notes.push_back(fmt::format("--optimizer {} is simulated as adam", optimizer));
  }
}

void read_recompute(Arguments& given, MegatronRun& run) {
  Strategy& s = run.strategy;
  const std::string granularity = given.text("recompute-granularity"), method = given.text("recompute-method");
  const int layers = small(given, "recompute-num-layers", 0, 0, kMostLayers);
  const std::vector<std::string> modules = given.texts("recompute-modules");
  if (granularity == "full" || given.has("checkpoint-activations")) {
    s.recompute = Recompute::full;
    if (method == "block") s.recompute_layers = layers;
    if (method == "block" && layers == 0) s.recompute = Recompute::none;
    if (method == "uniform" && layers > 1) {
      run.notes.push_back(fmt::format(
          "--recompute-num-layers {}: each layer keeps its input here, not each {} layers: less would be kept", layers,
          layers));
    }
  } else if (granularity == "selective" || given.has("recompute-activations")) {
    s.recompute = Recompute::selective;
    const bool is_core = modules.empty() || (modules.size() == 1 && modules.front() == "core_attn");
    if (!is_core) {
      s.recompute = Recompute::elementwise;
      run.notes.push_back(fmt::format("--recompute-modules {}: simulated as `elementwise`: norms and activations",
                                      fmt::join(modules, " ")));
    }
  } else if (!granularity.empty()) {
    given.refuse("recompute-granularity", "is full or selective");
  }
}

// --decoder-first-pipeline-num-layers and the like: stages that are shorter than the others.
void read_stages(Arguments& given, MegatronRun& run) {
  Strategy& s = run.strategy;
  const int layers = run.model.layers;
  int first = small(given, "decoder-first-pipeline-num-layers", 0, 0, kMostLayers);
  int last = small(given, "decoder-last-pipeline-num-layers", 0, 0, kMostLayers);
  const int counts_first = given.has("account-for-embedding-in-pipeline-split") ? 1 : 0;
  const int counts_last = given.has("account-for-loss-in-pipeline-split") ? 1 : 0;
  if (counts_first + counts_last > 0 && (layers + counts_first + counts_last) % s.pp == 0) {
    const int each = (layers + counts_first + counts_last) / s.pp;
    if (counts_first > 0) first = each - 1;
    if (counts_last > 0) last = each - 1;
  }
  if (first == 0 && last == 0) return;
  const int middle = s.pp - (first > 0 ? 1 : 0) - (last > 0 ? 1 : 0);
  const int left = layers - first - last;
  if (s.vpp > 1 || middle < 0 || left < 0 || (middle == 0 ? left != 0 : left % middle != 0)) {
    run.notes.push_back(
        "the first and last stages have other numbers of layers, which is left out here: give parallel.stages");
    return;
  }
  if (first > 0) s.stage_layers.push_back(first);
  for (int i = 0; i < middle; ++i) s.stage_layers.push_back(left / middle);
  if (last > 0) s.stage_layers.push_back(last);
}

void read_chunks(Arguments& given, MegatronRun& run) {
  Strategy& s = run.strategy;
  s.vpp = small(given, "num-virtual-stages-per-pipeline-rank", 1);
  const std::optional<std::int64_t> layers = given.whole("num-layers-per-virtual-pipeline-stage", 1);
  if (!layers || s.pp == 1) return;
  const std::int64_t stage = run.model.layers / s.pp;
  if (run.model.layers % s.pp != 0 || stage % *layers != 0) {
    given.refuse(
        "num-layers-per-virtual-pipeline-stage",
        fmt::format("chunks of {} layers do not divide {} layers over {} stages", *layers, run.model.layers, s.pp));
  }
  s.vpp = static_cast<int>(stage / *layers);
}

void read_sharding(Arguments& given, MegatronRun& run) {
  Strategy& s = run.strategy;
  const std::string strategy = given.text("data-parallel-sharding-strategy");
  const bool is_fsdp = given.has("use-megatron-fsdp") || given.has("use-custom-fsdp");
  const bool is_torch_fsdp = given.has("use-torch-fsdp2");
  s.zero = given.has("use-distributed-optimizer") ? 1 : 0;
  if (is_fsdp)
    s.zero = strategy == "optim_grads_params" ? 3 : strategy == "optim_grads" ? 2 : strategy == "no_shard" ? 0 : 1;
  if (is_torch_fsdp) s.zero = 3;
  s.overlap.dp_gradients = given.has("overlap-grad-reduce");
  s.overlap.dp_parameters = given.has("overlap-param-gather");
  s.bucket_parameters = std::max(0.0, given.number("ddp-bucket-size").value_or(0));
  s.offload.optimizer = given.has("optimizer-cpu-offload");
}

void read_context_parallelism(Arguments& given, MegatronRun& run) {
  const std::string type = given.text("cp-comm-type");
  const std::string algorithm = given.text("context-parallel-algo");  // of MindSpeed
  if (algorithm == "ulysses_cp_algo") run.strategy.context_exchange = model::ContextExchange::all_to_all;
  if (algorithm.find("hybrid") != std::string::npos) {
    run.notes.push_back(fmt::format("--context-parallel-algo {} is simulated as ring passes", algorithm));
  }
  if (type == "a2a") run.strategy.context_exchange = model::ContextExchange::all_to_all;
  if (type != "a2a" && type != "p2p" && !type.empty()) {
    run.notes.push_back(fmt::format("--cp-comm-type {} is simulated as ring passes (p2p)", type));
  }
}

void read_expert_exchange(Arguments& given, MegatronRun& run) {
  const std::string dispatcher = given.text("moe-token-dispatcher-type");
  const bool is_deepep = given.has("moe-enable-deepep") || given.text("moe-flex-dispatcher-backend") == "deepep";
  if (dispatcher == "flex" && is_deepep) {
    run.strategy.expert_exchange = model::ExpertExchange::deduplicated;
  } else if (dispatcher == "allgather" && run.model.experts) {
    run.notes.push_back("--moe-token-dispatcher-type allgather is simulated as alltoall");
  }
  run.strategy.overlap.ep = given.has("overlap-moe-expert-parallel-comm");
}

void read_strategy(Arguments& given, MegatronRun& run) {
  Strategy& s = run.strategy;
  s.pp = small(given, "pipeline-model-parallel-size", 1);
  s.cp = small(given, "context-parallel-size", 1);
  s.ep = small(given, "expert-model-parallel-size", 1);
  s.etp = small(given, "expert-tensor-parallel-size", s.tp);
  s.micro_batch = small(given, "micro-batch-size", 1);
  s.sequence_parallel = given.has("sequence-parallel") && s.tp > 1;
  s.overlap.tp = given.has("tp-comm-overlap") && s.tp > 1;
  read_chunks(given, run);
  read_stages(given, run);
  s.overlap.pp = s.vpp > 1 && !given.has("no-overlap-p2p-communication");
  if (given.has("use-tp-pp-dp-mapping")) {
    s.rank_order = {parallel::RankAxis::tensor, parallel::RankAxis::context, parallel::RankAxis::pipeline,
                    parallel::RankAxis::data};
  }
  read_sharding(given, run);
  read_recompute(given, run);
  read_context_parallelism(given, run);
  read_expert_exchange(given, run);
}

std::int64_t nodes_times_chips(Arguments& given) {
  const auto first = [&given](std::initializer_list<const char*> options,
                              std::initializer_list<const char*> variables) {
    for (const char* name : options) {
      const std::string text = given.text(name);
      if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) return given.whole_or(name, 0, 1);
    }
    for (const char* name : variables) {
      if (const auto value = given.variable(name)) return *value;
    }
    return std::int64_t{0};
  };
  const std::int64_t per_node = first({"nproc-per-node", "ntasks-per-node", "gpus-per-node"},
                                      {"GPUS_PER_NODE", "NPUS_PER_NODE", "NPROC_PER_NODE"});
  const std::int64_t nodes = first({"nnodes", "nodes"}, {"NNODES", "NUM_NODES", "SLURM_NNODES"});
  if (per_node > 0 && nodes > 0 && nodes <= kMostRanks && per_node <= kMostRanks) return nodes * per_node;
  return given.variable("WORLD_SIZE").value_or(0);
}

// How many chips: what the user says, else what the launcher is told, if the job fits on them, else one copy.
void read_chips(Arguments& given, const Additions& additions, MegatronRun& run) {
  Strategy& s = run.strategy;
  const double ranks = double{1} * s.tp * s.pp * s.cp;
  if (ranks > static_cast<double>(kMostRanks)) given.refuse("tensor-model-parallel-size", "more ranks than 1e8");
  if (double{1} * s.ep * s.etp > static_cast<double>(kMostRanks)) {
    given.refuse("expert-model-parallel-size", "more ranks than 1e8");
  }
  const std::int64_t copy = std::int64_t{1} * s.tp * s.pp * s.cp;
  const std::int64_t told = nodes_times_chips(given);
  const std::int64_t stage = std::int64_t{1} * s.tp * s.cp;
  const std::int64_t cell = std::lcm(stage, std::int64_t{1} * s.ep * s.etp) * s.pp;  // whole expert groups, too
  run.chips = additions.chips > 0 ? additions.chips : told;
  if (run.chips >= copy && run.chips <= kMostRanks) {
    if (additions.chips == 0) run.comments["fleet.count"] = "as the launcher is told";
  } else if (additions.chips > 0) {
    throw infeasible(fmt::format("--count {}: one copy of the model has {} ranks", additions.chips, copy));
  } else {
    run.chips = cell;
    run.comments["fleet.count"] =
        told > 0 ? fmt::format("assumed: one copy of the model; the script says {}, which is too few", told)
                 : "assumed: one copy of the model; --count says another number";
    if (cell > kMostRanks) given.refuse("expert-model-parallel-size", "more ranks than 1e8");
  }
  s.dp = static_cast<int>(run.chips / copy);
}

// --num-distributed-optimizer-instances: copies of the sharded state.
void read_instances(Arguments& given, MegatronRun& run) {
  Strategy& s = run.strategy;
  const int instances = small(given, "num-distributed-optimizer-instances", 1);
  if (instances == 1 || s.zero == 0) return;
  const std::int64_t ranks = std::int64_t{1} * s.dp * s.cp;
  if (ranks % instances == 0) {
    s.zero_group = static_cast<int>(ranks / instances);
  } else {
    run.notes.push_back(
        fmt::format("--num-distributed-optimizer-instances {} does not divide dp x cp = {}: one copy is simulated",
                    instances, ranks));
  }
}

void read_training(Arguments& given, const Additions& additions, MegatronRun& run) {
  const std::int64_t most_batch = 1'000'000'000;
  run.global_batch = given.whole_or("global-batch-size", 0, 0);
  if (run.global_batch == 0) {
    run.global_batch = std::int64_t{1} * run.strategy.micro_batch * run.strategy.dp;
    run.comments["training.global_batch"] = "no --global-batch-size: one micro-batch a replica, as Megatron has it";
  }
  if (run.global_batch > most_batch) given.refuse("global-batch-size", "must be at most 1e9");
  const double iterations = static_cast<double>(given.whole_or("train-iters", 0));
  const double samples = static_cast<double>(given.whole_or("train-samples", 0));
  const double sequence = static_cast<double>(run.sequence_length);
  run.tokens = additions.tokens > 0 ? additions.tokens
               : samples > 0        ? samples * sequence
                                    : iterations * static_cast<double>(run.global_batch) * sequence;
  if (run.tokens > 1e18) given.refuse("train-iters", "more than 1e18 tokens");
  if (run.tokens == 0) given.refuse("train-iters", "neither it nor --train-samples is given", "add --tokens N");
  if (additions.tokens == 0) {
    run.comments["training.tokens"] =
        samples > 0 ? fmt::format("{} samples", samples) : fmt::format("{} iterations", iterations);
  }
}

// What of the script is not simulated.
void add_notes(const Arguments& given, MegatronRun& run) {
  std::vector<std::string> unknown;
  for (const std::string& name : given.unasked()) {
    const std::string left_out = what_is_left_out(name);
    if (!left_out.empty()) run.notes.push_back(fmt::format("--{}: {}", name, left_out));
    if (left_out.empty() && !is_passed_over(name)) unknown.push_back("--" + name);
  }
  if (!unknown.empty()) {
    run.notes.push_back(
        fmt::format("arguments that are not known and count for nothing: {}", fmt::join(unknown, ", ")));
  }
  for (std::string& note : given.script_notes()) run.notes.push_back(std::move(note));
}

}  // namespace

MegatronRun read_megatron(const config::YamlSource& source, const Additions& additions) {
  Arguments given(source, read_script(source, additions.variables));
  MegatronRun run;
  run.strategy.tp = small(given, "tensor-model-parallel-size", 1);
  run.sequence_length = needed(given, "seq-length", 1 << 24);
  read_model(given, additions, run);
  read_precision(given, run);
  read_strategy(given, run);
  read_chips(given, additions, run);
  read_instances(given, run);
  read_training(given, additions, run);
  add_notes(given, run);
  return run;
}

}  // namespace sim::launch
