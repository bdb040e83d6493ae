#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
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

int run_validation(std::vector<std::string> files, const CommonOptions& common) {
  if (files.empty()) files = shipped_files();
  std::vector<validate::Record> records;
  for (const std::string& file : files) {
    const std::vector<validate::Record> more = validate::read_records(file);
    records.insert(records.end(), more.begin(), more.end());
  }
  const bool shows_progress = !common.quiet && isatty(STDERR_FILENO) != 0;
  const validate::Validation validation =
      shows_progress ? validate::validate_records(records, show_progress) : validate::validate_records(records);
  write_output(common.json ? report::validation_json(validation) : report::validation_text(validation));
  return static_cast<int>(ExitCode::done);
}

int write_timings(const validate::TimingTable& timings, const char* what, const CommonOptions& common) {
  write_output(common.json ? report::timings_json(timings) : report::timings_text(timings, what));
  return static_cast<int>(ExitCode::done);
}

std::string shipped_table(const char* name) {
  return (config::data_directory() / "validation" / "microbench" / name).string();
}

// One node, then several: the tables that ship.
std::vector<validate::MeasuredCollective> measured_collectives(const std::string& file) {
  if (!file.empty()) return validate::read_collectives(file);
  std::vector<validate::MeasuredCollective> rows = validate::read_collectives(shipped_table("collectives_one_node.csv"));
  const auto more = validate::read_collectives(shipped_table("collectives_published.csv"));
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

struct Files {
  std::vector<std::string> records;
  std::string kernels;
  std::string collectives;
};

}  // namespace

void add_validate(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      app.add_subcommand("validate", "predicted against measured runs, kernels or collectives: signed errors");
  auto files = std::make_shared<Files>();
  CLI::Option* records =
      command->add_option("files", files->records, "record files (form: validation/README.md); none: those that ship");
  CLI::Option* kernels = command->add_option(
      "--kernels", files->kernels, "a table of measured matrix products instead; no FILE: the one that ships");
  CLI::Option* collectives = command->add_option(
      "--collectives", files->collectives, "a table of measured collectives instead; no FILE: those that ship");
  for (CLI::Option* option : {kernels, collectives}) option->expected(0, 1)->type_name("[FILE.csv]")->excludes(records);
  kernels->excludes(collectives);
  command->callback([&invocation, files, kernels, collectives] {
    const bool has_kernels = kernels->count() > 0, has_collectives = collectives->count() > 0;
    invocation.action = [&invocation, files, has_kernels, has_collectives] {
      const CommonOptions& common = invocation.common;
      if (has_kernels) {
        const std::string& file = files->kernels;
        const auto measured = validate::read_kernels(file.empty() ? shipped_table("gemm.csv") : file);
        return write_timings(validate::score_kernels(measured), "kernels", common);
      }
      if (!has_collectives) return run_validation(files->records, common);
      return write_timings(validate::score_collectives(measured_collectives(files->collectives)), "collectives",
                           common);
    };
  });
}

}  // namespace sim::cli
