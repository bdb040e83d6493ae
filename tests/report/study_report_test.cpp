#include "sim/report/study_report.hpp"

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::report;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string row(std::int64_t index, const std::string& a, int b, double days, double cost) {
  const std::string place = R"({"index":)" + std::to_string(index) + R"(,"keys":{"a":")" + a + R"(","b":)" +
                            std::to_string(b) + R"(},"status":)";
  if (days <= 0) return place + R"("infeasible","message":"a <b> & c"})";
  return place + R"("ok","days":{"p10":1,"p50":)" + std::to_string(days) + R"(,"p90":99},"cost_usd":{"p50":)" +
         std::to_string(cost) + R"(},"shortest_stave":"bubble"})";
}

sweep::Results study() {
  sweep::Results results;
  results.header = {"s", "0123456789abcdef", "0.1.0", {"a", "b"}, 5, {}};
  results.rows = {{0, row(0, "x", 1, 10, 5)},
                  {1, row(1, "x", 2, 8, 6)},
                  {2, row(2, "y", 1, 9, 7)},   // worse than 1 in both
                  {3, row(3, "y", 2, 8, 9)},   // as many days as 1, dearer
                  {4, row(4, "z", 1, 0, 0)}};  // no answer
  return results;
}

}  // namespace

TEST_CASE("A Pareto front has what nothing beats in both aims") {
  const std::vector<StudyPoint> points = points_of(study());
  CHECK(pareto_front(points, {}) == std::vector<std::size_t>{1, 0});
  CHECK(pareto_front(points, {"cost_usd", "days"}) == std::vector<std::size_t>{0, 1});
  CHECK_THROWS_AS(pareto_front(points, {"days", "dollars"}), InputError);
}

TEST_CASE("A point without a number is left out of the front, grey in the map, and holds no condition") {
  sweep::Results results = study();
  results.rows[1] = R"({"index":1,"keys":{"a":"x","b":2},"status":"ok","days":{"p50":8},"cost_usd":null})";
  const std::vector<StudyPoint> points = points_of(results);
  CHECK(pareto_front(points, {}) == std::vector<std::size_t>{3, 2, 0});  // by days: 8, 9 and 10; 9, 7 and 5 dollars
  CHECK_THAT(map_svg(results.header, points, {"a", "b", "cost_usd"}, "m"),
             ContainsSubstring("a=x, b=2: the answer does not have this number"));
  CHECK(Condition("cost_usd < 100").held(points[1].numbers, points[1].nulls).empty());
  CHECK(Condition("cost_usd.p50 != 1").held(points[1].numbers, points[1].nulls).empty());
  CHECK_FALSE(Condition("cost_usd < 100 or days < 9").held(points[1].numbers, points[1].nulls).empty());
  CHECK_THROWS_AS((void)Condition("cots_usd < 1").held(points[1].numbers, points[1].nulls), InputError);
  CHECK_THROWS_AS(pareto_front({points[1]}, {}), InputError);  // no answer has it
}

TEST_CASE("The text of a study has its best points and the reasons of those without an answer") {
  const std::string text = study_text(study().header, points_of(study()));
  CHECK_THAT(text, ContainsSubstring("5 points over a x b; 4 answered"));
  CHECK_THAT(text, ContainsSubstring("8   point 1: a=x, b=2"));
  CHECK_THAT(text, ContainsSubstring("5   point 0: a=x, b=1"));
  CHECK_THAT(text, ContainsSubstring("infeasible, 1 point (first: point 4): a <b> & c"));
}

TEST_CASE("A map has a cell for each point, says why one is empty, and stays well-formed") {
  const std::string svg = map_svg(study().header, points_of(study()), {"a", "b", "days"}, "m");
  CHECK_THAT(svg, ContainsSubstring("a=x, b=1: 10, shortest stave bubble"));
  CHECK_THAT(svg, ContainsSubstring("infeasible: a &lt;b&gt; &amp; c"));
  CHECK_THAT(svg, ContainsSubstring(">10</text>") && ContainsSubstring(">8</text>"));
  CHECK_THAT(svg, ContainsSubstring("from 8 to 10"));
}

TEST_CASE("A map refuses two points in a cell, unknown axes and numbers, and maps of nothing") {
  const std::vector<StudyPoint> points = points_of(study());
  CHECK_THROWS_AS(map_svg(study().header, points, {"a", "a", "days"}, "m"), InputError);
  CHECK_THROWS_AS(map_svg(study().header, points, {"a", "c", "days"}, "m"), InputError);
  CHECK_THROWS_AS(map_svg(study().header, points, {"a", "b", "dollars"}, "m"), InputError);
  CHECK_THROWS_AS(map_svg(study().header, {points.back()}, {"a", "b", "days"}, "m"), InputError);
  CHECK_THROWS_AS(pareto_svg(study().header, {points.back()}, {}, "m"), InputError);
}
