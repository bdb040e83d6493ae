#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"
#include "sim/report/study_report.hpp"

namespace sim::report {
namespace {

using nlohmann::ordered_json;

StudyPoint point_of(std::int64_t index, const std::string& text) {
  const ordered_json row = ordered_json::parse(text);
  StudyPoint point;
  point.index = index;
  for (const auto& [key, value] : row.at("keys").items())
    point.keys.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  point.status = row.at("status");
  point.message = row.value("message", "");
  point.stave = row.value("shortest_stave", "");
  if (!point.ok()) return point;
  point.numbers = numbers_of(text);
  point.nulls = nulls_of(text);
  return point;
}

}  // namespace

std::vector<StudyPoint> points_of(const sweep::Results& results) {
  std::vector<StudyPoint> points;
  for (const auto& [index, row] : results.rows) points.push_back(point_of(index, row));
  return points;
}

std::string key_of(const StudyPoint& point, const std::string& key) {
  std::vector<std::string> names;
  for (const auto& [name, value] : point.keys) {
    if (name == key) return value;
    names.push_back(name);
  }
  const std::string nearest = nearest_name(key, names);
  throw InputError("the study has no axis " + key, (nearest.empty() ? "" : "did you mean " + nearest + "? ") +
                                                       fmt::format("its axes: {}", fmt::join(names, ", ")));
}

std::vector<std::optional<double>> numbers_at(const std::vector<StudyPoint>& points, const std::string& name) {
  Numbers all;  // of all answers: what is null in one has its name from another
  bool has_answers = false;
  for (const StudyPoint& point : points) {
    has_answers = has_answers || point.ok();
    all.insert(point.numbers.begin(), point.numbers.end());
  }
  std::vector<std::optional<double>> result(points.size());
  if (!has_answers) return result;
  const std::string full = full_name(all, name);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto found = points[i].numbers.find(full);
    if (found != points[i].numbers.end()) result[i] = found->second;
  }
  return result;
}

std::string place_text(const StudyPoint& point) {
  std::string text;
  for (const auto& [key, value] : point.keys) text += (text.empty() ? "" : ", ") + key + "=" + value;
  return text;
}

std::vector<std::size_t> pareto_front(const std::vector<StudyPoint>& points, const TwoAims& aims) {
  struct Candidate {
    double x, y;
    std::size_t place;
  };
  std::vector<Candidate> all;
  const std::vector<std::optional<double>> x = numbers_at(points, aims.x), y = numbers_at(points, aims.y);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (x[i] && y[i]) all.push_back({*x[i], *y[i], i});
  }
  std::sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.x, a.y, a.place) < std::tie(b.x, b.y, b.place);
  });
  std::vector<std::size_t> front;
  double least = std::numeric_limits<double>::infinity();
  for (const Candidate& one : all) {
    if (one.y >= least) continue;
    least = one.y;
    front.push_back(one.place);
  }
  return front;
}

}  // namespace sim::report
