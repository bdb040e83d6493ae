#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "sim/barrel/barrel.hpp"
#include "sim/plan/divide.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using barrel::Knob;
using iteration::Stave;
using iteration::Without;

namespace {

std::vector<std::string> shipped_scenarios() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(sim::test::source_folder() + "/scenarios")) {
    if (file.path().extension() == ".yaml") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

iteration::IterationResult with_path(const iteration::Job& job) {
  return iteration::simulate(job, {.check_memory = false, .check_stability = false, .critical_path = true});
}

double seconds_of(const iteration::Job& job, Without without = Without::nothing) {
  return iteration::simulate(job, {.check_memory = false, .check_stability = false, .without = without})
      .seconds.value();
}

double log_slope(const iteration::Job& job, Knob knob, double step, double seconds) {
  return std::log(seconds_of(barrel::turned(job, knob, 1 + step)) / seconds) / std::log1p(step);
}

bool agrees(double elasticity, double slope) {
  const double gap = std::abs(elasticity - slope);
  return gap <= 0.02 && (std::abs(slope) <= 0.1 || gap <= 0.02 * std::abs(slope));
}

// The same over 0.1 % on both sides, or, where a tie breaks within that, the slope of one side over 0.001 %.
bool agrees_with_differences(const iteration::Job& job, Knob knob, double elasticity, double seconds) {
  const double longer = log_slope(job, knob, 1e-3, seconds), shorter = log_slope(job, knob, -1e-3, seconds);
  if (agrees(elasticity, (longer + shorter) / 2)) return true;
  const double near_longer = log_slope(job, knob, 1e-5, seconds), near_shorter = log_slope(job, knob, -1e-5, seconds);
  const auto [least, most] = std::minmax(near_longer, near_shorter);
  return agrees(elasticity, std::clamp(elasticity, least, most));
}

}  // namespace

TEST_CASE(
    "the critical path of every shipped scenario sums to its iteration, and its slopes are those of turned runs "
    "(slow)") {
  for (const std::string& name : shipped_scenarios()) {
    CAPTURE(name);
    const iteration::Job job = plan::divide(test::job_of(name));
    const iteration::IterationResult result = with_path(job);
    const double seconds = result.seconds.value();
    const iteration::StaveSeconds& path = *result.critical_path;
    // Work and flows that change their pace end on whole picoseconds, rounded up, over and over.
    CHECK_THAT(std::accumulate(path.begin(), path.end(), 0.0), WithinRel(seconds, 1e-7));
    CHECK(path[index(Stave::bubble)] == 0);
    const barrel::Elasticities elasticities = barrel::elasticities(result);
    // On the torus all exchanges of a pod share links and change each other's pace: nothing is said of it.
    CHECK(barrel::are_known(elasticities) == (name != "gpt4_tpuv3"));
    if (!barrel::are_known(elasticities)) continue;
    for (std::size_t i = 0; i < barrel::kKnobs; ++i) {
      const auto knob = static_cast<Knob>(i);
      CAPTURE(barrel::kKnobNames[i], elasticities[i]);
      if (elasticities[i] > -1e-3) continue;
      CHECK(agrees_with_differences(job, knob, elasticities[i], seconds));
    }
  }
}

TEST_CASE("without pipeline waits an iteration is as long as its longest stage is at work") {
  const iteration::Job deep =
      test::job_of("gpt4_h800", {"fleet.0.count=1920", "parallel.dp=16", "training.global_batch=480"});
  const iteration::IterationResult whole = with_path(deep);
  const double bubble = whole.pacing.staves[index(Stave::bubble)];
  const double without = seconds_of(deep, Without::pipeline_waits);
  CHECK(without < whole.seconds.value());
  CHECK_THAT(without, WithinRel(whole.seconds.value() - bubble, 0.01));
  const iteration::Job shallow = test::job_of("quickstart");
  CHECK(seconds_of(shallow, Without::pipeline_waits) == seconds_of(shallow));
}

TEST_CASE("a run of equal ranks is level already; the heavier last stage of a pipeline is not") {
  const iteration::Job even = test::job_of("quickstart");  // one node: no skew, no stages
  CHECK_THAT(seconds_of(even, Without::imbalance), WithinRel(seconds_of(even), 1e-9));
  const iteration::Job logits = test::job_of("megatron_1t_a100");
  CHECK(seconds_of(logits, Without::imbalance) < 0.98 * seconds_of(logits));
}
