
#include "sim/config/catalog.hpp"
#include "sim/validate/collective_table.hpp"
#include "sim/validate/kernel_table.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using validate::Status;
using validate::TimingTable;

namespace {

std::string shipped(const char* name) {
  return sim::test::source_folder() + "/validation/microbench/" + name;
}

validate::ErrorSummary gemm_errors(const std::string& chip, const std::string& format) {
  static const TimingTable table = validate::score_kernels(validate::read_kernels(shipped("gemm.csv")));
  CHECK(table.total.errors.n == static_cast<int>(table.rows.size()));
  return table.by_chip.at(chip).by_kind.at(format);
}

void require_errors(const validate::ErrorSummary& errors, int rows, double median, double ninetieth) {
  REQUIRE(errors.n == rows);
  CHECK(errors.median_ape <= median);
  CHECK(errors.p90_ape <= ninetieth);
}

// docs/model.md, "Collectives", ring in one node: t0 + s a + V + F V / (V + F / 2.07), V = f S/B + w S/(n Bc).
double ring_seconds(const hardware::LinkGeneration& link, double links, double n, double bytes, bool all_reduce) {
  const double rounds = all_reduce ? 2 : 1, copy = all_reduce ? 0.79 : 1;
  const double volume = rounds * (n - 1) / n * bytes / (links * link.usable_rate.value.value()) +
                        copy * bytes / (n * link.copy_rate.value.value());
  const double fill = link.ring_fill.value.value();
  return link.ring_start.value.value() + rounds * (n - 1) * link.ring_step.value.value() + volume +
         fill * volume / (volume + fill / 2.07);
}

}  // namespace

// The bounds are the errors of the fit (docs/model.md) with a tenth of a point for rounding: a change of the formula
// or of a constant that loses accuracy on any chip fails here.
TEST_CASE("matrix products keep their measured accuracy on A100") {
  require_errors(gemm_errors("A100-SXM4-80GB", "bf16"), 1011, 0.035, 0.112);
}
TEST_CASE("matrix products keep their measured accuracy on H100") {
  require_errors(gemm_errors("H100-SXM5-80GB", "bf16"), 1017, 0.048, 0.136);
}
TEST_CASE("matrix products keep their measured accuracy on H200") {
  require_errors(gemm_errors("H200-SXM-141GB", "bf16"), 1032, 0.056, 0.181);
}
TEST_CASE("the quantising fp8 kernel keeps its measured accuracy on H100") {
  require_errors(gemm_errors("H100-SXM5-80GB", "fp8"), 1018, 0.068, 0.160);
}

TEST_CASE("collectives are priced on idle links: all of a switched node, those among the first chips of a mesh") {
  constexpr double kBytes = 1 << 30;
  const TimingTable table = validate::score_collectives({
      {"A100-SXM4-80GB", "nccl-2.27+", "all_gather", 8, 1 << 30, 1},
      {"V100-SXM2-16GB", "nccl-2.27+", "all_reduce", 8, 1 << 30, 1},
      {"V100-SXM2-16GB", "nccl-2.27+", "all_reduce", 2, 1 << 30, 1},
  });
  const hardware::LinkGeneration a100 = config::load_link("nvlink3"), v100 = config::load_link("nvlink2");
  REQUIRE(v100.in_step_share.value < 0.9);  // a training step leaves less, and that must not be used here
  CHECK_THAT(table.rows[0].predicted_seconds, WithinRel(ring_seconds(a100, 12, 8, kBytes, false), 1e-9));
  // DGX-1V: six links a chip; chips 0 and 1 share one (topologies/nodes/dgx1-v100.yaml).
  CHECK_THAT(table.rows[1].predicted_seconds, WithinRel(ring_seconds(v100, 6, 8, kBytes, true), 1e-9));
  CHECK_THAT(table.rows[2].predicted_seconds, WithinRel(ring_seconds(v100, 1, 2, kBytes, true), 1e-9));
}

TEST_CASE("a kernel that quantises is priced as such, all others as the library's") {
  const TimingTable table = validate::score_kernels({
      {"H100-SXM5-80GB", "fp8", "cutlass-fp8-with-quantise", {4096, 4096, 4096}, 1e-4},
      {"H100-SXM5-80GB", "fp8", "cublas", {4096, 4096, 4096}, 1e-4},
  });
  // 140.03 us is what the second implementation of tests/cost/gemm_test.cpp gives for the first.
  CHECK_THAT(table.rows[0].predicted_seconds, WithinAbs(140.03e-6, 0.005e-6));
  CHECK_THAT(table.rows[0].error, WithinAbs(0.4003, 1e-4));
  CHECK(table.rows[1].predicted_seconds < table.rows[0].predicted_seconds);
}

TEST_CASE("rows that cannot be priced stay in the table with their reason") {
  const TimingTable kernels = validate::score_kernels({
      {"A100-SXM4-80GB", "bf16", "cublas", {1024, 1024, 1024}, 1e-5},
      {"A100-SXM4-81GB", "bf16", "cublas", {1024, 1024, 1024}, 1e-5},
      {"A100-SXM4-80GB", "bf17", "cublas", {1024, 1024, 1024}, 1e-5},
      {"A100-SXM4-80GB", "fp8", "cublas", {1024, 1024, 1024}, 1e-5},
      {"A100-SXM4-80GB", "bf16", "with-quantise", {1024, 1024, 1024}, 1e-5},
  });
  REQUIRE(kernels.rows.size() == 5);
  CHECK(kernels.total.errors.n == 1);
  CHECK(kernels.rows[1].status == Status::unsupported);
  CHECK_THAT(kernels.rows[1].reason, ContainsSubstring("A100-SXM4-81GB"));
  CHECK_THAT(kernels.rows[2].reason, ContainsSubstring("bf17"));
  CHECK(kernels.rows[3].status == Status::infeasible);
  CHECK(kernels.rows[4].status == Status::unsupported);
  const TimingTable collectives = validate::score_collectives({
      {"A100-SXM4-80GB", "nccl-2.27+", "all_reduce", 16, 1024, 1e-5},
      {"A100-SXM4-80GB", "nccl-2.27+", "all_together", 8, 1024, 1e-5},
      {"A100-SXM4-80GB", "nccl-1.0", "all_reduce", 8, 1024, 1e-5},
  });
  CHECK_THAT(collectives.rows[0].reason, ContainsSubstring("has 8 chips, not 16"));
  CHECK_THAT(collectives.rows[1].reason, ContainsSubstring("all_together"));
  CHECK_THAT(collectives.rows[2].reason, ContainsSubstring("covers software nccl-1.0"));
  CHECK(collectives.total.errors.n == 0);
}
