#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "sim/cli/command.hpp"
#include "sim/cli/solve.hpp"
#include "sim/cli/stop_signals.hpp"
#include "sim/plan/search.hpp"
#include "sim/report/plan_report.hpp"

namespace sim::cli {
namespace {

struct PlanOptions {
  ScenarioOptions scenario;
  std::vector<std::string> fixed;
  std::size_t simulations = 100, top = 10;
  plan::Goal goal = plan::Goal::days;
};

const std::map<std::string, plan::Goal> kGoals{
    {"days", plan::Goal::days}, {"dollars", plan::Goal::dollars}, {"energy", plan::Goal::energy}};

void show(plan::Goal goal, const plan::SearchCounts& counts, double best, double least) {
  constexpr const char* kUnit[] = {"s", "dollars", "J"};
  const char* unit = kUnit[static_cast<int>(goal)];
  std::cerr << fmt::format("\r{} strategies bounded, {} simulated, best {:.5g} {}, none under {:.5g} {}\x1b[K",
                           counts.bounded, counts.simulated, best, unit, std::min(best, least), unit)
            << std::flush;
}

int plan(const PlanOptions& options, const CommonOptions& common) {
  const config::LoadedScenario loaded = config::load_scenario(options.scenario.file, options.scenario.overrides);
  const iteration::Job job = config::make_job(loaded);
  std::set<std::string> fixed(options.fixed.begin(), options.fixed.end());
  if (fixed == std::set<std::string>{"none"}) fixed.clear();
  if (loaded.scenario.searches)
    fixed.insert(loaded.scenario.strategy_keys.begin(), loaded.scenario.strategy_keys.end());
  plan::SearchOptions search;
  search.simulations = options.simulations;
  search.top = options.top;
  search.stops = &StopSignals::asked();
  search.objective = with_scenario_places(
      loaded, [&] { return plan::objective_of(job, options.goal, config::make_campaign_inputs(loaded).economics); });
  if (wants_progress(common)) {
    search.progress = [goal = options.goal](const plan::SearchCounts& counts, double best, double least) {
      show(goal, counts, best, least);
    };
  }
  print_notes(config::fleet_notes(loaded, job), common);
  const plan::SearchResult result = with_scenario_places(loaded, [&] {
    const StopSignals signals;
    return plan::search(job, plan::search_space(job, fixed), search);
  });
  if (wants_progress(common)) std::cerr << "\r\x1b[K";
  const report::PlanAnswer answer{&job, &result, {fixed.begin(), fixed.end()}, options.goal};
  write_output(common.json ? as_data(common, report::plan_json(answer)) : report::plan_text(answer));
  if (result.was_stopped) return StopSignals::exit_code();
  return static_cast<int>(result.best.empty() ? ExitCode::infeasible : ExitCode::done);
}

}  // namespace

void add_plan(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("plan", "the fastest (or cheapest) way to cut the job over its fleet");
  auto options = std::make_shared<PlanOptions>();
  add_scenario_options(*command, options->scenario);
  command->add_option("--fix", options->fixed, "axes that stay as the scenario has them: schedule,overlap")
      ->delimiter(',')
      ->type_name("AXIS,...");
  command
      ->add_option("--objective", options->goal,
                   "what shall be least: days, dollars or energy of a run that never stops")
      ->transform(CLI::CheckedTransformer(kGoals, CLI::ignore_case))
      ->type_name("days|dollars|energy");
  command->add_option("--simulations", options->simulations, "most strategies that are simulated")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--top", options->top, "strategies that are shown")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return plan(*options, invocation.common); };
  });
}

}  // namespace sim::cli
