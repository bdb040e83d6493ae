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

}  // namespace

void add_validate(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      app.add_subcommand("validate", "predicted against measured runs: signed errors by chip and source");
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("files", *files, "record files (form: validation/README.md); none: those that ship");
  command->callback([&invocation, files] {
    invocation.action = [&invocation, files] { return run_validation(*files, invocation.common); };
  });
}

}  // namespace sim::cli
