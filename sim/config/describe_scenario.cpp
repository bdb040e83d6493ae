#include <algorithm>
#include <set>

#include "sim/config/catalog.hpp"
#include "sim/config/describe_campaign.hpp"
#include "sim/config/describe_topology.hpp"
#include "sim/config/scenario.hpp"
#include "sim/parallel/schedule.hpp"

namespace sim::config {
namespace {

using parallel::RankAxis;
using parallel::Strategy;

constexpr double kMostChips = 1e8;

void describe_training(Fields& fields, TrainingSpec& training) {
  fields.number("tokens", training.tokens,
                {.help = "tokens of the whole run", .required = true, .least = 1, .most = 1e18});
  fields.count("sequence_length", training.sequence_length,
               {.help = "tokens of one sequence; 0: the model's context",
                .least = 0,
                .most = 1 << 24,
                .aliases = {"seq-length"}});
  fields.count("global_batch", training.global_batch,
               {.help = "sequences per optimizer step",
                .required = true,
                .least = 1,
                .most = 1e9,
                .aliases = {"global-batch-size"}});
  fields.count("document_length", training.document_length,
               {.help = "mean tokens of the packed documents that attention stays inside; 0: no mask",
                .least = 0,
                .most = 1 << 24});
  fields.number("expert_imbalance", training.expert_imbalance,
                {.help = "tokens of the busiest expert group over the mean; 0: as the model says, else equal loads",
                 .least = 0,
                 .most = 1e4});
  if (training.expert_imbalance > 0 && training.expert_imbalance < 1) {
    fields.complain("expert_imbalance", "the busiest expert group has at least the mean", "1 is an even load", false);
  }
  fields.number("expert_capacity", training.expert_capacity,
                {.help = "rows that every expert computes over the mean, padded or dropped; 0: dropless",
                 .least = 0,
                 .most = 1e4,
                 .aliases = {"moe-expert-capacity-factor"}});
  if (training.expert_imbalance > 1 && training.expert_capacity > 0) {
    fields.complain("expert_imbalance", "with expert_capacity every expert computes the same rows", "give one of both",
                    false);
  }
  int precision = static_cast<int>(training.precision);
  std::vector<std::string> formats;
  for (int format = 0; format <= static_cast<int>(hardware::Format::int4); ++format) {
    formats.emplace_back(hardware::name(static_cast<hardware::Format>(format)));
  }
  fields.choice("precision", precision, formats, {.help = "format of the matrix products"});
  training.precision = static_cast<hardware::Format>(precision);
  fields.choice("optimizer", training.optimizer, optimizer_names(), {.help = "decides the bytes of optimizer state"});
  fields.choice("gradient_precision", training.gradient_precision, gradient_names(),
                {.help = "format of the main gradients and of what data parallelism sends"});
  fields.list(
      "phases", training.phases.size(),
      [&](std::size_t index, Fields& inner) {
        if (index >= training.phases.size()) training.phases.resize(index + 1);
        describe(inner, training.phases[index]);
      },
      {.help = "of another batch or sequence length, before the rest of the tokens: batch ramp, short sequences"});
}

void describe_fleet_item(Fields& fields, FleetSpec& item) {
  fields.text("chip", item.chip,
              {.help = "part, as `simulate chips` lists them, a path to a chip file, or the chip itself: like: and "
                       "what differs",
               .required = true,
               .or_map = "chip"});
  std::int64_t count = item.count;
  fields.count("count", count, {.help = "chips", .required = true, .least = 1, .most = kMostChips});
  item.count = static_cast<int>(count);
  fields.text("topology", item.topology,
              {.help = "node and fabric: a name in topologies/, a path, or the topology itself",
               .required = true,
               .or_map = "topology"});
  describe_date(fields, "arrives", item.arrives, "date on which the chips are delivered; none: they are there");
  fields.count("monthly", item.monthly,
               {.help = "chips delivered a month from then on; 0: all at once", .least = 0, .most = kMostChips});
  if (item.monthly > 0 && item.arrives.empty())
    fields.complain("monthly", "monthly deliveries need a first date", "write arrives: 2024-03-01", false);
}

void size_of(Fields& fields, const char* key, int& field, const std::string& help, const std::string& alias = "") {
  Spec spec{.help = help, .least = 1, .most = kMostChips};
  if (!alias.empty()) spec.aliases = {alias};
  fields.whole(key, field, spec);
}

void describe_overlap(Fields& fields, parallel::Overlap& overlap) {
  fields.flag(
      "tp", overlap.tp,
      {.help = "tensor-parallel exchanges in chunks under the products beside them", .aliases = {"tp-comm-overlap"}});
  fields.flag("dp_gradients", overlap.dp_gradients,
              {.help = "gradient buckets are sent during the last backward pass", .aliases = {"overlap-grad-reduce"}});
  fields.flag("dp_parameters", overlap.dp_parameters,
              {.help = "parameters are gathered under the next forward pass", .aliases = {"overlap-param-gather"}});
  fields.flag("pp", overlap.pp,
              {.help = "stage messages are sent without waiting for them", .aliases = {"overlap-p2p-communication"}});
  fields.flag("ep", overlap.ep,
              {.help = "expert exchanges of one micro-batch under the computation of another",
               .aliases = {"overlap-moe-expert-parallel-comm"}});
  fields.flag("cp", overlap.cp, {.help = "ring passes of keys and values under attention"});
}

void describe_sharding(Fields& fields, Strategy& s) {
  fields.whole(
      "zero", s.zero,
      {.help = "ZeRO stage: 0 replicas, 1 optimizer, 2 gradients, 3 parameters sharded", .least = 0, .most = 3});
  fields.whole("zero_group", s.zero_group,
               {.help = "ranks that share one sharded copy (HSDP); 0: all of dp x cp", .least = 0, .most = kMostChips});
  fields.whole("prefetch", s.prefetch,
               {.help = "ZeRO 3: layers whose parameters are gathered before they are needed; -1: as the software does",
                .least = -1,
                .most = 64});
  fields.number("bucket_parameters", s.bucket_parameters,
                {.help = "parameters whose gradients are sent together; 0: max(40e6, 1e6 x dp x cp), as Megatron-Core",
                 .least = 0,
                 .most = 1e12,
                 .aliases = {"ddp-bucket-size"}});
  fields.object("offload",
                [&s](Fields& inner) {
                  inner.flag("optimizer", s.offload.optimizer,
                             {.help = "optimizer state in host memory, updated by the host"});
                  inner.flag("activations", s.offload.activations,
                             {.help = "activations wait in host memory for their backward pass"});
                },
                {.help = "what lives in host memory"});
}

void describe_recompute(Fields& fields, Strategy& s) {
  fields.choice(
      "recompute", s.recompute, parallel::recompute_names(),
      {.help = "activations computed again in the backward pass: none, the attention core, outputs of norms "
               "and activation functions, those and every second matrix product (torchtitan), or whole layers",
       .aliases = {"recompute-granularity"}});
  fields.whole("recompute_layers", s.recompute_layers,
               {.help = "layers of each virtual stage that `recompute` holds for, the first ones; 0: all",
                .least = 0,
                .most = 1e6,
                .aliases = {"recompute-num-layers"}});
  std::vector<std::int64_t> stages(s.recompute_stages.begin(), s.recompute_stages.end());
  fields.counts("recompute_stages", stages,
                {.help = "the same, one number for each virtual stage; empty: recompute_layers for all",
                 .least = 0,
                 .most = 1e6});
  s.recompute_stages.assign(stages.begin(), stages.end());
}

RankAxis axis_named(const std::string& name) {
  if (name == "tp") return RankAxis::tensor;
  if (name == "cp") return RankAxis::context;
  return name == "dp" ? RankAxis::data : RankAxis::pipeline;
}

const char* name_of(RankAxis axis) {
  constexpr const char* kNames[] = {"tp", "cp", "dp", "pp"};
  return kNames[static_cast<std::size_t>(axis)];
}

void describe_rank_order(Fields& fields, Strategy& s) {
  std::vector<std::string> names;
  for (const RankAxis axis : s.rank_order) names.emplace_back(name_of(axis));
  fields.texts("rank_order", names,
               {.help = "axes along which ranks lie on chips, neighbours first: tp, cp, dp and pp"});
  const std::set<std::string> wanted{"tp", "cp", "dp", "pp"};
  if (names.size() != wanted.size() || std::set<std::string>(names.begin(), names.end()) != wanted) {
    fields.complain("rank_order", "it must name tp, cp, dp and pp once each", "Megatron's order is [tp, cp, dp, pp]",
                    false);
    return;
  }
  std::transform(names.begin(), names.end(), s.rank_order.begin(), axis_named);
}

void describe_schedule(Fields& fields, Strategy& s, std::string& file) {
  fields.choice("schedule", s.schedule, parallel::schedule_names(),
                {.help = "pipeline schedule, as `simulate schedule` draws them; file: that of schedule_file"});
  const bool is_chosen = fields.has("schedule");
  fields.text("schedule_file", file,
              {.help = "order of every stage's tasks, in the form of docs/model.md; the path starts at the scenario"});
  const bool is_file = s.schedule == parallel::ScheduleKind::file;
  if (file.empty()) {
    if (is_file) fields.complain("schedule", "file needs schedule_file", "name the file, or another schedule", false);
    if (s.vpp > 1 && !is_chosen) s.schedule = parallel::ScheduleKind::interleaved;
    return;
  }
  if (is_chosen && !is_file) {
    fields.complain("schedule", "schedule_file gives the order already", "leave one of both out", false);
  }
  s.schedule = parallel::ScheduleKind::file;
}

void describe_strategy(Fields& fields, Strategy& s, std::string& schedule_file) {
  size_of(fields, "tp", s.tp, "tensor parallelism", "tensor-model-parallel-size");
  size_of(fields, "pp", s.pp, "pipeline stages", "pipeline-model-parallel-size");
  size_of(fields, "vpp", s.vpp, "model chunks per stage (interleaving)", "virtual-pipeline-model-parallel-size");
  size_of(fields, "cp", s.cp, "context parallelism", "context-parallel-size");
  fields.whole("dp", s.dp,
               {.help = "data parallelism; 0: as many replicas as the fleet holds", .least = 0, .most = kMostChips});
  size_of(fields, "ep", s.ep, "expert parallelism", "expert-model-parallel-size");
  fields.whole("etp", s.etp,
               {.help = "expert tensor parallelism; 0: as tp",
                .least = 0,
                .most = kMostChips,
                .aliases = {"expert-tensor-parallel-size"}});
  describe_sharding(fields, s);
  size_of(fields, "micro_batch", s.micro_batch, "sequences per rank and pass", "micro-batch-size");
  fields.flag("sequence_parallel", s.sequence_parallel,
              {.help = "norms and dropout are cut along the sequence over tp", .aliases = {"sequence-parallel"}});
  describe_recompute(fields, s);
  describe_schedule(fields, s, schedule_file);
  fields.choice(
      "cp_exchange", s.context_exchange, {"ring", "all_to_all"},
      {.help = "how attention sees all keys under context parallelism: ring passes, or all-to-all (Ulysses)"});
  fields.choice("ep_exchange", s.expert_exchange, {"direct", "hierarchical", "deduplicated"},
                {.help = "how tokens reach experts: straight; over the node first; one copy a node (DeepEP)"});
  fields.flag("ep_fp8_dispatch", s.fp8_dispatch,
              {.help = "tokens and their gradients travel to the experts in fp8, and back in 16 bits"});
  fields.object("overlap", [&s](Fields& inner) { describe_overlap(inner, s.overlap); },
                {.help = "what runs beside computation"});
  describe_rank_order(fields, s);
  std::vector<std::int64_t> stages(s.stage_layers.begin(), s.stage_layers.end());
  fields.counts("stages", stages,
                {.help = "layers of every virtual stage in order; empty: an even split", .least = 0, .most = 1e6});
  s.stage_layers.assign(stages.begin(), stages.end());
}

void describe_placement(Fields& fields, iteration::Division& placement) {
  fields.choice("by", placement.by, {"order", "stages", "replicas", "auto"},
                {.help = "what each fleet entry holds: ranks in order, pipeline stages, data-parallel replicas, or the "
                         "fastest of these"});
  const auto numbers = [&fields](const char* key, std::vector<int>& field, const char* help) {
    std::vector<std::int64_t> wide(field.begin(), field.end());
    fields.counts(key, wide, {.help = help, .least = 0, .most = kMostChips});
    field.assign(wide.begin(), wide.end());
  };
  numbers("shares", placement.shares, "stages or replicas of each fleet entry, in order; empty: balanced");
  numbers("micro_batches", placement.micro_batches,
          "micro-batches of one replica, by fleet entry; empty: by speed where shares are, too, else equal");
  const bool needs_kind =
      placement.by == iteration::Division::By::order || placement.by == iteration::Division::By::automatic;
  if (needs_kind && !placement.shares.empty()) {
    fields.complain("shares", "say whether they are stages or replicas", "write by: stages, or by: replicas", false);
  }
  if (!placement.micro_batches.empty() && placement.shares.empty()) {
    fields.complain("micro_batches", "they need shares: the replicas of each entry", "", false);
  }
}

void describe_degradation(Fields& fields, DegradeSpec& spec) {
  fields.whole("chip", spec.chip, {.help = "number of a chip, from 0", .least = 0, .most = kMostChips});
  fields.whole("node", spec.node, {.help = "number of a scale-up domain, from 0", .least = 0, .most = kMostChips});
  fields.text("link", spec.link,
              {.help = "`nic N` or `scale_up N` of chip N, `leaf P/R` (uplink of rail R in pod P), "
                       "`spine P` (trunk above pod P)"});
  fields.number("factor", spec.factor,
                {.help = "what is left of its rate; 0 for a NIC: it is gone", .required = true, .least = 0, .most = 1});
  const int parts = (spec.chip >= 0 ? 1 : 0) + (spec.node >= 0 ? 1 : 0) + (spec.link.empty() ? 0 : 1);
  if (parts != 1) fields.complain("factor", "name one of chip, node and link", "", false);
  constexpr double kLeastFactor = 1e-3;
  if (spec.factor > 0 && spec.factor < kLeastFactor) {
    fields.complain("factor", "less than a thousandth of its rate is left: that part is gone, not slow",
                    "write 0 for a NIC, and leave other dead parts out of the fleet", false);
  }
}

void describe_constraint(Fields& fields, Scenario& scenario) {
  ConstraintSpec constraint = scenario.constraint.value_or(ConstraintSpec{});
  fields.object("constraint",
                [&](Fields& inner) {
                  inner.text("rule", constraint.rule,
                             {.help = "export rule that the fleet must obey: a file of catalog/rules or a path; none: "
                                      "all of the catalogue that are in force"});
                  describe_date(inner, "on", constraint.on,
                                "date on which what has no `arrives` is bought; later rules are not known");
                  inner.text("destination", constraint.destination,
                             {.help = std::string("where the chips go; none: ") + kUsualDestination});
                  if (constraint.rule.empty() && constraint.on.empty() && !constraint.destination.empty()) {
                    inner.complain("rule", "needs a rule or a date", "write {rule: bis-2023} or {on: 2023-11-17}",
                                   false);
                  }
                },
                {.help = "refuses chips that an export rule forbids on the day on which they arrive"});
  scenario.constraint.reset();
  if (!constraint.rule.empty() || !constraint.on.empty()) scenario.constraint = constraint;
}

void describe_whole_run(Fields& fields, Scenario& scenario) {
  describe_date(fields, "start", scenario.start, "date on which the run may start; none: when its chips are there");
  fields.text("reliability", scenario.reliability,
              {.help = std::string("what fails and what happens then: a file of catalog/reliability (none: nothing "
                                   "fails), or changes over the one it is `like`; default ") +
                       kUsualReliability,
               .or_map = "reliability"});
  fields.object("storage", [&](Fields& inner) { describe(inner, scenario.storage); },
                {.help = "where checkpoints go, and how often"});
  fields.object("published",
                [&](Fields& inner) {
                  inner.number("days", scenario.published_days,
                               {.help = "days of the whole run; 0: nobody says", .least = 0, .most = 1e6});
                  inner.text("source", scenario.published_source, {.help = "who says so, and when"});
                },
                {.help = "what somebody else says of this run: `simulate compare` shows it beside ours"});
  fields.text("economics", scenario.economics,
              {.help = std::string("prices and electric power: a file of catalog/prices, or changes over the one it is "
                                   "`like`; default ") +
                       kUsualPrices,
               .or_map = "prices"});
  fields.object("uncertainty", [&](Fields& inner) { describe(inner, scenario.uncertainty); },
                {.help = "how many runs are played, and how far inputs may be from what is stated"});
}

}  // namespace

Strategy unsized_strategy() {
  Strategy strategy;
  strategy.dp = 0;
  strategy.etp = 0;
  return strategy;
}

const std::vector<std::string>& optimizer_names() {
  static const std::vector<std::string> names{"adam", "sgd"};
  return names;
}

const std::vector<std::string>& gradient_names() {
  static const std::vector<std::string> names{"fp32", "bf16", "fp16"};
  return names;
}

// Without a schedule or overlaps of its own a search stays with what Megatron-Core does without being asked.
void describe_parallel(Fields& fields, Scenario& scenario) {
  fields.flag("auto", scenario.searches,
              {.help = "search what is not given here: the fastest strategy, as `simulate plan` finds it, with 1F1B, "
                       "interleaved or not, and overlapped messages, gradients and parameters"});
  if (scenario.searches && !fields.has("overlap")) {
    parallel::Overlap& overlap = scenario.strategy.overlap;
    overlap.dp_gradients = overlap.dp_parameters = overlap.pp = true;
  }
  describe_strategy(fields, scenario.strategy, scenario.schedule_file);
  for (const char* axis :
       {"tp", "cp", "ep", "etp", "pp", "vpp", "dp", "zero", "micro_batch", "recompute", "schedule"}) {
    if (fields.has(axis)) scenario.strategy_keys.insert(axis);
  }
}

void describe(Fields& fields, Scenario& scenario) {
  fields.whole("schema_version", scenario.schema_version,
               {.help = "version of this file format", .required = true, .least = 1, .most = kSchemaVersion});
  fields.texts("include", scenario.include,
               {.help = "scenarios to start from; later ones and this file win", .or_file = true});
  fields.text("name", scenario.name, {.help = "short name, shown in every answer"});
  fields.text("description", scenario.description, {.help = "one line for people"});
  fields.text(
      "model", scenario.model,
      {.help = "model: a name as `simulate models` lists them, a path, the model itself, or `{hf: config.json}` "
               "and what differs (docs/import.md)",
       .required = true,
       .or_map = "model"});
  fields.object("training", [&](Fields& inner) { describe_training(inner, scenario.training); },
                {.help = "what is trained", .required = true});
  fields.list("fleet", scenario.fleet.size(),
              [&](std::size_t index, Fields& inner) {
                if (index >= scenario.fleet.size()) scenario.fleet.resize(index + 1);
                describe_fleet_item(inner, scenario.fleet[index]);
              },
              {.help = "chips, in the order in which ranks are placed on them", .required = true, .least = 1});
  fields.object("fabric", [&](Fields& inner) { describe(inner, scenario.join); },
                {.help = "what joins entries whose topologies have different fabrics"});
  fields.object("placement", [&](Fields& inner) { describe_placement(inner, scenario.placement); },
                {.help = "which part of the job each fleet entry holds, where there are several"});
  fields.object("parallel", [&](Fields& inner) { describe_parallel(inner, scenario); },
                {.help = "how the job is cut over its ranks; `auto`: the fastest way, found by search",
                 .required = true,
                 .or_word = "auto"});
  fields.list("degrade", scenario.degrade.size(),
              [&](std::size_t index, Fields& inner) {
                if (index >= scenario.degrade.size()) scenario.degrade.resize(index + 1);
                describe_degradation(inner, scenario.degrade[index]);
              },
              {.help = "parts that are slower than the others"});
  fields.text("software", scenario.software,
              {.help = "preset of the training software, a file of catalog/software", .required = true});
  fields.text("calibration", scenario.calibration,
              {.help = "constants over those of the catalogue, as `simulate calibrate -o FILE` writes them; the path "
                       "starts at the scenario"});
  describe_constraint(fields, scenario);
  describe_whole_run(fields, scenario);
}

}  // namespace sim::config
