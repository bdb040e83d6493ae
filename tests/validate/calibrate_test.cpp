#include "sim/validate/calibrate.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "sim/base/error.hpp"
#include "sim/config/scenario.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/validate/nccl_machine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"
#include "tests/validate/nccl_text.hpp"

using sim::InputError;
using sim::iteration::Job;
using sim::test::nccl_text;
using sim::test::NcclSample;
using sim::validate::calibrate;
using sim::validate::CalibratedFactor;
using sim::validate::Calibration;
using sim::validate::LoggedRun;
using sim::validate::NcclLog;
using sim::validate::NcclMachine;
using sim::validate::parse_nccl_log;
using sim::validate::parse_training_log;

namespace {

Job job_of(const std::vector<std::string>& overrides) {
  const std::string quickstart = sim::test::source_folder() + "/scenarios/quickstart.yaml";
  return sim::config::make_job(sim::config::load_scenario(quickstart, overrides));
}

double seconds_of(const Job& job) {
  return sim::iteration::simulate(job, {.check_memory = false, .check_stability = false}).seconds.value();
}

// A log of a machine whose iterations take `seconds`, give or take 0.2 %.
LoggedRun logged(const Job& job, double seconds) {
  std::string text;
  for (int report = 1; report <= 10; ++report) {
    const double milliseconds = 1000 * seconds * (report == 1 ? 4 : 1 + 0.002 * (report % 3 - 1));
    text += " iteration " + std::to_string(10 * report) +
            "/ 100 | elapsed time per iteration (ms): " + std::to_string(milliseconds) +
            " | global batch size: " + std::to_string(job.training.global_batch) + " |\n";
  }
  return {job, parse_training_log(text, "train.log", job.training.global_batch)};
}

// What the machine of the user has instead of the catalogue's constants.
Job slower(Job job, double products, double host) {
  job.fleet.front().kernels.gemm.at(sim::hardware::Format::bf16).in_step_share.value *= products;
  job.software.host_time_per_layer_pass.value = host * job.software.host_time_per_layer_pass.value;
  return job;
}

const CalibratedFactor& factor_named(const Calibration& calibration, const std::string& name) {
  for (const CalibratedFactor& factor : calibration.factors) {
    if (factor.constant.name == name) return factor;
  }
  throw std::runtime_error("there is no factor " + name);
}

// Runs of large products, and of a small model whose layers the host issues more slowly than the chip runs them.
std::vector<Job> large_and_small() {
  const std::string small = "model={layers: 24, hidden: 1024, heads: 16, vocabulary: 32000, context: 1024}";
  return {job_of({}), job_of({"training.global_batch=256"}), job_of({"parallel.tp=1", "parallel.dp=8"}),
          job_of({small, "training.sequence_length=1024", "parallel.tp=1", "parallel.dp=8"}),
          job_of({small, "training.sequence_length=512", "parallel.tp=1", "parallel.dp=8"})};
}

// A run of nccl-tests on the machine of `job`, as its constants say.
NcclLog measured_on(const Job& job, std::vector<std::string> hosts, int ranks_per_host) {
  NcclSample sample;
  sample.hosts = std::move(hosts);
  sample.ranks_per_host = ranks_per_host;
  const double ranks = ranks_per_host * static_cast<double>(sample.hosts.size());
  sample.bus_over_algorithm = 2 * (ranks - 1) / ranks;
  for (double bytes = 64e3; bytes < 9e9; bytes *= 2) sample.rows.push_back({bytes, 1});
  const NcclMachine machine(job, parse_nccl_log(nccl_text(sample), "nccl.txt", "all_reduce"));
  for (NcclSample::Row& row : sample.rows) row.seconds = machine.seconds(row.bytes);
  return parse_nccl_log(nccl_text(sample), "nccl.txt");
}

}  // namespace

TEST_CASE("calibration finds the factors that made the logs, and held-out runs are met") {
  std::vector<LoggedRun> runs;
  for (const Job& job : large_and_small()) runs.push_back(logged(job, seconds_of(slower(job, 0.88, 1.6))));
  const Calibration calibration = calibrate(runs.front().job, {}, runs);
  const CalibratedFactor& products = factor_named(calibration, "bf16 products in a step");
  const CalibratedFactor& host = factor_named(calibration, "host time");
  REQUIRE(products.estimate.moved);
  REQUIRE(host.estimate.moved);
  CHECK_THAT(products.estimate.factor, WithinRel(0.88, 0.02));
  CHECK_THAT(host.estimate.factor, WithinRel(1.6, 0.02));
  const auto& unchanged = factor_named(calibration, "scale-up in a step").estimate;
  CHECK(std::abs(std::log(unchanged.factor)) < unchanged.error);
  for (const sim::validate::CalibratedRun& run : calibration.runs) {
    CAPTURE(run.scenario, run.log.median, run.before, run.after);
    CHECK(std::abs(run.before / run.log.median - 1) > 0.03);
    CHECK_THAT(run.after, WithinRel(run.log.median, 0.01));
    REQUIRE(run.held_out);
    CHECK_THAT(*run.held_out, WithinRel(run.log.median, 0.05));
  }
}

