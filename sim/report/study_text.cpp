#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/report/study_report.hpp"

namespace sim::report {
namespace {

using nlohmann::ordered_json;

struct Title {
  const char *name, *title;
};

constexpr Title kTitles[] = {
    {"days", "days (median)"},
    {"days.p50", "days (median)"},
    {"days.p10", "days (P10)"},
    {"days.p90", "days (P90)"},
    {"ideal_days", "days without failures"},
    {"cost_usd", "US dollars (median)"},
    {"cost_usd.p50", "US dollars (median)"},
    {"energy_mwh", "MWh (median)"},
    {"energy_mwh.p50", "MWh (median)"},
    {"mean_power_mw", "MW, mean over the run"},
    {"mfu", "model FLOP utilisation"},
    {"chips", "chips"},
    {"iteration_seconds", "seconds an iteration"},
    {"tokens_per_second_per_chip", "tokens per second and chip"},
    {"peak_memory_bytes", "bytes of memory on the fullest chip"},
};

std::string plural(std::size_t count, const std::string& word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

// The answer with the least of a number, if any answer has it.
std::string best_line(const std::vector<StudyPoint>& points, const char* label, const char* name) {
  const StudyPoint* best = nullptr;
  double least = 0;
  for (const StudyPoint& point : points) {
    const auto found = point.numbers.find(name);
    if (found == point.numbers.end() || (best != nullptr && found->second >= least)) continue;
    best = &point;
    least = found->second;
  }
  if (best == nullptr) return "";
  return fmt::format("  {:<14} {:>12.6g}   point {}: {}\n", label, least, best->index, place_text(*best));
}

std::string reasons(const std::vector<StudyPoint>& points) {
  std::map<std::pair<std::string, std::string>, std::vector<std::int64_t>> places;
  for (const StudyPoint& point : points) {
    if (!point.ok()) places[{point.status, point.message}].push_back(point.index);
  }
  constexpr std::size_t kShown = 5;
  std::string text;
  std::size_t shown = 0;
  for (const auto& [reason, indices] : places) {
    if (shown++ == kShown) break;
    text += fmt::format("  {}, {} (first: point {}): {}\n", reason.first, plural(indices.size(), "point"),
                        indices.front(), reason.second);
  }
  if (places.size() > kShown) text += fmt::format("  and {} further reasons\n", places.size() - kShown);
  return text;
}

}  // namespace

std::string aim_title(const std::string& name) {
  for (const Title& title : kTitles) {
    if (title.name == name) return title.title;
  }
  return name;
}

std::string study_text(const sweep::Header& header, const std::vector<StudyPoint>& points) {
  const auto answered =
      static_cast<std::size_t>(std::count_if(points.begin(), points.end(), [](const auto& p) { return p.ok(); }));
  std::string text = fmt::format("{}: {} over {}; {} answered\n", header.study, plural(points.size(), "point"),
                                 fmt::join(header.axes, " x "), answered);
  if (header.shard.count > 1)
    text += fmt::format("  shard {} of {}: `simulate merge` joins them\n", header.shard.index, header.shard.count);
  text += best_line(points, "fewest days", "days.p50");
  text += best_line(points, "fewest dollars", "cost_usd.p50");
  text += best_line(points, "least MWh", "energy_mwh.p50");
  return text + reasons(points);
}

std::string pareto_text(const std::vector<StudyPoint>& points, const TwoAims& aims) {
  std::string text = fmt::format("Nothing else is less in both: {} and {}\n{:>14} {:>14}  {:>5}  where\n",
                                 aim_title(aims.x), aim_title(aims.y), aims.x, aims.y, "point");
  const std::vector<std::optional<double>> x = numbers_at(points, aims.x), y = numbers_at(points, aims.y);
  for (const std::size_t place : pareto_front(points, aims)) {
    const StudyPoint& point = points[place];
    text += fmt::format("{:>14.6g} {:>14.6g}  {:>5}  {}\n", x[place].value(), y[place].value(), point.index,
                        place_text(point));
  }
  return text;
}

std::string pareto_json(const std::vector<StudyPoint>& points, const TwoAims& aims) {
  ordered_json front = ordered_json::array();
  const std::vector<std::optional<double>> x = numbers_at(points, aims.x), y = numbers_at(points, aims.y);
  for (const std::size_t place : pareto_front(points, aims)) {
    const StudyPoint& point = points[place];
    ordered_json keys;
    for (const auto& [key, value] : point.keys) keys[key] = value;
    front.push_back({{"index", point.index}, {"keys", keys}, {aims.x, x[place].value()}, {aims.y, y[place].value()}});
  }
  return ordered_json{{"schema_version", 1}, {"x", aims.x}, {"y", aims.y}, {"front", front}}.dump(2) + "\n";
}

}  // namespace sim::report
