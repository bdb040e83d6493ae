#include "tests/cli/json_answer.hpp"

using nlohmann::json;
using sim::test::answer_of;
using sim::test::shell;

namespace {

const std::string kKernels =
    "printf 'chip,format,kernel,m,n,k,latency_us\\nA100-SXM4-80GB,bf16,cublas,4096,4096,4096,500\\n"
    "A100-SXM4-80GB,fp8,cublas,64,64,64,5\\n' | \"$simulate\" validate --kernels -";

}  // namespace

TEST_CASE("validate --kernels scores a table of products and keeps rows that it cannot price") {
  const json answer = answer_of(kKernels + " --json");
  REQUIRE(answer.at("records").size() == 2);
  const json& priced = answer.at("records").at(0);
  CHECK_THAT(priced.at("error").get<double>(),
             WithinRel(priced.at("predicted_s").get<double>() / priced.at("measured_s").get<double>() - 1, 1e-12));
  CHECK(answer.at("records").at(1).at("status") == "infeasible");
  CHECK(answer.at("summary").at("n") == 1);
  CHECK(answer.at("summary").at("by_chip").at("A100-SXM4-80GB").at("by_kind").at("bf16").at("n") == 1);
  CHECK_THAT(shell(kKernels).out, ContainsSubstring("infeasible: chip 'A100-SXM4-80GB' has no fp8 products"));
}

TEST_CASE("validate --collectives without a file scores the shipped tables, by link, kind, age and size") {
  const json summary = answer_of("\"$simulate\" validate --collectives --json").at("summary");
  CHECK(summary.at("n") == 910 + 409);  // collectives_one_node.csv and collectives_published.csv
  CHECK(summary.at("by_software_and_size").at("nccl-2021-22, 1 MiB and more").at("n") == 155);
  CHECK(summary.at("by_link").at("nvlink4 + roce").at("n") == 75);
  CHECK(summary.at("by_link").at("nvlink3").at("by_kind").at("all_to_all").at("n") == 63);
  CHECK(summary.at("worst").size() == 5);
}

TEST_CASE("validate takes records or one kind of table") {
  CHECK(shell("\"$simulate\" validate --kernels --collectives").code == 2);
  CHECK(shell("\"$simulate\" validate validation/measurements.yaml --kernels").code == 2);
  CHECK(shell("\"$simulate\" validate --kernels nowhere.csv").code == 2);
}
