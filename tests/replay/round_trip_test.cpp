#include <cmath>
#include <string>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/config/scenario.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/replay/export.hpp"
#include "sim/replay/replay.hpp"
#include "tests/support/catch.hpp"

namespace sim::replay {
namespace {

struct Case {
  iteration::Job job;
  double simulated = 0;  ///< s, of `simulate run`
  Result replayed;       ///< of its exported traces, read back
};

Case round_trip(const std::vector<std::string>& overrides) {
  Case both;
  both.job = config::make_job(config::load_scenario(SIM_SOURCE_DIR "/scenarios/quickstart.yaml", overrides));
  iteration::Options options;
  options.check_stability = false;
  both.simulated = iteration::simulate(both.job, options).seconds.value();
  const std::vector<std::uint32_t> ranks = ranks_to_write(both.job, {});
  const TraceExport written(both.job);
  std::vector<chakra::Trace> traces;
  for (const std::uint32_t rank : ranks) {
    traces.push_back(chakra::decode(chakra::encode(written.trace_of(rank)), rank, "t.et"));
  }
  both.replayed = replay(iteration::build_fabric(both.job), traces, written.groups_of(ranks));
  return both;
}

void check_agreement(const Case& both) {
  CAPTURE(both.simulated, both.replayed.seconds.value());
  CHECK(std::abs(both.replayed.seconds.value() / both.simulated - 1) < kTolerance);
  CHECK(both.replayed.warnings.empty());
}

}  // namespace
}  // namespace sim::replay