TEST_CASE("one log moves one factor and has no hold-out error") {
  const Job job = job_of({});
  const Calibration calibration = calibrate(job, {}, {logged(job, seconds_of(slower(job, 0.9, 1)))});
  int moved = 0;
  for (const CalibratedFactor& factor : calibration.factors) moved += factor.estimate.moved ? 1 : 0;
  CHECK(moved == 1);
  CHECK_FALSE(calibration.runs.front().held_out);
}

TEST_CASE("the calibration file makes the scenario meet its log, and says what is wrong with it") {
  const Job job = job_of({});
  const double truth = seconds_of(slower(job, 0.9, 1));
  const Calibration calibration = calibrate(job, {}, {logged(job, truth)});
  const std::string path = (std::filesystem::temp_directory_path() / "sim_calibration_test.yaml").string();
  const auto reread = [&path](const std::string& text) {
    std::ofstream(path) << text;
    return job_of({"calibration=" + path});
  };
  CHECK_THAT(seconds_of(reread(calibration_file(calibration, {job}))), WithinRel(truth, 0.005));
  CHECK_THAT(calibration.runs.front().after, WithinRel(truth, 0.005));

  const auto message = [&reread](const std::string& text) -> std::string {
    try {
      (void)reread(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(message("kernels: {hoper: {streaming_memory_share: 0.5}}"), ContainsSubstring("did you mean hopper?"));
  CHECK_THAT(message("kernels: {hopper: {streaming_share: 0.5}}"),
             ContainsSubstring("kernels.hopper.streaming_share: unknown key"));
  CHECK_THAT(message("kernels: {hopper: {gemm: {int4: {in_step_share: 0.5}}}}"),
             ContainsSubstring("hopper does not have"));
  CHECK_THAT(message("kernels: {hopper: {streaming_memory_share: -1}}"), ContainsSubstring("must be above 0"));
  CHECK_THAT(message("kernels: {volta: {streaming_memory_share: 0.5}}"),
             ContainsSubstring("nothing of this calibration belongs"));
  CHECK_THAT(message("kernel: {hopper: {}}"), ContainsSubstring("did you mean kernels?"));
  CHECK_THAT(message("kernels: {hopper: {id: other}}"), ContainsSubstring("a calibration keeps the id"));
  std::filesystem::remove(path);
}

TEST_CASE("nothing that is determined is nothing to write") {
  Calibration calibration;
  CHECK_THROWS_AS(calibration_file(calibration, {job_of({})}), InputError);
}

TEST_CASE("calibration finds the rate and the latency of the links in nccl-tests of one node") {
  const Job job = job_of({});
  Job other = job;
  other.fleet.front().link->usable_rate.value = 0.85 * job.fleet.front().link->usable_rate.value;
  other.fleet.front().link->ring_start.value = 1.5 * job.fleet.front().link->ring_start.value;
  other.fleet.front().link->ring_step.value = 1.5 * job.fleet.front().link->ring_step.value;
  const Calibration calibration = calibrate(job, {measured_on(other, {"node1"}, 4)}, {});  // four: rings, not NVLS
  CHECK_THAT(factor_named(calibration, "rate of scale-up links").estimate.factor, WithinRel(0.85, 0.02));
  CHECK_THAT(factor_named(calibration, "latency inside a node").estimate.factor, WithinRel(1.5, 0.1));
  const sim::validate::CalibratedCollectives& rows = calibration.collectives.front();
  CHECK(rows.before.mape > 0.1);
  CHECK(rows.after.mape < 0.01);
  CHECK(rows.held_out.mape < 0.01);
}

TEST_CASE("calibration finds the rate of the network in nccl-tests over nodes") {
  const Job job = job_of({"fleet.0.topology=dgx_h100_rail_ndr400", "fleet.0.count=32", "parallel.dp=16"});
  Job other = job;
  other.network->efficiency.value *= 0.85;
  other.network->hop.value = 1.4 * job.network->hop.value;
  other.network->ring_hop.value = 1.4 * job.network->ring_hop.value;
  const Calibration calibration = calibrate(job, {measured_on(other, {"a", "b", "c", "d"}, 8)}, {});
  CHECK_THAT(factor_named(calibration, "rate of the network").estimate.factor, WithinRel(0.85, 0.02));
  CHECK_THAT(factor_named(calibration, "hop between nodes").estimate.factor, WithinRel(1.4, 0.1));
  CHECK(calibration.collectives.front().held_out.mape < calibration.collectives.front().before.mape / 4);
}

TEST_CASE("nccl-tests of another machine than the scenario's are refused") {
  const Job job = job_of({});
  const Job large = job_of({"fleet.0.topology=dgx_h100_rail_ndr400", "fleet.0.count=32", "parallel.dp=16"});
  CHECK_THROWS_AS(calibrate(job, {measured_on(large, {"a", "b"}, 8)}, {}), InputError);
  NcclLog log = measured_on(job, {"a"}, 8);
  log.ranks_of_node = {16};
  CHECK_THROWS_AS(calibrate(job, {log}, {}), InputError);
}
