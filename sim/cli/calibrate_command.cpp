#include <CLI/CLI.hpp>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/config/scenario.hpp"
#include "sim/config/text_file.hpp"
#include "sim/plan/divide.hpp"
#include "sim/report/calibration_report.hpp"
#include "sim/validate/calibrate.hpp"

namespace sim::cli {
namespace {

struct Files {
  std::vector<std::string> scenarios;
  std::vector<std::string> logs;
  std::vector<std::string> outputs;  // of nccl-tests
  std::string collective;
  std::string target;
};

void check_usage(const Files& files) {
  if (files.logs.empty() && files.outputs.empty()) {
    throw InputError("calibrate: nothing is measured", "give --log TRAIN.log, --nccl FILE or both");
  }
  if (!files.collective.empty() && files.outputs.empty()) {
    throw InputError("--collective: it names what --nccl measured", "give --nccl FILE, or leave it out");
  }
  if (files.logs.empty() ? files.scenarios.size() == 1 : files.scenarios.size() == files.logs.size()) return;
  throw InputError("calibrate: " + std::to_string(files.scenarios.size()) + " scenarios and " +
                       std::to_string(files.logs.size()) + " training logs",
                   files.logs.empty() ? "--nccl alone needs the scenario of its machine"
                                      : "give one --log for each scenario, in the same order");
}

iteration::Job job_of(const std::string& scenario) {
  const config::LoadedScenario loaded = config::load_scenario(scenario);
  try {
    return plan::divide(config::make_job(loaded));
  } catch (const InputError& error) {
    throw config::with_places(error, loaded.root);
  }
}

int run_calibration(const Files& files, const CommonOptions& common) {
  check_usage(files);
  std::vector<iteration::Job> jobs;
  for (const std::string& scenario : files.scenarios) jobs.push_back(job_of(scenario));
  std::vector<validate::LoggedRun> runs;
  for (std::size_t i = 0; i < files.logs.size(); ++i) {
    const std::string text = config::read_text(files.logs[i]);
    runs.push_back({jobs[i], validate::parse_training_log(text, files.logs[i], jobs[i].training.global_batch)});
  }
  std::vector<validate::NcclLog> collectives;
  for (const std::string& file : files.outputs) {
    collectives.push_back(validate::parse_nccl_log(config::read_text(file), file, files.collective));
  }
  const validate::Calibration calibration = validate::calibrate(jobs.front(), collectives, runs);
  if (!files.target.empty()) write_file(files.target, validate::calibration_file(calibration, jobs));
  write_output(common.json ? as_data(common, report::calibration_json(calibration))
                           : report::calibration_text(calibration));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_calibrate(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand(
      "calibrate", "fits a few constants to your own training logs and nccl-tests output, with the hold-out error");
  auto files = std::make_shared<Files>();
  command->add_option("scenarios", files->scenarios, "scenarios of the runs that were measured")
      ->type_name("FILE.yaml")
      ->required();
  command->add_option("--log", files->logs, "log of Megatron, one for each scenario in the same order")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--nccl", files->outputs, "output of nccl-tests on the chips of the first scenario")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--collective", files->collective, "what --nccl measured, where its output does not say")
      ->type_name("NAME");
  command->add_option("-o,--output", files->target, "written: constants for the key `calibration` of a scenario")
      ->type_name("FILE");
  command->callback([&invocation, files] {
    invocation.action = [&invocation, files] { return run_calibration(*files, invocation.common); };
  });
}

}  // namespace sim::cli
