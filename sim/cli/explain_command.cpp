#include <CLI/CLI.hpp>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/cli/solve.hpp"
#include "sim/config/assumptions.hpp"
#include "sim/plan/divide.hpp"
#include "sim/report/answer.hpp"
#include "sim/report/explain.hpp"

namespace sim::cli {
namespace {

int explain(const ScenarioOptions& options, const CommonOptions& common) {
  const config::LoadedScenario loaded = config::load_scenario(options.file, options.overrides);
  const iteration::Job job = with_scenario_places(loaded, [&] { return plan::divide(config::make_job(loaded)); });
  print_notes(loaded.notes, common);
  std::vector<report::ExplainedConstant> constants;
  for (const config::UsedConstant& used : config::used_constants(job, config::make_campaign_inputs(loaded)))
    constants.push_back({used.owner, used.key, used.value, used.origin, used.source});
  write_output(common.json ? as_data(common, report::explain_json(job.name, constants))
                           : report::explain_text(report::title_line(job), constants));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_explain(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("explain", "every number that the answer rests on, with its source");
  auto options = std::make_shared<ScenarioOptions>();
  add_scenario_options(*command, *options);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return explain(*options, invocation.common); };
  });
}

}  // namespace sim::cli
