#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/config/catalog.hpp"
#include "sim/report/validation_report.hpp"
#include "sim/validate/collective_table.hpp"
#include "sim/validate/kernel_table.hpp"
#include "sim/validate/validate.hpp"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> shipped_files() {
  const fs::path folder = config::data_directory() / "validation";
  std::vector<std::string> files;
  std::error_code ignored;  // a missing folder holds no files
  for (const fs::directory_entry& file : fs::directory_iterator(folder, ignored)) {
    if (file.path().extension() == ".yaml") files.push_back(file.path().string());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) throw InputError("there are no record files in " + folder.string());
  return files;
}

void show_progress(std::size_t done, std::size_t count) {
  std::fprintf(stderr, "\r%zu of %zu records%s", done, count, done == count ? "\r\033[K" : "");
}

struct Files {
  std::vector<std::string> records;
  std::string kernels;
  std::string collectives;
  std::string html;
  std::string svg;
  std::string markdown;
};

// Read only where they ship: a user's own records need none of them.
fs::path shipped(const char* name) {
  return config::data_directory() / "validation" / name;
}

std::string shipped_table(const char* name) {
  return (config::data_directory() / "validation" / "microbench" / name).string();
}

// One node, then several: the tables that ship.
std::vector<validate::MeasuredCollective> measured_collectives(const std::string& file) {
  if (!file.empty()) return validate::read_collectives(file);
  std::vector<validate::MeasuredCollective> rows =
      validate::read_collectives(shipped_table("collectives_one_node.csv"));
  const auto more = validate::read_collectives(shipped_table("collectives_published.csv"));
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

std::vector<validate::Score> scores_of(const validate::Validation& validation) {
  std::vector<validate::Score> scores;
  if (fs::is_regular_file(shipped("residuals.csv"))) {
    scores = validate::fit_scores(validate::read_residuals(shipped("residuals.csv").string()));
  }
  const auto add = [&scores](const std::vector<validate::Score>& more) {
    scores.insert(scores.end(), more.begin(), more.end());
  };
  add(validate::run_scores(validation));
  if (fs::is_directory(shipped("microbench"))) {
    add(validate::table_scores(validate::score_kernels(validate::read_kernels(shipped_table("gemm.csv"))),
                               validate::score_collectives(measured_collectives(""))));
  }
  return scores;
}

void write_pages(const Files& files, const validate::Validation& validation,
                 const std::vector<validate::Score>& scores) {
  report::ValidationPage page{&validation, scores, {}, {}};
  if (fs::is_regular_file(shipped("peers.csv"))) page.peers = validate::read_peers(shipped("peers.csv").string());
  if (fs::is_regular_file(shipped("known_misses.csv"))) {
    page.known_misses = validate::read_known_misses(shipped("known_misses.csv").string());
  }
  if (!files.svg.empty()) write_file(files.svg, report::validation_svg(validation));
  if (!files.html.empty()) write_file(files.html, report::validation_html(page));
  if (!files.markdown.empty()) write_file(files.markdown, report::validation_markdown(page, "validation.svg"));
}

int run_validation(const Files& chosen, const CommonOptions& common) {
  check_outputs({{"--svg", chosen.svg}, {"--html", chosen.html}, {"--markdown", chosen.markdown}});
  std::vector<std::string> files = chosen.records;
  if (files.empty()) files = shipped_files();
  std::vector<validate::Record> records;
  for (const std::string& file : files) {
    const std::vector<validate::Record> more = validate::read_records(file);
    records.insert(records.end(), more.begin(), more.end());
  }
  const bool shows_progress = wants_progress(common);
  const validate::Validation validation =
      shows_progress ? validate::validate_records(records, show_progress) : validate::validate_records(records);
  const std::vector<validate::Score> scores = scores_of(validation);
  write_pages(chosen, validation, scores);
  write_output(common.json ? as_data(common, report::validation_json(validation, scores))
                           : report::validation_text(validation, scores));
  return static_cast<int>(ExitCode::done);
}

int write_timings(const validate::TimingTable& timings, const char* what, const CommonOptions& common) {
  write_output(common.json ? as_data(common, report::timings_json(timings)) : report::timings_text(timings, what));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_validate(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      app.add_subcommand("validate", "predicted against measured runs, kernels or collectives: signed errors");
  auto files = std::make_shared<Files>();
  CLI::Option* records =
      command->add_option("files", files->records, "record files (form: validation/README.md); none: those that ship")
          ->type_name("FILE.yaml");
  CLI::Option* kernels = command->add_option(
      "--kernels", files->kernels, "a table of measured matrix products instead; no FILE: the one that ships");
  CLI::Option* collectives = command->add_option("--collectives", files->collectives,
                                                 "a table of measured collectives instead; no FILE: those that ship");
  for (CLI::Option* option : {kernels, collectives}) option->expected(0, 1)->type_name("[FILE.csv]")->excludes(records);
  kernels->excludes(collectives);
  command->add_option("--html", files->html, "also write a page with the scatter and all tables")
      ->type_name("FILE.html")
      ->excludes(kernels)
      ->excludes(collectives);
  command->add_option("--svg", files->svg, "also write the scatter alone")
      ->type_name("FILE.svg")
      ->excludes(kernels)
      ->excludes(collectives);
  command->add_option("--markdown", files->markdown, "also write the page as Markdown; it shows validation.svg")
      ->type_name("FILE.md")
      ->excludes(kernels)
      ->excludes(collectives);
  command->callback([&invocation, files, kernels, collectives] {
    const bool has_kernels = kernels->count() > 0, has_collectives = collectives->count() > 0;
    invocation.action = [&invocation, files, has_kernels, has_collectives] {
      const CommonOptions& common = invocation.common;
      if (has_kernels) {
        const std::string& file = files->kernels;
        const auto measured = validate::read_kernels(file.empty() ? shipped_table("gemm.csv") : file);
        return write_timings(validate::score_kernels(measured), "kernels", common);
      }
      if (!has_collectives) return run_validation(*files, common);
      return write_timings(validate::score_collectives(measured_collectives(files->collectives)), "collectives",
                           common);
    };
  });
}

}  // namespace sim::cli
