#include "sim/plan/campaign_plan.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/campaign/checkpoint_interval.hpp"

namespace sim::plan {
namespace {

using campaign::Component;
using campaign::Part;
using campaign::Phase;
using iteration::FleetEntry;
using iteration::IterationResult;
using iteration::Job;

// Replicas out of step are the answer's business, not the campaign's.
const iteration::Options kOneRun{.check_stability = false};

InputError at_key(const std::string& key, const InputError& error) {
  std::vector<Diagnostic> diagnostics = error.diagnostics();
  for (Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.mark.file.empty()) diagnostic.message = key + ": " + diagnostic.message;
  }
  return InputError(std::move(diagnostics));
}

// Levels that are no faster than a smaller one are not worth a restart.
std::vector<PricedLevel> priced_levels(std::vector<FleetLevel> levels, const IterationResult& whole) {
  std::vector<PricedLevel> priced;
  for (FleetLevel& level : levels) {
    const bool is_whole = &level == &levels.back();
    IterationResult result = is_whole ? whole : iteration::simulate(level.job, kOneRun);
    while (is_whole && !priced.empty() && priced.back().result.seconds <= result.seconds) priced.pop_back();
    if (!priced.empty() && result.seconds >= priced.back().result.seconds) continue;
    priced.push_back({std::move(level), std::move(result)});
  }
  return priced;
}

// Smaller fleets round the batch up, as fleet_levels() does.
Job job_of_phase(const Job& job, const campaign::PhaseInput& input, bool rounds_up) {
  Job phase = job;
  if (input.sequence_length > 0) phase.training.sequence_length = input.sequence_length;
  if (input.global_batch > 0) {
    const std::int64_t share = std::int64_t{job.strategy.dp} * job.strategy.micro_batch;
    phase.training.global_batch = input.global_batch;
    if (rounds_up) phase.training.global_batch = (input.global_batch + share - 1) / share * share;
    phase.division.micro_batches.clear();
  }
  return phase;
}

Phase phase_of(const std::vector<PricedLevel>& levels, const campaign::PhaseInput& input, std::size_t number) {
  const Job& whole = levels.back().level.job;
  const Job job = job_of_phase(whole, input, false);
  Phase phase;
  phase.name = "phase " + std::to_string(number + 1);
  phase.tokens_per_step = job.training.tokens_per_step();
  phase.steps = static_cast<std::int64_t>(std::ceil(input.tokens / phase.tokens_per_step - 1e-9));
  for (const PricedLevel& level : levels) {
    const bool is_smaller = &level != &levels.back();
    const Job part = job_of_phase(level.level.job, input, is_smaller);
    phase.step_seconds.push_back(iteration::simulate(part, kOneRun).seconds);
  }
  return phase;
}

std::vector<Phase> phases_of(const std::vector<PricedLevel>& levels, const campaign::Inputs& inputs) {
  std::vector<Phase> phases;
  const Job& job = levels.back().level.job;
  double left = job.training.tokens;
  for (std::size_t i = 0; i < inputs.phases.size(); ++i) {
    const std::string key = "training.phases." + std::to_string(i);
    try {
      phases.push_back(phase_of(levels, inputs.phases[i], i));
    } catch (const InputError& error) {
      throw at_key(key, error);
    }
    left -= static_cast<double>(phases.back().steps) * phases.back().tokens_per_step;
    if (left <= 0)
      throw InputError(key + ": the phases take all tokens of the run", "the last part has the run's own batch");
  }
  Phase rest;
  rest.name = inputs.phases.empty() ? "all" : "rest";
  rest.tokens_per_step = job.training.tokens_per_step();
  rest.steps = static_cast<std::int64_t>(std::ceil(left / rest.tokens_per_step - 1e-9));
  for (const PricedLevel& level : levels) rest.step_seconds.push_back(level.result.seconds);
  phases.push_back(std::move(rest));
  return phases;
}

// Whole hosts, counted over what has come so far, so that monthly remainders are not lost.
std::vector<campaign::Delivery> deliveries_of(const Job& job, const std::vector<FleetState>& states) {
  std::vector<campaign::Delivery> deliveries;
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    int before = 0;
    for (const FleetState& state : states) {
      const bool is_last = &state == &states.back();
      const int hosts =
          is_last ? hosts_of(job.fleet[entry], state.chips[entry])
                  : state.chips[entry] / std::min(job.fleet[entry].node.chips_per_host, job.fleet[entry].node.chips);
      if (hosts > before) deliveries.push_back({entry, hosts - before, state.from});
      before = std::max(before, hosts);
    }
  }
  std::stable_sort(deliveries.begin(), deliveries.end(),
                   [](const campaign::Delivery& a, const campaign::Delivery& b) { return a.at < b.at; });
  return deliveries;
}

// The spares that the fleet lacks come with the first of its nodes.
void add_spares(const campaign::Reliability& reliability, PricedCampaign& priced) {
  campaign::Plan& plan = priced.plan;
  for (std::size_t entry = 0; entry < plan.entries(); ++entry) {
    const int at_work = plan.levels.back().nodes[entry];
    int have = -at_work;
    campaign::Delivery* first = nullptr;
    for (campaign::Delivery& delivery : plan.deliveries) {
      if (delivery.entry != entry) continue;
      have += delivery.nodes;
      if (first == nullptr) first = &delivery;
    }
    const int wanted = static_cast<int>(std::lround(reliability.spare_share.value * at_work));
    const int missing = first == nullptr ? 0 : std::max(0, wanted - have);
    if (missing > 0) first->nodes += missing;
    priced.added_spares.push_back(missing);
  }
}

