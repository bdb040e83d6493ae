#pragma once

#include <string>

namespace sim {

/// Where a constant comes from. `assumed` is a judgement that the answer must name.
enum class Origin { datasheet, measured, fitted, assumed };

/// A constant together with what `simulate explain` prints about it.
template <class T>
struct Sourced {
  T value{};
  Origin origin = Origin::assumed;
  std::string source;
  double relative_error = 0.0;  ///< one standard deviation as a fraction of the value; 0 = none stated
};

}  // namespace sim
