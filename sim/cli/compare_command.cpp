#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/solve.hpp"
#include "sim/config/assumptions.hpp"
#include "sim/report/compare.hpp"

namespace sim::cli {
namespace {

struct CompareOptions {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
};

int compare(const CompareOptions& options, const CommonOptions& common) {
  std::vector<std::unique_ptr<Solved>> solved;
  std::vector<report::Compared> answers;
  for (const std::string& file : options.files) {
    if (wants_progress(common)) std::cerr << "\rsimulating " << file << "\x1b[K" << std::flush;
    solved.push_back(solve({file, options.overrides}, {.check_stability = false}));
    const Solved& one = *solved.back();
    print_notes(one.notes, common);
    answers.push_back({report::make_answer(one.job, one.result, config::assumed_constants(one.job), one.interval),
                       {one.loaded.scenario.published_days, one.loaded.scenario.published_source}});
    answers.back().answer.whole = &one.whole;
  }
  if (wants_progress(common)) std::cerr << "\r\x1b[K";
  write_output(common.json ? as_data(common, report::compare_json(answers))
                           : report::compare_text(answers, wants_color(common)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_compare(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("compare", "fleets side by side: days, dollars, energy, and why");
  auto options = std::make_shared<CompareOptions>();
  command->add_option("scenarios", options->files, "scenario files")
      ->type_name("FILE.yaml")
      ->required()
      ->expected(2, 32);
  command->add_option("--set", options->overrides, "override a key in all of them")->type_name("KEY=VALUE");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return compare(*options, invocation.common); };
  });
}

}  // namespace sim::cli
