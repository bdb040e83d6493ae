#include <CLI/CLI.hpp>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/solve.hpp"
#include "sim/report/answer.hpp"

namespace sim::cli {
namespace {

constexpr int kSamplesOfSwings = 40;  // the draws are common, so differences need few

struct CampaignOptions {
  ScenarioOptions scenario;
  std::string trace;
};

int show_campaign(const CampaignOptions& options, const CommonOptions& common) {
  const std::unique_ptr<Solved> solved = solve(options.scenario, {.check_stability = false});
  print_notes(solved->notes, common);
  const report::WholeRun& whole = solved->whole;
  report::CampaignDetail detail;
  detail.swings = campaign::tornado(whole.study, kSamplesOfSwings);
  detail.advice = plan::interval_advice(whole.study, kSamplesOfSwings);
  const std::string& name = solved->job.name;
  if (!options.trace.empty()) write_file(options.trace, report::campaign_trace(whole, name));
  write_output(common.json
                   ? as_data(common, report::whole_run_json(whole, &detail, name))
                   : report::campaign_text(whole, detail, report::title_line(solved->job), wants_color(common)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_campaign(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      app.add_subcommand("campaign", "the whole run: failures, checkpoints, deliveries, what moves the days most");
  auto options = std::make_shared<CampaignOptions>();
  add_scenario_options(*command, options->scenario);
  command->add_option("--trace", options->trace, "also write the run nearest to the median for ui.perfetto.dev")
      ->type_name("FILE");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show_campaign(*options, invocation.common); };
  });
}

}  // namespace sim::cli
