#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <mutex>

#include "sim/cli/command.hpp"
#include "sim/cli/solve.hpp"
#include "sim/report/answer.hpp"
#include "sim/report/barrel_report.hpp"

namespace sim::cli {
namespace {

// Several threads report.
barrel::Progress shown_progress() {
  return [mutex = std::make_shared<std::mutex>()](std::size_t done, std::size_t all) {
    const std::scoped_lock lock(*mutex);
    std::fprintf(stderr, "\rturning staves: %zu of %zu\033[K", done, all);
    if (done == all) std::fprintf(stderr, "\r\033[K");
  };
}

struct BarrelOptions {
  ScenarioOptions scenario;
  bool replans = false;
  std::vector<std::string> fixed{"schedule", "overlap"};
  std::size_t simulations = 24;
};

int show_barrel(const BarrelOptions& options, const CommonOptions& common) {
  const std::unique_ptr<Solved> solved = solve(options.scenario, {.check_stability = false});
  print_notes(solved->notes, common);
  report::BarrelAnswer answer;
  answer.scenario = solved->job.name;
  answer.title = report::title_line(solved->job);
  const barrel::Progress progress = wants_progress(common) ? shown_progress() : barrel::Progress{};
  answer.barrel = barrel::make_barrel(solved->job, solved->result, progress);
  answer.falls =
      report::with_whole_run(barrel::waterfall(solved->result, iteration::steps_of(solved->job)), solved->whole);
  if (options.replans) {
    if (wants_progress(common)) std::fprintf(stderr, "\rsearching strategies with more memory\033[K");
    answer.memory = plan::memory_gain(solved->job, {options.fixed.begin(), options.fixed.end()}, options.simulations);
    if (wants_progress(common)) std::fprintf(stderr, "\r\033[K");
  }
  write_output(common.json ? as_data(common, report::barrel_json(answer))
                           : report::barrel_text(answer, wants_color(common)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_barrel(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("barrel", "which stave is short, and what lengthening each one brings");
  auto options = std::make_shared<BarrelOptions>();
  add_scenario_options(*command, options->scenario);
  command->add_flag("--replan", options->replans, "also what twice the memory would bring: searches strategies anew");
  command->add_option("--fix", options->fixed, "with --replan: axes that stay as the scenario has them")
      ->delimiter(',')
      ->type_name("AXIS,...")
      ->needs("--replan")
      ->capture_default_str();
  command->add_option("--simulations", options->simulations, "with --replan: most strategies that are simulated")
      ->check(CLI::Range(1, 1'000'000))
      ->needs("--replan")
      ->capture_default_str();
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show_barrel(*options, invocation.common); };
  });
}

}  // namespace sim::cli
