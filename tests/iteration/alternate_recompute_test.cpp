#include "sim/model/layer.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using sim::iteration::Job;
using sim::test::job_of;
using sim::test::simulated;

namespace {

Job recomputing(const std::string& rule) {
  return job_of("quickstart", {"parallel={tp: 1, micro_batch: 1, recompute: " + rule + "}", "model=llama3.1-8b"});
}

double seconds(const std::string& rule) {
  return simulated(recomputing(rule)).seconds.value();
}

}  // namespace

TEST_CASE("alternate recompute repeats key, output and up of the seven products of a gated layer") {
  const Job job = recomputing("alternate");
  double repeated = 0, whole = 0;
  for (const auto& op : layer_operators(job.model, sharding_of(job), false, true)) {
    const auto* const product = std::get_if<sim::model::MatrixProduct>(&op.what);
    if (product == nullptr) continue;
    const double flops = static_cast<double>(product->m * product->n) * static_cast<double>(product->k);
    repeated += product->alternate_share * flops;
    whole += flops;
  }
  // Hidden 4,096, 32 heads of 128, 8 of them for keys, FFN 14,336: (1,024 + 4,096 + 14,336) of
  // (4,096 + 2 x 1,024 + 4,096 + 3 x 14,336) columns of 4,096.
  CHECK_THAT(repeated / whole, WithinRel(19456.0 / 53248.0, 1e-9));
}

TEST_CASE("alternate recompute takes longer than elementwise and less than full, and HFU counts its products") {
  CHECK(seconds("none") < seconds("elementwise"));
  CHECK(seconds("elementwise") < seconds("alternate"));
  CHECK(seconds("alternate") < seconds("full"));
  const auto alternate = simulated(recomputing("alternate")), none = simulated(recomputing("none"));
  // Of 6N a third is the forward pass, of which 19,456 / 53,248 are repeated.
  const double expected = none.hardware_flops + none.six_nd_flops / 3 * 19456 / 53248;
  CHECK_THAT(alternate.hardware_flops, WithinRel(expected, 1e-6));
}
