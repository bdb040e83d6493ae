#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/config/catalog.hpp"
#include "sim/report/fit_report.hpp"
#include "sim/validate/fit.hpp"

namespace sim::cli {
namespace {

struct Files {
  std::vector<std::string> records;
  std::string constants;
  std::string catalogue;
  std::string residuals;
};

void show_progress(std::size_t simulated) {
  if (simulated % 50 == 0) std::fprintf(stderr, "\r%zu runs simulated", simulated);
}

int run_fit(const Files& files, const CommonOptions& common) {
  check_outputs({{"--catalogue", files.catalogue}, {"--residuals", files.residuals}});
  std::vector<validate::Record> records;
  for (const std::string& file : files.records) {
    const std::vector<validate::Record> more = validate::read_records(file);
    records.insert(records.end(), more.begin(), more.end());
  }
  const std::vector<validate::SharedConstant> constants = validate::read_shared_constants(files.constants);
  const bool shows_progress = wants_progress(common);
  const validate::Fit fit = shows_progress ? validate::fit_constants(records, constants, show_progress)
                                           : validate::fit_constants(records, constants);
  if (shows_progress) std::fprintf(stderr, "\r\033[K");
  std::vector<validate::FittedFactor> factors;
  for (const validate::FittedConstant& constant : fit.constants) factors.push_back(constant.fitted);
  write_file(files.catalogue, report::fitted_catalogue_head() + validate::fitted_catalogue(constants, factors));
  write_file(files.residuals, validate::residuals_csv(fit.rows));
  write_output(common.json ? as_data(common, report::fit_json(fit, constants)) : report::fit_text(fit, constants));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_fit(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand(
      "fit", "fits the shared constants of the catalogue to measured runs, as scripts/fit does (minutes)");
  auto files = std::make_shared<Files>();
  command->add_option("files", files->records, "record files (form: validation/README.md)")
      ->type_name("FILE.yaml")
      ->required();
  command->add_option("--constants", files->constants, "what may move: a list as catalog/shared_constants.yaml")
      ->type_name("FILE")
      ->required();
  command->add_option("--catalogue", files->catalogue, "written: the fitted constants, as catalog/fitted.yaml")
      ->type_name("FILE")
      ->required();
  command->add_option("--residuals", files->residuals, "written: predictions of every record, as CSV")
      ->type_name("FILE")
      ->required();
  command->callback([&invocation, files] {
    invocation.action = [&invocation, files] { return run_fit(*files, invocation.common); };
  });
}

}  // namespace sim::cli
