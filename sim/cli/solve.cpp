#include "sim/cli/solve.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "sim/plan/campaign_money.hpp"
#include "sim/plan/campaign_study.hpp"
#include "sim/plan/divide.hpp"
#include "sim/plan/search.hpp"
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
  add_optional_scenario(command, options);
  command.get_option("scenario")->required();
}

void add_event_budget_option(CLI::App& command, double& budget) {
  command.add_option("--event-budget", budget, "most events that the simulation may need")
      ->check([](const std::string& text) {
        double events = 0;
        return CLI::detail::lexical_cast(text, events) && events > 0 ? "" : text + " is not a number above 0";
      });
}

void add_optional_scenario(CLI::App& command, ScenarioOptions& options) {
  command.add_option("scenario", options.file, "scenario file; - reads standard input")->type_name("FILE.yaml");
  command.add_option("--set", options.overrides, "override a key, for example --set parallel.tp=4")
      ->type_name("KEY=VALUE");
}

iteration::Job settle(const config::LoadedScenario& loaded, const iteration::Job& job) {
  if (!loaded.scenario.searches) return plan::divide(job);
  constexpr std::size_t kSimulations = 60;
  std::set<std::string> fixed = loaded.scenario.strategy_keys;
  fixed.insert("overlap");
  plan::SearchSpace space = plan::search_space(job, fixed);
  if (fixed.count("schedule") == 0)
    space.schedule = {parallel::ScheduleKind::one_f_one_b, parallel::ScheduleKind::interleaved};
  const plan::SearchResult found = plan::search(job, space, {.simulations = kSimulations, .top = 1});
  if (found.best.empty()) {
    throw infeasible("parallel.auto: no strategy of the searched space is possible",
                     "`simulate plan` counts the reasons; more chips or memory, or fewer keys beside auto, may help");
  }
  iteration::Job settled = job;
  settled.strategy = found.best.front().strategy;
  return settled;
}

void write_out_strategy(const iteration::Job& job, config::Scenario& scenario) {
  scenario.searches = false;
  scenario.strategy = job.strategy;
}

std::unique_ptr<Solved> solve(const ScenarioOptions& options, const iteration::Options& simulation) {
  auto solved = std::make_unique<Solved>();
  solved->loaded = config::load_scenario(options.file, options.overrides);
  with_scenario_places(solved->loaded, [&] {
    iteration::Job open = config::make_job(solved->loaded);
    solved->notes = config::fleet_notes(solved->loaded, open);
    solved->job = settle(solved->loaded, open);
    if (solved->loaded.scenario.searches) {
      open = solved->job;
      write_out_strategy(solved->job, solved->loaded.scenario);
    }
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
