#include "sim/sweep/points.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/base/rng.hpp"

namespace sim::sweep {
namespace {

// A permutation by Fisher and Yates: each sample of an axis lies in a stratum of its own.
std::vector<std::int64_t> permutation(std::int64_t size, const RandomStream& random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.bits(i) % i)]);
  }
  return order;
}

std::vector<std::string> values_of(const Axis& axis, Design design) {
  std::vector<std::string> values = axis.values;
  if (!values.empty() || design == Design::latin_hypercube) return values;
  const Range range(axis);
  for (std::int64_t i = 0; i < axis.steps; ++i) {
    values.push_back(range.at(static_cast<double>(i) / static_cast<double>(axis.steps - 1)));
  }
  return values;
}

}  // namespace

Points::Points(const Study& study) : study_(study) {
  if (!study.scenarios.empty()) lines_.push_back({kScenarioAxis, study.scenarios, {}, {}, 0});
  for (const Axis& axis : study.axes) {
    Line line{axis.key, values_of(axis, study.design), {}, {}, 0};
    if (line.values.empty()) line.range.emplace_back(axis);
    lines_.push_back(std::move(line));
  }
  size_ = study.design == Design::latin_hypercube ? study.samples : 1;
  const auto seed = static_cast<std::uint64_t>(study.seed);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    Line& line = lines_[i];
    const auto count = static_cast<std::int64_t>(line.values.size());
    if (study.design == Design::grid) size_ *= count;
    if (study.design == Design::list) size_ = count;
    if (study.design != Design::latin_hypercube) continue;
    line.strata = permutation(size_, RandomStream(seed, 2 * i));
    line.draw = 2 * i + 1;  // two streams an axis: the order of its strata, and the place within a stratum
  }
}

// Strata of equal width, one sample in each: McKay, Beckman, Conover, Technometrics 21 (1979) 239.
std::string Points::drawn(const Line& line, std::int64_t index) const {
  const RandomStream random(static_cast<std::uint64_t>(study_.seed), line.draw);
  const auto stratum = static_cast<double>(line.strata[static_cast<std::size_t>(index)]);
  const double share = (stratum + random.uniform(static_cast<std::uint64_t>(index))) / static_cast<double>(size_);
  if (line.values.empty()) return line.range.front().at(share);
  const auto place = static_cast<std::size_t>(share * static_cast<double>(line.values.size()));
  return line.values[std::min(place, line.values.size() - 1)];
}

Place Points::place(std::int64_t index) const {
  check(index >= 0 && index < size_, "a point of the study");
  Place place(lines_.size());
  std::int64_t rest = index;
  for (std::size_t i = lines_.size(); i-- > 0;) {  // the last axis of a grid turns fastest
    const Line& line = lines_[i];
    const auto count = static_cast<std::int64_t>(line.values.size());
    std::string value;
    if (study_.design == Design::latin_hypercube) {
      value = drawn(line, index);
    } else {
      value = line.values[static_cast<std::size_t>(study_.design == Design::list ? index : rest % count)];
      rest /= count;
    }
    place[i] = {line.key, value};
  }
  return place;
}

std::vector<std::string> Points::keys() const {
  std::vector<std::string> keys;
  for (const Line& line : lines_) keys.push_back(line.key);
  return keys;
}

std::string Points::scenario(const Place& place) const {
  const std::string& name = study_.scenarios.empty() ? study_.scenario : place.front().second;
  return (std::filesystem::path(study_.folder) / name).lexically_normal().string();
}

std::vector<std::string> Points::overrides(const Place& place) {
  std::vector<std::string> result;
  for (const auto& [key, value] : place) {
    if (key != kScenarioAxis) result.push_back(key + "=" + value);
  }
  return result;
}

}  // namespace sim::sweep
