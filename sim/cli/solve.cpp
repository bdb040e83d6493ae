#include "sim/cli/solve.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "sim/plan/campaign_money.hpp"
#include "sim/plan/campaign_study.hpp"
#include "sim/plan/divide.hpp"
#include "sim/validate/answer_interval.hpp"

namespace sim::cli {
namespace {

std::optional<campaign::Factor> step_time_factor(const std::optional<validate::Interval>& interval) {
  if (!interval) return std::nullopt;
  return campaign::Factor{campaign::Input::step_time, interval->p10, interval->p90, interval->basis};
}

bool has_dates(const campaign::Inputs& inputs) {
  bool dated = inputs.start.has_value();
  for (const campaign::Arrival& arrival : inputs.arrivals) dated = dated || arrival.at;
  return dated;
}

report::WholeRun play(const iteration::Job& open, const Solved& solved) {
  const campaign::Inputs inputs = config::make_campaign_inputs(solved.loaded);
  report::WholeRun whole;
  whole.priced = plan::campaign_plan(open, solved.job, solved.result, inputs);
  whole.study = plan::study_of(whole.priced, inputs, step_time_factor(solved.interval));
  plan::add_economics(solved.job, whole.priced, inputs.economics, whole.study);
  whole.distribution = campaign::play(whole.study);
  whole.timeline = campaign::median_timeline(whole.study, whole.distribution);
  const bool is_changed = solved.loaded.scenario.reliability == config::kInline;
  whole.reliability = inputs.reliability.id + (is_changed ? " (changed)" : "");
  whole.economics = inputs.economics;
  whole.dated = has_dates(inputs);
  return whole;
}

}  // namespace

void add_scenario_options(CLI::App& command, ScenarioOptions& options) {
  command.add_option("scenario", options.file, "scenario file; - reads standard input")->required();
  command.add_option("--set", options.overrides, "override a key, for example --set parallel.tp=4")
      ->type_name("KEY=VALUE");
}

std::unique_ptr<Solved> solve(const ScenarioOptions& options, const iteration::Options& simulation) {
  auto solved = std::make_unique<Solved>();
  solved->loaded = config::load_scenario(options.file, options.overrides);
  with_scenario_places(solved->loaded, [&] {
    const iteration::Job open = config::make_job(solved->loaded);
    solved->notes = config::fleet_notes(solved->loaded, open);
    solved->job = plan::divide(open);
    solved->result = iteration::simulate(solved->job, simulation);
    solved->interval = validate::answer_interval(solved->job, solved->result);
    solved->whole = play(open, *solved);
  });
  return solved;
}

void print_notes(const std::vector<std::string>& notes, const CommonOptions& common) {
  if (common.quiet) return;
  for (const std::string& note : notes) std::cerr << "note: " << note << "\n";
}

}  // namespace sim::cli
