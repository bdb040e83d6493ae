#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "sim/cli/chakra_option.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/solve.hpp"
#include "sim/cli/trace_option.hpp"
#include "sim/config/assumptions.hpp"
#include "sim/config/scenario.hpp"
#include "sim/report/answer.hpp"
#include "sim/report/condition.hpp"

namespace sim::cli {
namespace {

// Beyond it each stave's gain takes about a second; `simulate barrel` still gives them.
constexpr int kMostRanksForGains = 32'768;

struct RunOptions {
  ScenarioOptions scenario;
  bool print_config = false;
  bool no_fold = false;
  bool stats = false;
  bool no_gains = false;
  double event_budget = iteration::Options{}.event_budget;
  TraceOptions trace;
  ChakraOptions chakra;
  std::string fail_if;
};

int print_resolved(const ScenarioOptions& options, const CommonOptions& common) {
  config::LoadedScenario loaded = config::load_scenario(options.file, options.overrides);
  const iteration::Job job = config::make_job(loaded);
  if (loaded.scenario.searches) {
    write_out_strategy(with_scenario_places(loaded, [&] { return settle(loaded, job); }), loaded.scenario);
  }
  (void)config::make_campaign_inputs(loaded);
  print_notes(loaded.notes, common);
  write_output(config::print_config(loaded));
  return static_cast<int>(ExitCode::done);
}

// What holds of --fail-if, for scripts that watch a number; before anything is written: it may be refused.
std::string held_of(const std::optional<report::Condition>& condition, const report::Answer& answer) {
  if (!condition) return "";
  const std::string data = report::answer_json(answer);
  return condition->held(report::numbers_of(data), report::nulls_of(data));
}

int run_scenario(const RunOptions& options, const CommonOptions& common) {
  if (options.print_config) return print_resolved(options.scenario, common);
  check_outputs({{"--trace", options.trace.file}, {"--chakra", options.chakra.folder}});
  std::optional<report::Condition> condition;
  if (!options.fail_if.empty()) condition.emplace(options.fail_if);
  const iteration::Options simulation{
      .fold = !options.no_fold, .critical_path = true, .event_budget = options.event_budget};
  const std::unique_ptr<Solved> solved = solve(options.scenario, simulation);
  print_notes(solved->notes, common);
  report::Answer answer =
      report::make_answer(solved->job, solved->result, config::assumed_constants(solved->job), solved->interval);
  answer.whole = &solved->whole;
  const bool with_gains = !options.no_gains && solved->job.strategy.ranks() <= kMostRanksForGains;
  answer.outline = barrel::make_outline(solved->job, solved->result, with_gains);
  const std::string held = held_of(condition, answer);
  if (!options.trace.file.empty()) write_trace_file(options.trace, *solved, simulation, common);
  if (!options.chakra.folder.empty()) write_chakra_folder(options.chakra, solved->job, common);
  if (options.stats) std::cerr << report::simulation_line(solved->result.simulation);
  write_output(common.json ? as_data(common, report::answer_json(answer))
                           : report::answer_text(answer, wants_color(common)));
  if (held.empty()) return static_cast<int>(ExitCode::done);
  std::cerr << "--fail-if: " << held << "\n";
  return static_cast<int>(ExitCode::condition_held);
}

int show_memory(const ScenarioOptions& options, const CommonOptions& common) {
  const config::LoadedScenario loaded = config::load_scenario(options.file, options.overrides);
  const iteration::Job job = with_scenario_places(loaded, [&] { return settle(loaded, config::make_job(loaded)); });
  print_notes(config::fleet_notes(loaded, job), common);
  const std::vector<parallel::StageMemory> stages = iteration::job_memory(job);
  write_output(common.json ? as_data(common, report::memory_json(job, stages)) : report::memory_text(job, stages));
  with_scenario_places(loaded, [&] { iteration::check_memory(job, stages); });
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_run(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("run", "simulate a scenario: days, utilisation, the shortest stave");
  auto options = std::make_shared<RunOptions>();
  add_scenario_options(*command, options->scenario);
  CLI::Option* print_config = command->add_flag("--print-config", options->print_config,
                                                "print the resolved scenario and where each value is from");
  command->add_flag("--no-fold", options->no_fold, "simulate every rank by itself instead of each distinct behaviour");
  command->add_flag("--stats", options->stats, "print how the simulation went, with CPU time by phase");
  command->add_flag("--no-gains", options->no_gains, "leave out what doubling each stave brings: faster");
  command
      ->add_option("--fail-if", options->fail_if,
                   "exit with 4 if this holds of the numbers of --json: 'days.p50 > 120 or mfu < 0.3'")
      ->type_name("CONDITION")
      ->excludes(print_config);
  add_event_budget_option(*command, options->event_budget);
  add_trace_options(*command, options->trace)->excludes(print_config);
  add_chakra_options(*command, options->chakra)->excludes(print_config);
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
