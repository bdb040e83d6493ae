#include <algorithm>
#include <string>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/config/assumptions.hpp"
#include "sim/config/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using sim::config::assumed_constants;

namespace {

sim::iteration::Job job_of(const std::string& scenario, const std::vector<std::string>& overrides = {}) {
  const std::string path = sim::test::source_folder() + "/scenarios/" + scenario + ".yaml";
  return sim::config::make_job(sim::config::load_scenario(path, overrides));
}

bool assumes_equal_loads(const sim::iteration::Job& job) {
  const std::vector<std::string> assumed = assumed_constants(job);
  return std::find(assumed.begin(), assumed.end(), "experts equally loaded") != assumed.end();
}

}  // namespace

TEST_CASE("A scenario says how unevenly experts are loaded, and an answer when nobody did") {
  CHECK(job_of("gpt4_h20").model.experts->imbalance == 1);
  CHECK(assumes_equal_loads(job_of("gpt4_h20")));
  const auto uneven = job_of("gpt4_h20", {"training.expert_imbalance=1.3"});
  CHECK(uneven.model.experts->imbalance == 1.3);
  CHECK_FALSE(assumes_equal_loads(uneven));
  const auto capped = job_of("gpt4_h20", {"training.expert_capacity=1.25"});
  CHECK(capped.model.experts->capacity == 1.25);
  CHECK_FALSE(assumes_equal_loads(capped));
  CHECK_FALSE(assumes_equal_loads(job_of("quickstart")));
}

TEST_CASE("Expert loads that cannot be are refused") {
  CHECK_THROWS_AS(job_of("gpt4_h20", {"training.expert_imbalance=0.5"}), sim::InputError);
  CHECK_THROWS_AS(job_of("gpt4_h20", {"training.expert_imbalance=1.5", "training.expert_capacity=1.25"}),
                  sim::InputError);
  CHECK_THROWS_AS(job_of("quickstart", {"training.expert_imbalance=1.5"}), sim::InputError);
  CHECK_THROWS_AS(job_of("quickstart", {"training.expert_capacity=1.5"}), sim::InputError);
}

TEST_CASE("A fixed capacity pads rows, which no exchange can leave out") {
  CHECK_THROWS_AS(job_of("gpt4_h20", {"training.expert_capacity=1.25", "parallel.ep_exchange=deduplicated"}),
                  sim::InputError);
}

TEST_CASE("DeepSeek-V3 states its groups, and groups that cannot be are refused") {
  const auto model = job_of("quickstart", {"model=deepseek-v3", "fleet.0.count=8"}).model;
  CHECK(model.experts->routing_groups == 8);
  CHECK(model.experts->groups_per_token == 4);
  const auto with = [](const std::string& groups) {
    return job_of("quickstart", {"model={layers: 2, hidden: 256, heads: 4, ffn_hidden: 512, vocabulary: 1024, context: "
                                 "4096, moe: {experts: 8, top_k: 3, expert_ffn_hidden: 256, " +
                                 groups + "}}"});
  };
  CHECK(with("routing_groups: 4, groups_per_token: 2").model.experts->groups_per_token == 2);
  CHECK_THROWS_AS(with("routing_groups: 3, groups_per_token: 2"), sim::InputError);
  CHECK_THROWS_AS(with("routing_groups: 4, groups_per_token: 1"), sim::InputError);
  CHECK_THROWS_AS(with("routing_groups: 2, groups_per_token: 3"), sim::InputError);
}
