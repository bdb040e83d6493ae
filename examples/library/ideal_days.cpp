// The ideal days of a scenario for several values of a key: ideal_days FILE.yaml KEY VALUE...
// Prints a line for each value, with the days that the run takes without failures and the seconds of one iteration.

#include <cstdio>
#include <exception>
#include <string>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/scenario.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/plan/divide.hpp"

namespace {

void print_days(const std::string& file, const std::string& key, const std::string& value) {
  const sim::config::LoadedScenario scenario = sim::config::load_scenario(file, {key + "=" + value});
  const sim::iteration::Job job = sim::plan::divide(sim::config::make_job(scenario));
  const sim::iteration::IterationResult iteration = sim::iteration::simulate(job);
  const double days = sim::iteration::steps_of(job) * iteration.seconds.value() / 86400;
  std::printf("%s=%s\t%.1f days\t%.3f s\n", key.c_str(), value.c_str(), days, iteration.seconds.value());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: ideal_days FILE.yaml KEY VALUE...\n", stderr);
    return 2;
  }
  try {
    sim::config::use_data_directory(DATA_DIRECTORY);
    for (int i = 3; i < argc; ++i) print_days(argv[1], argv[2], argv[i]);
  } catch (const sim::InputError& error) {
    std::fputs(error.what(), stderr);
    return static_cast<int>(error.exit_code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
