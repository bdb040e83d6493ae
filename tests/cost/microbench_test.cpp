#include <map>
#include <string>
#include <vector>

#include "sim/cost/collective_time.hpp"
#include "sim/cost/gemm.hpp"
#include "tests/cost/constants.hpp"
#include "tests/cost/csv_rows.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using hardware::Format;

namespace {

std::vector<double> gemm_errors(const test::PricedChip& chip, const std::string& format) {
  const bool quantising = format == "fp8";
  const cost::GemmMachine machine = gemm_machine(chip.pricing(), quantising ? Format::fp8 : Format::bf16);
  std::vector<double> errors;
  for (const auto& row : test::csv_rows("validation/microbench/gemm.csv")) {
    if (row[0] != chip.chip.id || row[1] != format) continue;
    const cost::GemmShape shape{std::stol(row[3]), std::stol(row[4]), std::stol(row[5])};
    const double predicted =
        quantising ? cost::quantising_fp8_gemm_time(machine, shape)
                   : cost::gemm_time(machine, shape, 2, cost::PowerState::repeated, 1).time.total().value();
    errors.push_back(predicted * 1e6 / std::stod(row[6]) - 1);
  }
  return errors;
}

void require_errors(const std::vector<double>& errors, std::size_t rows, double median, double ninetieth) {
  REQUIRE(errors.size() == rows);
  CHECK(test::absolute_quantile(errors, 0.5) <= median);
  CHECK(test::absolute_quantile(errors, 0.9) <= ninetieth);
}

cost::GroupShape one_node(const std::string& chip, int ranks) {
  cost::GroupShape shape;
  shape.ranks = shape.ranks_per_node = ranks;
  const bool ampere = chip == "A100-SXM4-80GB";
  shape.link = ampere ? &test::nvlink3() : &test::nvlink4();
  shape.links = ampere ? 12 : 18;
  return shape;
}

const std::map<std::string, cost::Collective> kCollectives{{"all_reduce", cost::Collective::all_reduce},
                                                           {"all_gather", cost::Collective::all_gather},
                                                           {"reduce_scatter", cost::Collective::reduce_scatter},
                                                           {"all_to_all", cost::Collective::all_to_all}};

// Errors of the rows of one age of the library and from `least` to below `most` bytes.
std::vector<double> collective_errors(const std::string& software, double least, double most) {
  std::vector<double> errors;
  for (const auto& row : test::csv_rows("validation/microbench/collectives_one_node.csv")) {
    const double bytes = std::stod(row[4]);
    if (row[1] != software || bytes < least || bytes >= most) continue;
    const cost::GroupShape shape = one_node(row[0], std::stoi(row[3]));
    const double predicted = cost::collective_time(kCollectives.at(row[2]), shape, Bytes(bytes)).total().value();
    errors.push_back(predicted * 1e6 / std::stod(row[5]) - 1);
  }
  return errors;
}

}  // namespace

// The bounds are the errors of the fit (docs/model.md) with a tenth of a point for rounding: a change of the formula
// that loses accuracy on any chip fails here.
TEST_CASE("matrix products keep their measured accuracy on A100") {
  require_errors(gemm_errors(test::a100(), "bf16"), 1011, 0.035, 0.112);
}
TEST_CASE("matrix products keep their measured accuracy on H100") {
  require_errors(gemm_errors(test::h100(), "bf16"), 1017, 0.048, 0.136);
}
TEST_CASE("matrix products keep their measured accuracy on H200") {
  require_errors(gemm_errors(test::h200(), "bf16"), 1032, 0.056, 0.181);
}
TEST_CASE("the quantising fp8 kernel keeps its measured accuracy on H100") {
  require_errors(gemm_errors(test::h100(), "fp8"), 1018, 0.068, 0.160);
}

TEST_CASE("collectives inside a node keep their measured accuracy") {
  const double megabyte = 1 << 20;
  const std::vector<double> large = collective_errors("nccl-2.27+", megabyte, 1e18);
  CHECK(large.size() > 300);
  CHECK(test::absolute_quantile(large, 0.5) <= 0.05);
  CHECK(test::absolute_quantile(large, 0.9) <= 0.135);
  const std::vector<double> small = collective_errors("nccl-2.27+", 0, megabyte);
  CHECK(small.size() > 300);
  CHECK(test::absolute_quantile(small, 0.5) <= 0.075);
}
