#include <nlohmann/json.hpp>

#include "sim/base/version.hpp"
#include "sim/iteration/placement.hpp"
#include "sim/report/answer.hpp"

namespace sim::report {
namespace {

using iteration::Job;
using nlohmann::ordered_json;

ordered_json fleet_json(const Job& job) {
  ordered_json entries = ordered_json::array();
  const std::vector<int> used = iteration::used_chips(job);
  for (std::size_t index = 0; index < job.fleet.size(); ++index) {
    const iteration::FleetEntry& entry = job.fleet[index];
    ordered_json one = {
        {"chip", entry.chip.id}, {"count", entry.count}, {"used", used[index]}, {"node", entry.node.id}};
    if (job.division.by != iteration::Division::By::order) {
      const bool is_by_stages = job.division.by == iteration::Division::By::stages;
      one[is_by_stages ? "stages" : "replicas"] = job.division.shares[index];
      one["micro_batches"] = job.micro_batches(index);
    }
    entries.push_back(std::move(one));
  }
  return {{"chips", job.chips()},
          {"used", job.strategy.ranks()},
          {"spare", job.chips() - job.strategy.ranks()},
          {"entries", entries}};
}

// Layers of every virtual stage.
ordered_json stage_layers(const Job& job) {
  ordered_json layers = ordered_json::array();
  for (const parallel::ChunkLayout& chunk : parallel::make_layout(job.strategy, job.model.layers)) {
    layers.push_back(chunk.layers);
  }
  return layers;
}

ordered_json strategy_json(const Job& job) {
  const parallel::Strategy& s = job.strategy;
  return {{"tp", s.tp},
          {"pp", s.pp},
          {"vpp", s.vpp},
          {"dp", s.dp},
          {"cp", s.cp},
          {"ep", s.ep},
          {"etp", s.etp},
          {"zero", s.zero},
          {"micro_batch", s.micro_batch},
          {"micro_batches", job.micro_batches()},
          {"sequence_parallel", s.sequence_parallel},
          {"recompute", parallel::recompute_names()[static_cast<std::size_t>(s.recompute)]},
          {"recompute_layers", s.recompute_layers},
          {"zero_group", s.zero_group},
          {"offload", {{"optimizer", s.offload.optimizer}, {"activations", s.offload.activations}}},
          {"overlap",
           {{"tp", s.overlap.tp},
            {"dp_gradients", s.overlap.dp_gradients},
            {"dp_parameters", s.overlap.dp_parameters},
            {"pp", s.overlap.pp},
            {"ep", s.overlap.ep},
            {"cp", s.overlap.cp}}},
          {"stage_layers", stage_layers(job)},
          {"schedule", parallel::schedule_names()[static_cast<std::size_t>(s.schedule)]},
          {"schedule_file", job.schedule ? ordered_json(job.schedule_file) : ordered_json(nullptr)},
          {"software", job.software.id}};
}

ordered_json stages_json(const std::vector<parallel::StageMemory>& stages) {
  ordered_json list = ordered_json::array();
  for (const parallel::StageMemory& stage : stages) {
    list.push_back({{"stage", stage.stage},
                    {"layers", stage.layers},
                    {"parameters", stage.parameters},
                    {"weights_bytes", stage.weights.value()},
                    {"gradients_bytes", stage.gradients.value()},
                    {"optimizer_bytes", stage.optimizer.value()},
                    {"activations_bytes", stage.activations.value()},
                    {"workspace_bytes", stage.workspace.value()},
                    {"overhead_bytes", stage.overhead.value()},
                    {"host_bytes", stage.host.value()},
                    {"total_bytes", stage.total().value()}});
  }
  return list;
}

ordered_json spread_json(const std::optional<iteration::Spread>& spread) {
  if (!spread) return nullptr;
  return {{"least", spread->least}, {"mean", spread->mean}, {"most", spread->most}};
}

// Of `predicted`, s or days.
ordered_json interval_json(const std::optional<validate::Interval>& interval, double predicted) {
  if (!interval) return nullptr;
  return {{"p10", interval->p10 * predicted},
          {"p90", interval->p90 * predicted},
          {"runs", interval->runs},
          {"own_chip", interval->own_chip},
          {"basis", interval->basis}};
}

ordered_json memory_of(const Job& job, const std::vector<parallel::StageMemory>& stages) {
  std::size_t fullest = 0;
  bool fits = true;
  const auto filled = [&](std::size_t stage) {
    return stages[stage].total().value() / iteration::stage_capacity(job, static_cast<int>(stage)).value();
  };
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    if (filled(stage) > filled(fullest)) fullest = stage;
    fits = fits && filled(stage) <= 1;
  }
  const Bytes capacity = iteration::stage_capacity(job, static_cast<int>(fullest));
  const Bytes peak = stages[fullest].total();
  return {{"capacity_bytes", capacity.value()},
          {"peak_bytes", peak.value()},
          {"fits", fits},
          {"stages", stages_json(stages)}};
}

ordered_json optional_json(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

bool has_knob(std::size_t stave) {
  return static_cast<iteration::Stave>(stave) != iteration::Stave::bubble &&
         static_cast<iteration::Stave>(stave) != iteration::Stave::imbalance;
}

}  // namespace

std::string answer_json(const Answer& answer) {
  const Job& job = *answer.job;
  const iteration::IterationResult& result = *answer.result;
  ordered_json breakdown, staves = ordered_json::array();
  for (std::size_t stave = 0; stave < result.pacing.staves.size(); ++stave) {
    const char* name = stave_name(static_cast<iteration::Stave>(stave));
    breakdown[name] = result.pacing.staves[stave];
    const barrel::StaveOutline outline = answer.outline ? (*answer.outline)[stave] : barrel::StaveOutline{};
    staves.push_back({{"stave", name},
                      {"share", result.pacing.staves[stave] / result.seconds.value()},
                      {"elasticity", optional_json(outline.elasticity)},
                      {"gain_if_doubled", has_knob(stave) ? optional_json(outline.gain) : nullptr},
                      {"gain_without", has_knob(stave) ? nullptr : optional_json(outline.gain)}});
  }
  ordered_json run{{"steps", answer.steps},
                   {"ideal_days", answer.ideal_days},
                   {"ideal_days_interval", interval_json(answer.interval, answer.ideal_days)}};
  if (answer.whole != nullptr) run.update(ordered_json::parse(whole_run_json(*answer.whole, nullptr, "")));
  const ordered_json json{{"schema_version", 1},
                          {"version", kVersion},
                          {"scenario", job.name},
                          {"fleet", fleet_json(job)},
                          {"strategy", strategy_json(job)},
                          {"iteration",
                           {{"seconds", result.seconds.value()},
                            {"interval_seconds", interval_json(answer.interval, result.seconds.value())},
                            {"tokens", result.tokens},
                            {"model_flops", result.model_flops},
                            {"pacing_rank", result.pacing.rank},
                            {"pacing_stage", result.pacing.stage},
                            {"pacing_entry", result.pacing.entry},
                            {"breakdown_seconds", breakdown}}},
                          {"mfu", answer.mfu},
                          {"hfu", answer.hfu},
                          {"tokens_per_second_per_chip", answer.tokens_per_second / job.strategy.ranks()},
                          {"memory", memory_of(job, result.memory)},
                          {"run", run},
                          {"barrel", staves},
                          {"simulation",
                           {{"ranks", result.simulation.ranks},
                            {"cells", result.simulation.cells},
                            {"events", result.simulation.events},
                            {"cpu_seconds", result.simulation.cpu_seconds},
                            {"folded", result.simulation.folded},
                            {"certificate", result.simulation.certified ? "holds" : "not needed"},
                            {"instability", result.simulation.instability},
                            {"spread_seconds", spread_json(result.simulation.spread)}}},
                          {"assumed", answer.assumed},
                          {"checks", {{"six_nd_days", answer.six_nd_days}}}};
  return json.dump(2) + "\n";
}

std::string memory_json(const Job& job, const std::vector<parallel::StageMemory>& stages) {
  return ordered_json{{"schema_version", 1}, {"scenario", job.name}, {"memory", memory_of(job, stages)}}.dump(2) + "\n";
}

}  // namespace sim::report
