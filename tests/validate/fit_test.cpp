#include "sim/validate/fit.hpp"

#include <filesystem>
#include <fstream>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/value.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/validate/record_job.hpp"
#include "tests/support/catch.hpp"

using sim::config::Constants;
using sim::validate::Fit;
using sim::validate::Record;
using sim::validate::SharedConstant;

namespace {

std::string path_in_tree(const std::string& name) {
  return (sim::config::data_directory() / name).string();
}

const SharedConstant kProducts{"products", "kernels", {"ampere"}, {"gemm.bf16.in_step_share"}, 1, "test"};
const SharedConstant kHost{"host", "software", {"megatron-deepspeed-2022"}, {"host_time_per_layer_pass"}, 1, "test"};

// Runs of the one-node A100 grid, some bound by the host and some by products, in two families, "measured" by the
// simulator itself with products slowed to 0.8 and a host that takes 1.4 times as long.
std::vector<Record> made_up_runs() {
  std::vector<Record> runs;
  const auto grid = sim::validate::read_records(path_in_tree("validation/one_node_a100_grid.yaml"));
  for (std::size_t i = 0; i < grid.size(); i += 9) {
    runs.push_back(grid[i]);
    runs.back().family = runs.size() % 2 == 0 ? "even" : "odd";
    sim::iteration::Job job = make_job(grid[i], Constants::unfitted);
    scale(job, kProducts, 0.8);
    scale(job, kHost, 1.4);
    runs.back().iteration_seconds =
        simulate(job, {.fold = true, .check_memory = false, .check_stability = false}).seconds.value();
  }
  return runs;
}

}  // namespace

TEST_CASE("the fit finds the factors that made the runs, with every family and without one") {
  const std::vector<Record> runs = made_up_runs();
  REQUIRE(runs.size() > 20);
  const Fit fit = fit_constants(runs, {kProducts, kHost});
  CHECK_THAT(fit.constants[0].fitted.factor, WithinAbs(0.8, 0.02));
  CHECK_THAT(fit.constants[1].fitted.factor, WithinAbs(1.4, 0.02));
  CHECK(fit.constants[0].fitted.error < 0.2);  // the prior had 1
  CHECK(fit.constants[0].fitted.seen == std::set<std::string>{"ampere"});
  for (const sim::validate::ResidualRow& row : fit.rows) {
    CAPTURE(row.id);
    CHECK_THAT(row.fitted_seconds, WithinRel(row.measured_seconds, 0.01));
    CHECK_THAT(row.left_out_seconds, WithinRel(row.measured_seconds, 0.02));  // the other family says the same
    // Products keep their rate there, and the host alone cannot make up for them.
    if (row.regime == "compute-bound") CHECK(row.physics_seconds < 0.95 * row.measured_seconds);
  }
}

TEST_CASE("a constant that no run has stays where it is and keeps its prior's error") {
  const SharedConstant volta{"volta", "kernels", {"volta"}, {"gemm.fp16.in_step_share"}, 0.1, "test"};
  const Fit fit = fit_constants(made_up_runs(), {volta});
  CHECK(fit.constants[0].fitted.factor == 1);
  CHECK_THAT(fit.constants[0].fitted.error, WithinAbs(0.1, 1e-9));
  CHECK(fit.constants[0].fitted.seen.empty());
}

TEST_CASE("the shipped list of shared constants reads, and catalog/fitted.yaml has every number that it names") {
  const auto constants = sim::validate::read_shared_constants(path_in_tree("catalog/shared_constants.yaml"));
  CHECK(constants.size() < 25);  // more would fit the records, not the machines
  std::vector<sim::validate::FittedFactor> ones(constants.size());
  const sim::config::Value wanted = sim::config::read_yaml_text(fitted_catalogue(constants, ones), "wanted");
  const sim::config::Value fitted = sim::config::read_yaml_file(path_in_tree("catalog/fitted.yaml"));
  for (const auto& shelf : wanted.entries) {
    for (const auto& file : shelf.value.entries) {
      for (const auto& key : file.value.entries) {
        CAPTURE(shelf.key, file.key, key.key);
        const auto* const shelf_there = fitted.find(shelf.key);
        REQUIRE(shelf_there != nullptr);
        REQUIRE(shelf_there->find(file.key) != nullptr);
        CHECK(shelf_there->find(file.key)->find(key.key) != nullptr);
      }
    }
  }
}

TEST_CASE("fitted constants lie over the catalogue, and a user's file over both") {
  const auto plain = sim::config::load_kernels("volta", Constants::unfitted);
  const auto fitted = sim::config::load_kernels("volta");
  CHECK(plain.gemm.at(sim::hardware::Format::fp16).in_step_share.origin == sim::Origin::assumed);
  CHECK(fitted.gemm.at(sim::hardware::Format::fp16).in_step_share.origin == sim::Origin::fitted);
  CHECK(plain.gemm.at(sim::hardware::Format::fp16).main_loop.value ==
        fitted.gemm.at(sim::hardware::Format::fp16).main_loop.value);
  const std::filesystem::path mine = std::filesystem::temp_directory_path() / "mine.yaml";
  std::ofstream(mine) << "like: volta\nid: mine\nstreaming_memory_share: {value: 0.5, kind: measured, source: mine}\n";
  const auto changed = sim::config::load_kernels(mine.string());
  std::filesystem::remove(mine);
  CHECK(changed.streaming_memory_share.value == 0.5);
  CHECK(changed.gemm.at(sim::hardware::Format::fp16).in_step_share.value ==
        fitted.gemm.at(sim::hardware::Format::fp16).in_step_share.value);
}

TEST_CASE("a list of shared constants with mistakes names them all") {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "shared.yaml";
  std::ofstream(file) << "- {name: a, shelf: kernels, ids: [volta], keys: [no_such], prior_error: 0.1, reason: r}\n"
                         "- {name: a, shelf: shoes, keys: [x], prior_error: 0.1, reason: r}\n";
  std::vector<sim::Diagnostic> mistakes;
  try {
    (void)sim::validate::read_shared_constants(file.string());
  } catch (const sim::InputError& error) {
    mistakes = error.diagnostics();
  }
  std::filesystem::remove(file);
  REQUIRE(mistakes.size() == 3);
  CHECK(mistakes[0].message == "keys: kernels/volta has no number no_such");
  CHECK(mistakes[1].message == "name: occurs twice");
  CHECK(mistakes[2].message == "shelf: there is no shoes");
}
