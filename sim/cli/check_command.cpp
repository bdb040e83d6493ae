#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/solve.hpp"
#include "sim/config/scenario.hpp"
#include "sim/iteration/fabric_view.hpp"

namespace sim::cli {
namespace {

// All that can fail before the first event is simulated. Throws InputError with the place in the scenario.
std::string checked(const ScenarioOptions& options, const CommonOptions& common) {
  const config::LoadedScenario loaded = config::load_scenario(options.file, options.overrides);
  print_notes(loaded.notes, common);
  return with_scenario_places(loaded, [&] {
    const iteration::Job job = settle(loaded, config::make_job(loaded));
    iteration::check_feasible(job);
    iteration::check_memory(job, iteration::job_memory(job));
    (void)iteration::build_fabric(job);
    (void)config::make_campaign_inputs(loaded);
    const parallel::Strategy& s = job.strategy;
    return std::to_string(s.ranks()) + " of " + std::to_string(job.chips()) + " chips work, tp " +
           std::to_string(s.tp) + ", cp " + std::to_string(s.cp) + ", pp " + std::to_string(s.pp) + ", dp " +
           std::to_string(s.dp);
  });
}

int check_scenarios(const std::vector<std::string>& files, const std::vector<std::string>& overrides,
                    const CommonOptions& common) {
  if (common.json && !common.plain)
    throw InputError("--json: check prints no data", "its exit code says whether all is well");
  int worst = static_cast<int>(ExitCode::done);
  for (const std::string& file : files) {
    try {
      const std::string summary = checked({file, overrides}, common);
      if (!common.quiet) write_output(file + ": ok: " + summary + "\n");
    } catch (const InputError& error) {
      std::cerr << error.what();
      worst = std::max(worst, static_cast<int>(error.exit_code()));
    }
  }
  return worst;
}

}  // namespace

void add_check(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("check", "tests scenarios without running them");
  auto files = std::make_shared<std::vector<std::string>>();
  auto overrides = std::make_shared<std::vector<std::string>>();
  command->add_option("scenarios", *files, "scenario files; - reads standard input")
      ->type_name("FILE.yaml")
      ->required();
  command->add_option("--set", *overrides, "override a key, for example --set parallel.tp=4")->type_name("KEY=VALUE");
  command->callback([&invocation, files, overrides] {
    invocation.action = [&invocation, files, overrides] {
      return check_scenarios(*files, *overrides, invocation.common);
    };
  });
}

}  // namespace sim::cli
