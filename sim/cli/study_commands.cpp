#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/study_exit.hpp"
#include "sim/cli/study_files.hpp"
#include "sim/report/study_report.hpp"

namespace sim::cli {
namespace {

struct MergeOptions {
  std::vector<std::string> shards;
  std::string output;
  StudyTables tables;
  std::string fail_if;
};

int merge(const MergeOptions& options, const CommonOptions& common) {
  check_outputs({{"the results", options.output}, {"--csv", options.tables.csv}, {"--sqlite", options.tables.sqlite}});
  const Condition condition = condition_of(options.fail_if);
  const sweep::Results results = sweep::merge_results(options.shards);
  for (const auto& [index, row] : results.rows) check_names(condition, row);
  write_file(options.output, sweep::results_text(results));
  write_tables(options.tables, results);
  if (!common.quiet) std::cerr << "wrote " << options.output << "\n";
  const std::vector<report::StudyPoint> points = report::points_of(results);
  write_output(common.json ? as_data(common, sweep::results_text(results))
                           : report::study_text(results.header, points));
  return study_exit_code(points, condition, common);
}

struct MapOptions {
  StudySelection selection;
  report::MapAxes axes;
  std::string output = "map.svg";
};

int draw_map(const MapOptions& options, const CommonOptions& common) {
  const SelectedPoints selected = selected_points(options.selection);
  report::MapAxes axes = options.axes;
  const std::vector<std::string>& keys = selected.header.axes;
  if (axes.x.empty() || axes.y.empty()) {
    if (keys.size() == 1) throw InputError("the study has 1 axis: a map needs two", "look at `simulate pareto`");
    if (keys.size() != 2)
      throw InputError("the study has " + std::to_string(keys.size()) + " axes: name two of them",
                       "--x KEY --y KEY, and hold the others with --where KEY=VALUE");
    if (axes.x.empty()) axes.x = axes.y == keys.back() ? keys.front() : keys.back();
    if (axes.y.empty()) axes.y = axes.x == keys.front() ? keys.back() : keys.front();
  }
  write_file(options.output, report::map_svg(selected.header, selected.points, axes, "map"));
  if (!common.quiet) std::cerr << "wrote " << options.output << "\n";
  if (common.json) write_output(as_data(common, report::map_json(selected.points, axes)));
  return static_cast<int>(ExitCode::done);
}

struct ParetoOptions {
  StudySelection selection;
  report::TwoAims aims;
  std::string output;
};

int show_front(const ParetoOptions& options, const CommonOptions& common) {
  const SelectedPoints selected = selected_points(options.selection);
  if (!options.output.empty())
    write_file(options.output, report::pareto_svg(selected.header, selected.points, options.aims, "front"));
  if (!options.output.empty() && !common.quiet) std::cerr << "wrote " << options.output << "\n";
  write_output(common.json ? as_data(common, report::pareto_json(selected.points, options.aims))
                           : report::pareto_text(selected.points, options.aims));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_merge(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("merge", "one file of results from the shards of a sweep");
  auto options = std::make_shared<MergeOptions>();
  command->add_option("shards", options->shards, "results of all shards")->type_name("FILE.jsonl")->required();
  command->add_option("-o,--output", options->output, "JSON Lines to write")->type_name("FILE.jsonl")->required();
  add_table_options(*command, options->tables);
  add_condition_option(*command, options->fail_if);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return merge(*options, invocation.common); };
  });
}

void add_map(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("map", "two axes of a sweep as a heat map (SVG)");
  auto options = std::make_shared<MapOptions>();
  add_selection_options(*command, options->selection);
  command->add_option("--x", options->axes.x, "key of the columns; not needed for a study with two axes");
  command->add_option("--y", options->axes.y, "key of the rows");
  command->add_option("--color", options->axes.color, "number that the colours show: days.p50, cost_usd, mfu ...")
      ->capture_default_str();
  command->add_option("-o,--output", options->output, "the picture to write")
      ->type_name("FILE.svg")
      ->capture_default_str();
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return draw_map(*options, invocation.common); };
  });
}

void add_pareto(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("pareto", "points of a sweep that nothing beats in both of two numbers");
  auto options = std::make_shared<ParetoOptions>();
  add_selection_options(*command, options->selection);
  command->add_option("--x", options->aims.x, "the first number, the less the better")->capture_default_str();
  command->add_option("--y", options->aims.y, "the second: cost_usd, mean_power_mw, energy_mwh ...")
      ->capture_default_str();
  command->add_option("-o,--output", options->output, "a picture to write (SVG)")->type_name("FILE.svg");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return show_front(*options, invocation.common); };
  });
}

}  // namespace sim::cli
