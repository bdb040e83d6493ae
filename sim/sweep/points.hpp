#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/range.hpp"
#include "sim/sweep/study.hpp"

namespace sim::sweep {

/// Where a point of a study lies: keys and their values, as YAML text, in the order of the axes.
using Place = std::vector<std::pair<std::string, std::string>>;

/// The points of a study. A point depends on the study and its index alone.
class Points {
 public:
  explicit Points(const Study& study);

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] Place place(std::int64_t index) const;
  /// Of the axes, in their order.
  [[nodiscard]] std::vector<std::string> keys() const;
  /// The scenario file that a place starts from, as the current folder sees it.
  [[nodiscard]] std::string scenario(const Place& place) const;
  /// What the place sets in it, as "KEY=VALUE".
  [[nodiscard]] static std::vector<std::string> overrides(const Place& place);

 private:
  /// Values by number, or drawn from a range at a share of the way.
  struct Line {
    std::string key;
    std::vector<std::string> values;
    std::vector<Range> range;          ///< one, where there are no values
    std::vector<std::int64_t> strata;  ///< of a latin_hypercube, by index
    std::uint64_t draw = 0;            ///< its stream of random numbers
  };
  [[nodiscard]] std::string drawn(const Line& line, std::int64_t index) const;

  Study study_;
  std::int64_t size_ = 0;
  std::vector<Line> lines_;
};

/// Sixteen hexadecimal digits that differ when the study, its scenarios (includes and all), the files that these and
/// the axes name, the catalogue or the program's version does. Throws InputError where a scenario cannot be read, and
/// for a misspelt key; not for a value of the first point that the reader refuses.
[[nodiscard]] std::string fingerprint(const Study& study, const Points& points);

}  // namespace sim::sweep
