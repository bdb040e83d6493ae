#include "sim/flow/max_min.hpp"

#include <algorithm>
#include <random>

#include "tests/support/catch.hpp"

using sim::flow::max_min_levels;
using sim::flow::MaxMin;
using sim::flow::Rows;

namespace {

Rows rows_of(const std::vector<std::vector<std::pair<std::uint32_t, std::int64_t>>>& flows) {
  Rows rows;
  for (const auto& flow : flows) {
    for (const auto& [resource, weight] : flow) rows.add(resource, weight);
    rows.close_row();
  }
  return rows;
}

struct RandomCase {
  std::vector<std::int64_t> capacity;
  Rows rows;
};

RandomCase random_case(unsigned seed, std::uint32_t flows, std::uint32_t resources) {
  std::mt19937 random(seed);
  RandomCase made;
  for (std::uint32_t r = 0; r < resources; ++r) made.capacity.push_back(1000 + random() % 9000);
  for (std::uint32_t f = 0; f < flows; ++f) {
    std::vector<std::uint32_t> used;
    for (int hop = 0; hop < 3; ++hop) {
      const auto resource = static_cast<std::uint32_t>(random() % resources);
      if (std::find(used.begin(), used.end(), resource) != used.end()) continue;
      used.push_back(resource);
      made.rows.add(resource, 1 + random() % 50);
    }
    made.rows.close_row();
  }
  return made;
}

// The two properties that define max-min fairness: no resource over capacity, and every flow either at the cap or
// crossing a full resource on which no other flow has a larger level.
void check_is_max_min(const RandomCase& made, const std::vector<double>& level, double most) {
  std::vector<double> load(made.capacity.size(), 0.0), largest(made.capacity.size(), 0.0);
  for (std::uint32_t f = 0; f < made.rows.count(); ++f) {
    for (std::uint32_t e = made.rows.begin[f]; e < made.rows.begin[f + 1]; ++e) {
      const std::uint32_t r = made.rows.resource[e];
      load[r] += static_cast<double>(made.rows.weight[e]) * level[f];
      largest[r] = std::max(largest[r], level[f]);
    }
  }
  for (std::size_t r = 0; r < load.size(); ++r) {
    CHECK(load[r] <= static_cast<double>(made.capacity[r]) * (1 + 1e-12));
  }
  for (std::uint32_t f = 0; f < made.rows.count(); ++f) {
    bool is_bottlenecked = level[f] == most;
    for (std::uint32_t e = made.rows.begin[f]; e < made.rows.begin[f + 1]; ++e) {
      const std::uint32_t r = made.rows.resource[e];
      const bool is_full = load[r] >= static_cast<double>(made.capacity[r]) * (1 - 1e-12);
      is_bottlenecked = is_bottlenecked || (is_full && level[f] >= largest[r] * (1 - 1e-12));
    }
    CHECK(is_bottlenecked);
  }
}

}  // namespace

TEST_CASE("two flows on one resource share it by weight") {
  // 3 x + 1 x = 8, so x = 2: the first takes 6, the second 2.
  const auto level = max_min_levels({8}, rows_of({{{0, 3}}, {{0, 1}}}), 1e9);
  CHECK(level[0] == 2.0);
  CHECK(level[1] == 2.0);
}

TEST_CASE("the textbook line of two links and three flows") {
  // A long flow crosses both links (10 and 4); each link has a local flow. Link 2 fills first: 4 / 2 = 2 each.
  // The local flow of link 1 then takes the rest: 10 - 2 = 8.
  const auto level = max_min_levels({10, 4}, rows_of({{{0, 1}, {1, 1}}, {{0, 1}}, {{1, 1}}}), 1e9);
  CHECK(level[0] == 2.0);
  CHECK(level[1] == 8.0);
  CHECK(level[2] == 2.0);
}

TEST_CASE("no level exceeds the cap") {
  const auto level = max_min_levels({10}, rows_of({{{0, 4}}, {{0, 4}}}), 1.0);
  CHECK(level[0] == 1.0);
  CHECK(level[1] == 1.0);
}

TEST_CASE("random allocations are feasible and max-min fair") {
  const unsigned seed = GENERATE(range(1U, 40U));
  const double most = GENERATE(1.0, 20.0, 1e9);
  const RandomCase made = random_case(seed, 60, 12);
  check_is_max_min(made, max_min_levels(made.capacity, made.rows, most), most);
}

TEST_CASE("incremental solves equal a solve from nothing, bit for bit") {
  const unsigned seed = GENERATE(range(100U, 130U));
  const RandomCase made = random_case(seed, 80, 40);
  std::mt19937 random(seed);
  MaxMin sharing(made.capacity, made.rows, 20.0);
  std::vector<bool> is_active(80, false);
  for (int step = 0; step < 200; ++step) {
    for (int change = 0; change < 3; ++change) {
      const auto flow = static_cast<std::uint32_t>(random() % 80);
      is_active[flow] ? sharing.finish(flow) : sharing.start(flow);
      is_active[flow] = !is_active[flow];
    }
    sharing.resolve();
    MaxMin fresh(made.capacity, made.rows, 20.0);
    for (std::uint32_t flow = 0; flow < 80; ++flow) {
      if (is_active[flow]) fresh.start(flow);
    }
    fresh.resolve();
    for (std::uint32_t flow = 0; flow < 80; ++flow) {
      if (is_active[flow]) REQUIRE(sharing.level(flow) == fresh.level(flow));
    }
  }
}

TEST_CASE("merging equal flows into one of summed weight keeps the levels bit for bit") {
  // Seven equal flows of weight 3 on resource 0 beside one of weight 5 that also crosses resource 1.
  Rows full, merged;
  for (int i = 0; i < 7; ++i) {
    full.add(0, 3);
    full.close_row();
  }
  full.add(0, 5);
  full.add(1, 9);
  full.close_row();
  merged.add(0, 21);
  merged.close_row();
  merged.add(0, 5);
  merged.add(1, 9);
  merged.close_row();
  const std::vector<std::int64_t> capacity{1001, 77};
  const auto level_full = max_min_levels(capacity, full, 1e9);
  const auto level_merged = max_min_levels(capacity, merged, 1e9);
  CHECK(level_full[0] == level_merged[0]);
  CHECK(level_full[7] == level_merged[1]);
}
