#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sim::config {
class Fields;
}

namespace sim::sweep {

/// The key of the axis that `scenarios` makes: which scenario a point starts from.
inline constexpr const char* kScenarioAxis = "scenario";

/// One key of a scenario that a study varies: a list of values, or a range.
struct Axis {
  std::string key;                  ///< as in --set: "fleet.0.count"
  std::vector<std::string> values;  ///< YAML text of each; empty: the range below
  std::string from, to;             ///< numbers with the unit that the key needs: "100 GB/s"
  std::int64_t steps = 0;           ///< values that a grid or a list takes from the range, both ends included
  bool log = false;                 ///< equal ratios instead of equal steps
  double multiple_of = 0;           ///< values are rounded to multiples of it, in the unit of `from`; 0: not rounded
};

enum class Design { grid, list, latin_hypercube };

/// A study file: scenarios, and the values that some of their keys take.
struct Study {
  std::string name;
  std::string description;
  std::string folder;                  ///< of the study's file, as the current folder sees it
  std::string scenario;                ///< as `folder` sees it
  std::vector<std::string> scenarios;  ///< the same; an axis of their own
  Design design = Design::grid;
  std::int64_t samples = 0;  ///< of a latin_hypercube
  std::int64_t seed = 1;
  std::vector<Axis> axes;
};

/// Points that a study may have.
inline constexpr std::int64_t kMostPoints = 1'000'000;

/// Describes every key of a study file: reader and schema use it.
void describe(config::Fields& fields, Study& study);

/// Reads a study. Throws InputError with every mistake and its place.
[[nodiscard]] Study read_study(const std::string& path);

}  // namespace sim::sweep
