#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/report/condition.hpp"
#include "sim/sweep/results.hpp"

namespace sim::report {

/// A row of a sweep as people look at it.
struct StudyPoint {
  std::int64_t index = 0;
  std::vector<std::pair<std::string, std::string>> keys;
  std::string status;           ///< ok, infeasible, refused, failed
  std::string message;          ///< why there is no answer
  std::string stave;            ///< the shortest
  Numbers numbers;              ///< empty without an answer
  std::set<std::string> nulls;  ///< numbers that the answer does not have

  [[nodiscard]] bool ok() const { return status == "ok"; }
};

/// The points of a sweep, by index.
[[nodiscard]] std::vector<StudyPoint> points_of(const sweep::Results& results);

/// Value of a key of the study at a point; throws InputError naming the keys that there are.
[[nodiscard]] std::string key_of(const StudyPoint& point, const std::string& key);

/// A number at each point: none without an answer, or where the answer has null. Throws InputError when there are
/// answers, and none has it.
[[nodiscard]] std::vector<std::optional<double>> numbers_at(const std::vector<StudyPoint>& points,
                                                            const std::string& name);

/// "fleet.0.count=8, parallel.tp=2".
[[nodiscard]] std::string place_text(const StudyPoint& point);

/// What a sweep found: how many points have an answer, the best by days, money and energy, why others have none.
[[nodiscard]] std::string study_text(const sweep::Header& header, const std::vector<StudyPoint>& points);

/// Two numbers of the answers, both the less the better.
struct TwoAims {
  std::string x = "days", y = "cost_usd";
};

/// Places in `points` of the Pareto front: answers that no other beats in one aim without being worse in the other; by
/// growing x. Answers that lack one of the two numbers are left out. Throws InputError for names that no answer has.
[[nodiscard]] std::vector<std::size_t> pareto_front(const std::vector<StudyPoint>& points, const TwoAims& aims);

/// The front as a table, or as JSON.
[[nodiscard]] std::string pareto_text(const std::vector<StudyPoint>& points, const TwoAims& aims);
[[nodiscard]] std::string pareto_json(const std::vector<StudyPoint>& points, const TwoAims& aims);

/// The axes of a heat map, and the number that its colours show.
struct MapAxes {
  std::string x, y, color = "days";
};

/// Pictures as SVG: by themselves light or dark as the reader has it, inside a page in the page's colours. `id` tells
/// pictures of one page apart. Throw InputError: for keys and names that there are not, for a map with several points
/// in a cell, more than 60 values an axis, or no answer.
[[nodiscard]] std::string map_svg(const sweep::Header& header, const std::vector<StudyPoint>& points,
                                  const MapAxes& axes, const std::string& id);
/// The same map's cells as JSON: index, x, y (as the study writes them), status, value (null: no answer).
[[nodiscard]] std::string map_json(const std::vector<StudyPoint>& points, const MapAxes& axes);
[[nodiscard]] std::string pareto_svg(const sweep::Header& header, const std::vector<StudyPoint>& points,
                                     const TwoAims& aims, const std::string& id);

/// What a number of a row is, with its unit: "days (median)"; the name itself where nothing better is known.
[[nodiscard]] std::string aim_title(const std::string& name);

}  // namespace sim::report
