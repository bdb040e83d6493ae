#include "sim/sweep/points.hpp"

#include <algorithm>
#include <set>

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::sweep;

namespace {

Study study_of(Design design, const std::vector<Axis>& axes) {
  Study study;
  study.scenario = "a.yaml";
  study.design = design;
  study.axes = axes;
  return study;
}

Axis values(const std::string& key, const std::vector<std::string>& values) {
  Axis axis;
  axis.key = key;
  axis.values = values;
  return axis;
}

Axis range(const std::string& from, const std::string& to, std::int64_t steps) {
  Axis axis;
  axis.key = "k";
  axis.from = from;
  axis.to = to;
  axis.steps = steps;
  return axis;
}

std::vector<std::string> column(const Points& points, std::size_t axis) {
  std::vector<std::string> column;
  for (std::int64_t i = 0; i < points.size(); ++i) column.push_back(points.place(i)[axis].second);
  return column;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("A grid has every combination once, its last axis turning fastest") {
  const Points points(study_of(Design::grid, {values("a", {"1", "2"}), values("b", {"x", "y", "z"})}));
  REQUIRE(points.size() == 6);
  CHECK(column(points, 0) == Texts{"1", "1", "1", "2", "2", "2"});
  CHECK(column(points, 1) == Texts{"x", "y", "z", "x", "y", "z"});
  CHECK(Points::overrides(points.place(4)) == Texts{"a=2", "b=y"});
}

TEST_CASE("A list takes the first values together, then the second") {
  const Points points(study_of(Design::list, {values("a", {"1", "2"}), values("b", {"x", "y"})}));
  REQUIRE(points.size() == 2);
  CHECK(Points::overrides(points.place(1)) == Texts{"a=2", "b=y"});
}

TEST_CASE("Scenarios are an axis of their own, and set no key") {
  Study study = study_of(Design::grid, {values("a", {"1", "2"})});
  study.folder = "folder";
  study.scenarios = {"one.yaml", "../two.yaml"};
  const Points points(study);
  REQUIRE(points.size() == 4);
  CHECK(points.scenario(points.place(1)) == "folder/one.yaml");
  CHECK(points.scenario(points.place(2)) == "two.yaml");
  CHECK(points.place(2).front().second == "../two.yaml");  // as the study has it, wherever it is run from
  CHECK(Points::overrides(points.place(3)) == Texts{"a=2"});
}

TEST_CASE("A range has equal steps, or equal ratios, and keeps its unit") {
  CHECK(column(Points(study_of(Design::grid, {range("100 GB/s", "400 GB/s", 4)})), 0) ==
        Texts{"100 GB/s", "200 GB/s", "300 GB/s", "400 GB/s"});
  Axis ratios = range("1", "1000", 4);
  ratios.log = true;
  CHECK(column(Points(study_of(Design::grid, {ratios})), 0) == Texts{"1", "10", "100", "1000"});
  Axis whole = range("7", "97", 4);  // 7, 37, 67, 97 to multiples of 16: 7 becomes 16, as 0 lies outside
  whole.multiple_of = 16;
  CHECK(column(Points(study_of(Design::grid, {whole})), 0) == Texts{"16", "32", "64", "96"});
}

TEST_CASE("A range that is none is refused") {
  const auto make = [](const Axis& axis) { return Points(study_of(Design::grid, {axis})); };
  CHECK_THROWS_AS(make(range("3", "2", 4)), InputError);
  CHECK_THROWS_AS(make(range("1 GB/s", "2 Gb/s", 4)), InputError);
  CHECK_THROWS_AS(make(range("nan", "2", 4)), InputError);
  CHECK_THROWS_AS(make(range("1 2", "2 2", 4)), InputError);
  Axis log = range("0", "2", 4);
  log.log = true;
  CHECK_THROWS_AS(make(log), InputError);
}

TEST_CASE("A Latin hypercube has one sample in each stratum of each axis") {
  Study study = study_of(Design::latin_hypercube, {range("0", "50", 0), range("0", "1", 0), values("c", {"x", "y"})});
  study.samples = 50;
  const Points points(study);
  REQUIRE(points.size() == 50);
  std::set<int> first, second;
  for (const std::string& value : column(points, 0)) first.insert(static_cast<int>(std::stod(value)));  // 1 a stratum
  for (const std::string& value : column(points, 1)) second.insert(static_cast<int>(std::stod(value) * 50));
  CHECK(first.size() == 50);
  CHECK(second.size() == 50);
  const Texts names = column(points, 2);
  CHECK(std::count(names.begin(), names.end(), "x") == 25);
  CHECK(column(points, 0) == column(Points(study), 0));
  study.seed = 2;
  CHECK(column(points, 0) != column(Points(study), 0));
}

TEST_CASE("A point does not depend on how many others were asked for") {
  Study study = study_of(Design::latin_hypercube, {range("0", "50", 0)});
  study.samples = 20;
  const Points points(study);
  const Place last = points.place(19);
  for (std::int64_t i = 0; i < 20; ++i) (void)points.place(i);
  CHECK(points.place(19) == last);
}
