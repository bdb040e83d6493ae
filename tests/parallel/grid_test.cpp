#include "sim/parallel/grid.hpp"

#include <set>

#include "sim/base/error.hpp"
#include "sim/parallel/layout.hpp"
#include "tests/support/catch.hpp"

using namespace sim::parallel;

namespace {

Strategy gpt4() {
  Strategy s;
  s.tp = 8;
  s.pp = 15;
  s.dp = 80;
  s.ep = 16;
  s.etp = 8;
  return s;
}

}  // namespace

TEST_CASE("ranks are placed tp first, then cp, dp and pp") {
  Strategy s;
  s.tp = 2;
  s.cp = 3;
  s.dp = 5;
  s.pp = 4;
  // Rank 83 = 1 + 2 (2 + 3 (3 + 5 x 2)): tp 1, cp 2, dp 3, stage 2.
  const Coordinate place = coordinate_of(s, 83);
  CHECK(place.tp == 1);
  CHECK(place.cp == 2);
  CHECK(place.dp == 3);
  CHECK(place.pp == 2);
}

TEST_CASE("groups of every axis cover a stage once, and members differ only along the axis") {
  Strategy s;
  s.tp = 2;
  s.cp = 2;
  s.dp = 6;
  s.ep = 3;
  s.etp = 2;
  const Axis axis =
      GENERATE(Axis::tensor, Axis::context, Axis::data, Axis::expert_tensor, Axis::expert, Axis::expert_data);
  const GroupPattern pattern = pattern_of(s, axis);
  REQUIRE(s.stage_ranks() % (pattern.size * pattern.stride) == 0);
  std::set<int> seen;
  for (int block = 0; block < s.stage_ranks(); block += pattern.size * pattern.stride) {
    for (int offset = 0; offset < pattern.stride; ++offset) {
      const Coordinate first = coordinate_of(s, static_cast<Rank>(block + offset));
      for (int i = 0; i < pattern.size; ++i) {
        const int rank = block + offset + i * pattern.stride;
        CHECK(seen.insert(rank).second);
        const Coordinate other = coordinate_of(s, static_cast<Rank>(rank));
        if (axis == Axis::tensor) CHECK((other.cp == first.cp && other.dp == first.dp));
        if (axis == Axis::context) CHECK((other.tp == first.tp && other.dp == first.dp));
        if (axis == Axis::data) CHECK(other.tp == first.tp);
        if (axis == Axis::expert) CHECK((other.expert_tensor == first.expert_tensor && other.expert == i));
        if (axis == Axis::expert_data) CHECK((other.expert == first.expert && other.expert_data == i));
      }
    }
  }
  CHECK(seen.size() == static_cast<std::size_t>(s.stage_ranks()));
}

TEST_CASE("the GPT-4 layout has expert groups of one chip in each of 16 nodes") {
  const GroupPattern expert = pattern_of(gpt4(), Axis::expert);
  CHECK(expert.size == 16);
  CHECK(expert.stride == 8);
  CHECK(pattern_of(gpt4(), Axis::data).size == 80);
  CHECK(pattern_of(gpt4(), Axis::expert_data).size == 5);
}

TEST_CASE("layers divide evenly, or with embedding and loss in the place of one layer each") {
  Strategy s;
  s.pp = 16;
  s.vpp = 8;
  s.schedule = ScheduleKind::interleaved;
  // Llama 3.1 405B: 126 + 2 = 128 = 16 x 8, so that one chunk holds one layer and the first and last none.
  const std::vector<ChunkLayout> layout = make_layout(s, 126);
  REQUIRE(layout.size() == 128);
  CHECK(layout.front().layers == 0);
  CHECK(layout.front().has_embedding);
  CHECK(layout[1].layers == 1);
  CHECK(layout.back().layers == 0);
  CHECK(layout.back().has_head);
  CHECK(layout.back().first_layer == 126);
}

TEST_CASE("a split that does not add up is infeasible") {
  Strategy s;
  s.pp = 4;
  CHECK_THROWS_WITH(make_layout(s, 33), ContainsSubstring("33 layers do not divide by pp x vpp = 4"));
  s.stage_layers = {8, 8, 8};
  CHECK_THROWS_WITH(make_layout(s, 32), ContainsSubstring("3 entries for pp x vpp = 4"));
  s.stage_layers = {8, 8, 8, 9};
  CHECK_THROWS_WITH(make_layout(s, 32), ContainsSubstring("add up to 33 layers, the model has 32"));
  s.stage_layers = {7, 8, 8, 9};
  CHECK(make_layout(s, 32)[3].first_layer == 23);
}
