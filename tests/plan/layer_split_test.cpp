#include "sim/plan/layer_split.hpp"

#include <algorithm>
#include <limits>
#include <random>

#include "tests/support/catch.hpp"

using sim::plan::split_layers;

namespace {

// Slowest stage of the best split, by trying them all.
double best_of_all(int stage, int stages, int first, int layers, const sim::plan::StageCost& cost) {
  if (stage == stages) return first == layers ? 0.0 : std::numeric_limits<double>::infinity();
  double best = std::numeric_limits<double>::infinity();
  for (int count = 0; first + count <= layers; ++count) {
    const double rest = best_of_all(stage + 1, stages, first + count, layers, cost);
    best = std::min(best, std::max(cost(stage, first, count), rest));
  }
  return best;
}

double slowest(const std::vector<int>& split, const sim::plan::StageCost& cost) {
  double worst = 0;
  int first = 0;
  for (std::size_t stage = 0; stage < split.size(); ++stage) {
    worst = std::max(worst, cost(static_cast<int>(stage), first, split[stage]));
    first += split[stage];
  }
  return worst;
}

}  // namespace

TEST_CASE("the split of layers is the best of all splits, for 200 random fleets and models") {
  std::mt19937 random(7);
  const auto draw = [&random](double low, double high) {
    return low + (high - low) * static_cast<double>(random() % 1000) / 1000;
  };
  for (int round = 0; round < 200; ++round) {
    const int stages = 1 + static_cast<int>(random() % 4), layers = stages + static_cast<int>(random() % 8);
    std::vector<double> pace, layer;
    for (int i = 0; i < stages; ++i) pace.push_back(draw(0.5, 3));
    for (int i = 0; i < layers; ++i) layer.push_back(draw(0.8, 1.6));
    const int most = 2 + static_cast<int>(random() % 6);
    const auto cost = [&](int stage, int first, int count) {
      if (count > most) return std::numeric_limits<double>::infinity();
      double sum = stage == stages - 1 ? 0.7 : 0.1;
      for (int i = first; i < first + count; ++i) sum += layer[static_cast<std::size_t>(i)];
      return sum * pace[static_cast<std::size_t>(stage)];
    };
    const std::vector<int> split = split_layers(stages, layers, cost);
    const double best = best_of_all(0, stages, 0, layers, cost);
    CAPTURE(round, stages, layers, most);
    REQUIRE(split.empty() == (best == std::numeric_limits<double>::infinity()));
    if (!split.empty()) REQUIRE(slowest(split, cost) == best);
  }
}

TEST_CASE("stages twice as fast get twice the layers, and equal stages equal ones") {
  // Two stages at pace 1 and two at pace 2: 12 layers as 4 4 2 2 take 4 each.
  const auto cost = [](int stage, int, int count) { return count * (stage < 2 ? 1.0 : 2.0); };
  CHECK(split_layers(4, 12, cost) == std::vector<int>{4, 4, 2, 2});
  const auto equal = [](int, int, int count) { return 1.0 * count; };
  CHECK(split_layers(3, 9, equal) == std::vector<int>{3, 3, 3});
  CHECK(split_layers(2, 3, [](int, int, int) { return std::numeric_limits<double>::infinity(); }).empty());
}
