#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/config/assumptions.hpp"
#include "sim/config/scenario.hpp"
#include "sim/plan/divide.hpp"
#include "sim/report/answer.hpp"
#include "sim/validate/answer_interval.hpp"

namespace sim::cli {
namespace {

struct ScenarioOptions {
  std::string file;
  std::vector<std::string> overrides;
  bool print_config = false;
  bool no_fold = false;
  bool stats = false;
  double event_budget = iteration::Options{}.event_budget;
};

void add_scenario_options(CLI::App& command, ScenarioOptions& options) {
  command.add_option("scenario", options.file, "scenario file; - reads standard input")->required();
  command.add_option("--set", options.overrides, "override a key, for example --set parallel.tp=4")
      ->type_name("KEY=VALUE");
}

template <class Work>
auto with_scenario_places(const config::LoadedScenario& loaded, Work&& work) {
  try {
    return work();
  } catch (const InputError& error) {
    throw config::with_places(error, loaded.root);
  }
}

int run_scenario(const ScenarioOptions& options, const CommonOptions& common) {
  const config::LoadedScenario loaded = config::load_scenario(options.file, options.overrides);
  if (options.print_config) {
    (void)config::make_job(loaded);
    write_output(config::print_config(loaded));
    return static_cast<int>(ExitCode::done);
  }
  const iteration::Job job = with_scenario_places(loaded, [&] { return plan::divide(config::make_job(loaded)); });
  const iteration::IterationResult result = with_scenario_places(loaded, [&] {
    return iteration::simulate(job, {.fold = !options.no_fold, .event_budget = options.event_budget});
  });
  const report::Answer answer =
      report::make_answer(job, result, config::assumed_constants(job), validate::answer_interval(job, result));
  if (options.stats) std::cerr << report::simulation_line(result.simulation);
  write_output(common.json ? report::answer_json(answer) : report::answer_text(answer, wants_color(common)));
  return static_cast<int>(ExitCode::done);
}

int show_memory(const ScenarioOptions& options, const CommonOptions& common) {
  const config::LoadedScenario loaded = config::load_scenario(options.file, options.overrides);
  const iteration::Job job = with_scenario_places(loaded, [&] { return plan::divide(config::make_job(loaded)); });
  const std::vector<parallel::StageMemory> stages = iteration::job_memory(job);
  write_output(common.json ? report::memory_json(job, stages) : report::memory_text(job, stages));
  with_scenario_places(loaded, [&] { iteration::check_memory(job, stages); });
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_run(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("run", "simulate a scenario: days, utilisation, the shortest stave");
  auto options = std::make_shared<ScenarioOptions>();
  add_scenario_options(*command, *options);
  command->add_flag("--print-config", options->print_config,
                    "print the resolved scenario and where each value is from");
  command->add_flag("--no-fold", options->no_fold, "simulate every rank by itself instead of each distinct behaviour");
  command->add_flag("--stats", options->stats, "print how the simulation went, with CPU time by phase");
  command->add_option("--event-budget", options->event_budget, "most events that the simulation may need")
      ->check(CLI::PositiveNumber);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return run_scenario(*options, invocation.common); };
  });
}

void add_memory(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("memory", "what fills the chips, stage by stage");
  auto options = std::make_shared<ScenarioOptions>();
  add_scenario_options(*command, *options);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show_memory(*options, invocation.common); };
  });
}

}  // namespace sim::cli
