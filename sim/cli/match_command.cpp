#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/cli/solve.hpp"
#include "sim/report/plan_report.hpp"
#include "sim/validate/answer_interval.hpp"

namespace sim::cli {
namespace {

struct MatchOptions {
  ScenarioOptions scenario;
  std::string like;
  std::vector<std::string> fixed{"schedule", "overlap"};
  std::size_t simulations = 24;
  plan::By by = plan::By::days;
};

const std::map<std::string, plan::By> kBy{
    {"days", plan::By::days}, {"dollars", plan::By::dollars}, {"power", plan::By::power}};

double size_of(plan::By by, const config::LoadedScenario& own, const iteration::Job& job,
               const config::LoadedScenario& other, const iteration::Job& like) {
  if (by == plan::By::days) return 0;
  const auto economics = [](const config::LoadedScenario& loaded) {
    return config::make_campaign_inputs(loaded).economics;
  };
  return plan::chips_for_same(by, job, economics(own), like, economics(other));
}

// The interval of a fleet's prediction with its best strategy.
std::optional<validate::Interval> interval_of(iteration::Job job, int chips, const plan::Found& found) {
  if (chips == 0) return std::nullopt;
  job.fleet.front().count = chips;
  job.strategy = found.strategy;
  job.schedule.reset();
  return validate::answer_interval(job, iteration::simulate(job, {.check_stability = false}));
}

int run_match(const MatchOptions& options, const CommonOptions& common) {
  const config::LoadedScenario own = config::load_scenario(options.scenario.file, options.scenario.overrides);
  const config::LoadedScenario other = config::load_scenario(options.like, {});
  const iteration::Job job = config::make_job(own), like = config::make_job(other);
  print_notes(own.notes, common);
  print_notes(other.notes, common);
  plan::MatchOptions search;
  search.fixed.insert(options.fixed.begin(), options.fixed.end());
  search.simulations = options.simulations;
  search.by = options.by;
  search.size = size_of(options.by, own, job, other, like);
  if (wants_progress(common)) {
    search.progress = [](const plan::SizeTried& tried) {
      std::cerr << fmt::format("\r{} chips: {:.1f} ideal days\x1b[K", tried.chips, tried.ideal_days) << std::flush;
    };
  }
  const plan::Match match = with_scenario_places(own, [&] { return plan::match(job, like, search); });
  if (wants_progress(common)) std::cerr << "\r\x1b[K";
  const report::MatchAnswer answer{&job,
                                   &like,
                                   &match,
                                   options.by,
                                   interval_of(job, match.chips, match.strategy),
                                   interval_of(like, like.chips(), match.like)};
  write_output(common.json ? as_data(common, report::match_json(answer)) : report::match_text(answer));
  return static_cast<int>(match.chips > 0 ? ExitCode::done : ExitCode::infeasible);
}

}  // namespace

void add_match(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("match", "how many chips finish as soon as another fleet");
  auto options = std::make_shared<MatchOptions>();
  add_scenario_options(*command, options->scenario);
  command->add_option("--like", options->like, "scenario of the other fleet")->type_name("FILE.yaml")->required();
  command->add_option("--by", options->by, "what both fleets shall have the same of: days, price or power")
      ->transform(CLI::CheckedTransformer(kBy, CLI::ignore_case))
      ->type_name("days|dollars|power");
  command->add_option("--fix", options->fixed, "axes that stay as each scenario has them; none: all are searched")
      ->delimiter(',')
      ->type_name("AXIS,...")
      ->capture_default_str();
  command->add_option("--simulations", options->simulations, "most strategies that are simulated at each size")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->callback([&invocation, options] {
    if (options->fixed == std::vector<std::string>{"none"}) options->fixed.clear();
    invocation.action = [&invocation, options] { return run_match(*options, invocation.common); };
  });
}

}  // namespace sim::cli
