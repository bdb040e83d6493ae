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

int show_barrel(const ScenarioOptions& options, const CommonOptions& common) {
  const std::unique_ptr<Solved> solved = solve(options, {.check_stability = false});
  print_notes(solved->notes, common);
  report::BarrelAnswer answer;
  answer.scenario = solved->job.name;
  answer.title = report::title_line(solved->job);
  const barrel::Progress progress = wants_progress(common) ? shown_progress() : barrel::Progress{};
  answer.barrel = barrel::make_barrel(solved->job, solved->result, progress);
  answer.falls =
      report::with_whole_run(barrel::waterfall(solved->result, iteration::steps_of(solved->job)), solved->whole);
  write_output(common.json ? report::barrel_json(answer) : report::barrel_text(answer, wants_color(common)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_barrel(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("barrel", "which stave is short, and what lengthening each one brings");
  auto options = std::make_shared<ScenarioOptions>();
  add_scenario_options(*command, *options);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show_barrel(*options, invocation.common); };
  });
}

}  // namespace sim::cli
