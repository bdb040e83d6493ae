#pragma once

#include <string>

#include "sim/sweep/study.hpp"

namespace sim::sweep {

/// The ends of an axis' range as numbers, in one unit. Throws InputError that says what is wrong with the range.
class Range {
 public:
  explicit Range(const Axis& axis);

  /// The value at a share of the way, 0 to 1, as YAML text.
  [[nodiscard]] std::string at(double share) const;

 private:
  double from_ = 0, to_ = 0, multiple_of_ = 0;
  bool log_ = false;
  std::string unit_;
};

}  // namespace sim::sweep
