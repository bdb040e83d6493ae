#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/config/scenario.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/report/whole_run.hpp"
#include "sim/validate/interval.hpp"

namespace CLI {
class App;
}

namespace sim::cli {

/// A scenario as the command line names it.
struct ScenarioOptions {
  std::string file;
  std::vector<std::string> overrides;
};

void add_scenario_options(CLI::App& command, ScenarioOptions& options);
/// The same for commands that can do without a file: it stays empty then.
void add_optional_scenario(CLI::App& command, ScenarioOptions& options);

/// --event-budget: a number above 0.
void add_event_budget_option(CLI::App& command, double& events);

/// A scenario that was read and simulated. Lives behind a pointer, as reports point into it.
struct Solved {
  config::LoadedScenario loaded;
  iteration::Job job;
  iteration::IterationResult result;
  std::optional<validate::Interval> interval;
  report::WholeRun whole;
  std::vector<std::string> notes;  ///< on the fleet, for people
};

/// Decides what a scenario leaves open: the strategy (`parallel: auto`), or how a mixed fleet shares the job. Throws
/// infeasible when no strategy is possible.
[[nodiscard]] iteration::Job settle(const config::LoadedScenario& loaded, const iteration::Job& job);

/// The found strategy in place of `auto`, so that the printed scenario gives the same answer at once.
void write_out_strategy(const iteration::Job& job, config::Scenario& scenario);

/// Reads a scenario, divides its fleet, simulates an iteration and plays the whole run. Throws InputError with the
/// place in the scenario.
[[nodiscard]] std::unique_ptr<Solved> solve(const ScenarioOptions& options, const iteration::Options& simulation = {});

/// The notes, one a line, on standard error; nothing with --quiet.
void print_notes(const std::vector<std::string>& notes, const CommonOptions& common);

/// Gives messages without a place the place in the scenario that they speak of.
template <class Work>
auto with_scenario_places(const config::LoadedScenario& loaded, Work&& work) {
  try {
    return work();
  } catch (const InputError& error) {
    throw config::with_places(error, loaded.root);
  }
}

}  // namespace sim::cli