Component component_of(const Part& part, const Job& job, std::size_t entry, double rate_factor) {
  const FleetEntry& fleet = job.fleet[entry];
  double hosts = 0;
  for (const FleetEntry& one : job.fleet) hosts += hosts_of(one, one.count);
  Component component;
  component.name = part.name;
  component.entry = entry;
  component.per_node = part.per == Part::Per::node ? 1 : 1 / hosts;
  if (part.per == Part::Per::chip) component.per_node = static_cast<double>(fleet.count) / hosts_of(fleet, fleet.count);
  component.mean_life = part.between_failures.value / rate_factor;
  component.shape = part.shape;
  component.early_factor = part.early_factor;
  component.early = part.early;
  component.scope = part.takes;
  component.repair_share = part.repair_share;
  component.detection = part.detection;
  component.slowdown = part.slowdown;
  return component;
}

void set_reliability(const Job& job, const campaign::Reliability& reliability, campaign::Plan& plan) {
  for (std::size_t entry = 0; entry < job.fleet.size() && reliability.rate_factor > 0; ++entry) {
    for (const Part& part : reliability.parts)
      plan.components.push_back(component_of(part, job, entry, reliability.rate_factor));
  }
  plan.recovery = {reliability.diagnosis.value, reliability.restart.value, reliability.manual_share.value,
                   reliability.manual.value,    reliability.repair.value,  reliability.shrink};
  plan.evaluation = reliability.evaluation;
  plan.maintenance = reliability.maintenance;
}

BytesPerSecond job_rate(const Sourced<BytesPerSecond>& of_node, const campaign::Storage& storage, int hosts) {
  const BytesPerSecond all = of_node.value * hosts;
  return storage.total_rate.value.value() > 0 ? std::min(all, storage.total_rate.value) : all;
}

// An interval that is left open keeps storage busy for at most a tenth of the time, and is no shorter than five
// minutes: less lost work than that is not worth what storage then has to take.
constexpr double kWritingShare = 10;
constexpr Seconds kShortestInterval(300);

// Host memory first, then storage. A synchronous checkpoint stops the run until it is written.
void set_storage(const Job& job, const campaign::Storage& storage, PricedCampaign& priced) {
  int hosts = 0;
  for (const int nodes : priced.levels.back().level.nodes) hosts += nodes;
  const Seconds snapshot =
      priced.checkpoint / (storage.snapshot_rate.value * static_cast<double>(job.strategy.ranks()));
  const Seconds write = priced.checkpoint / job_rate(storage.write_rate, storage, hosts);
  const Seconds load = priced.checkpoint / job_rate(storage.read_rate, storage, hosts);
  campaign::CheckpointTier kept{
      "storage", storage.every,       storage.asynchronous ? snapshot : write, storage.asynchronous ? write : Seconds(),
      load,      campaign::Scope::job};
  campaign::Plan& plan = priced.plan;
  priced.every_is_best = storage.every.value() <= 0;
  if (priced.every_is_best) {
    const double rate = campaign::failures_per_second(plan, plan.levels.back());
    constexpr Seconds kWithoutFailures(3600);
    kept.every = rate > 0 ? campaign::daly_interval(kept.stall, Seconds(1 / rate)) : kWithoutFailures;
    kept.every =
        std::max({kept.every, kShortestInterval, kWritingShare * kept.write, plan.phases.back().step_seconds.back()});
  }
  if (storage.memory_every.value() > 0)
    plan.tiers.push_back({"host memory", storage.memory_every, snapshot, Seconds(), snapshot, storage.memory_survives});
  plan.tiers.push_back(kept);
}

}  // namespace

Bytes checkpoint_bytes(const Job& job) {
  return Bytes(model::parameters(job.model).total() * (job.training.state.weight + job.training.state.optimizer));
}

PricedCampaign campaign_plan(const Job& open, const Job& divided, const IterationResult& whole,
                             const campaign::Inputs& inputs) {
  const std::vector<FleetState> states = fleet_states(divided, inputs.arrivals, inputs.start);
  PricedCampaign priced;
  priced.levels = priced_levels(fleet_levels(open, divided, states, inputs.reliability.shrink), whole);
  priced.checkpoint = checkpoint_bytes(divided);
  campaign::Plan& plan = priced.plan;
  plan.start = inputs.start;
  for (const PricedLevel& level : priced.levels)
    plan.levels.push_back({level.level.nodes, level.level.job.strategy.dp});
  plan.phases = phases_of(priced.levels, inputs);
  plan.deliveries = deliveries_of(divided, states);
  add_spares(inputs.reliability, priced);
  set_reliability(divided, inputs.reliability, plan);
  set_storage(divided, inputs.storage, priced);
  campaign::check_plan(plan);
  return priced;
}

}  // namespace sim::plan
