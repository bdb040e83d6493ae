#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/solve.hpp"
#include "sim/cli/study_files.hpp"
#include "sim/config/assumptions.hpp"
#include "sim/config/catalog.hpp"
#include "sim/iteration/record_timeline.hpp"
#include "sim/report/page.hpp"

namespace sim::cli {
namespace {

constexpr int kMostFleets = 12;       // more are too many to see beside each other
constexpr int kSamplesOfSwings = 40;  // the draws are common, so differences need few

struct ReportOptions {
  std::vector<std::string> files, overrides, sweeps;
  std::string output = "report.html";
  report::Language language = report::Language::english;
  report::Audience audience = report::Audience::engineer;
};

void note(const CommonOptions& common, const std::string& what) {
  if (wants_progress(common)) std::cerr << "\r" << what << "\x1b[K" << std::flush;
}

// One cell a stage is enough to see the pipeline.
std::vector<std::uint32_t> first_ranks(const parallel::Strategy& strategy) {
  std::vector<std::uint32_t> ranks;
  for (int stage = 0; stage < strategy.pp; ++stage)
    ranks.push_back(static_cast<std::uint32_t>(stage * strategy.stage_ranks()));
  return ranks;
}

report::PageScenario page_scenario(const Solved& solved, const CommonOptions& common) {
  report::PageScenario page;
  const std::string& name = solved.job.name;
  const report::WholeRun& whole = solved.whole;
  page.compared = {
      report::make_answer(solved.job, solved.result, config::assumed_constants(solved.job), solved.interval),
      {solved.loaded.scenario.published_days, solved.loaded.scenario.published_source}};
  page.compared.answer.whole = &whole;
  page.compared.answer.outline = barrel::make_outline(solved.job, solved.result, false);
  note(common, name + ": turning staves");
  page.barrel.scenario = name;
  page.barrel.title = report::title_line(solved.job);
  page.barrel.barrel = barrel::make_barrel(solved.job, solved.result);
  page.barrel.falls = report::with_whole_run(barrel::waterfall(solved.result, iteration::steps_of(solved.job)), whole);
  note(common, name + ": sweeps");
  page.sweeps = barrel::sweep_knobs(solved.job, page.barrel.barrel);
  note(common, name + ": what moves the days");
  page.campaign.swings = campaign::tornado(whole.study, kSamplesOfSwings);
  page.campaign.advice = plan::interval_advice(whole.study, kSamplesOfSwings);
  for (const config::UsedConstant& used :
       config::used_constants(solved.job, config::make_campaign_inputs(solved.loaded)))
    page.constants.push_back({used.owner, used.key, used.value, used.origin, used.source});
  page.config = config::print_config(solved.loaded);
  note(common, name + ": timeline");
  page.timeline = iteration::record_timeline(solved.job, solved.result, {.ranks = first_ranks(solved.job.strategy)});
  return page;
}

// Kinds of chips of all fleets, each once.
std::vector<hardware::Chip> chips_of(const std::vector<std::unique_ptr<Solved>>& solved) {
  std::vector<hardware::Chip> chips;
  for (const std::unique_ptr<Solved>& one : solved) {
    for (const iteration::FleetEntry& entry : one->job.fleet) {
      const bool is_known =
          std::any_of(chips.begin(), chips.end(), [&](const auto& chip) { return chip.id == entry.chip.id; });
      if (!is_known) chips.push_back(entry.chip);
    }
  }
  return chips;
}

std::vector<policy::Rule> laws() {
  std::vector<policy::Rule> rules;
  for (const std::string& id : config::catalog_ids("rules")) {
    policy::Rule rule = config::load_rule(id);
    if (!rule.hypothetical) rules.push_back(std::move(rule));
  }
  return rules;
}

// The days over two axes, and days against money and power where the answers have them.
report::PageStudy page_study(const std::string& file, std::size_t number) {
  const SelectedPoints study = selected_points({file, {}});
  const sweep::Header& header = study.header;
  report::PageStudy page{header.study, report::study_text(header, study.points), {}};
  const auto add = [&page, number](const auto& draw) {
    try {
      page.pictures.push_back(draw(fmt::format("study-{}-{}", number, page.pictures.size())));
    } catch (const InputError& error) {  // such a picture cannot be drawn of this sweep: say so beside the others
      page.text += std::string("  no picture: ") + error.diagnostics().front().message + "\n";
    }
  };
  if (header.axes.size() == 2) {
    add([&](const std::string& id) {
      return report::map_svg(header, study.points, {header.axes.back(), header.axes.front(), "days"}, id);
    });
  }
  for (const char* aim : {"cost_usd", "mean_power_mw"})
    add([&](const std::string& id) { return report::pareto_svg(header, study.points, {"days", aim}, id); });
  return page;
}

int write_report(const ReportOptions& options, const CommonOptions& common) {
  std::vector<std::unique_ptr<Solved>> solved;
  std::vector<report::PageScenario> pages;
  for (const std::string& file : options.files) {
    note(common, "simulating " + file);
    solved.push_back(solve({file, options.overrides}, {.critical_path = true}));
    print_notes(solved.back()->loaded.notes, common);
    pages.push_back(page_scenario(*solved.back(), common));
  }
  note(common, "");
  std::vector<report::PageStudy> studies;
  for (const std::string& file : options.sweeps) studies.push_back(page_study(file, studies.size()));
  const std::vector<hardware::Chip> chips = chips_of(solved);
  std::vector<hardware::Chip> shelf;
  for (const std::string& id : config::catalog_ids("chips")) shelf.push_back(config::load_chip(id));
  const std::vector<policy::Rule> rules = laws();
  const auto judged = [&rules](const std::vector<hardware::Chip>& all) {
    return report::judge_chips(all, rules, config::kUsualDestination);
  };
  write_file(options.output,
             report::page_html(pages, studies, judged(chips), judged(shelf), options.language, options.audience));
  if (!common.quiet) std::cerr << "wrote " << options.output << "\n";
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_report(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("report", "one HTML file that shows scenarios beside each other");
  auto options = std::make_shared<ReportOptions>();
  command->add_option("scenarios", options->files, "scenario files")
      ->type_name("FILE.yaml")
      ->required()
      ->expected(1, kMostFleets);
  command->add_option("--set", options->overrides, "override a key in all of them")->type_name("KEY=VALUE");
  command->add_option("--sweep", options->sweeps, "results of `simulate sweep` to show beside them")
      ->type_name("FILE.jsonl");
  command->add_option("-o,--output", options->output, "the file to write")
      ->type_name("FILE.html")
      ->capture_default_str();
  const std::map<std::string, report::Language> languages{{"en", report::Language::english},
                                                          {"zh", report::Language::chinese}};
  const std::map<std::string, report::Audience> audiences{{"engineer", report::Audience::engineer},
                                                          {"policy", report::Audience::policy}};
  command->add_option("--lang", options->language, "en or zh")->transform(CLI::Transformer(languages));
  command->add_option("--audience", options->audience, "engineer or policy")->transform(CLI::Transformer(audiences));
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return write_report(*options, invocation.common); };
  });
}

}  // namespace sim::cli
