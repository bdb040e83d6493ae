#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/base/error.hpp"
#include "sim/report/study_report.hpp"
#include "sim/report/svg.hpp"

namespace sim::report {
namespace {

// Pixels.
constexpr double kTop = 70, kRight = 24, kCellHeight = 32, kLetter = 7.2;
constexpr std::size_t kMostValues = 60;

struct Color {
  double red, green, blue;
};

// From little to much, even steps of lightness (the map "cividis": Nunez, Anderton, Renslow, PLOS ONE 13 (2018)
// e0199239), so that people who do not see red and green alike read it too.
constexpr std::array<Color, 5> kScale{{{253, 231, 76}, {196, 176, 112}, {124, 123, 120}, {65, 77, 107}, {0, 34, 78}}};

Color color_at(double share) {
  const double place = std::clamp(share, 0.0, 1.0) * (kScale.size() - 1);
  const auto first = std::min(static_cast<std::size_t>(place), kScale.size() - 2);
  const double part = place - static_cast<double>(first);
  const auto mix = [part](double a, double b) { return a + (b - a) * part; };
  const Color &a = kScale[first], &b = kScale[first + 1];
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

std::string css(const Color& c) {
  return fmt::format("#{:02x}{:02x}{:02x}", std::lround(c.red), std::lround(c.green), std::lround(c.blue));
}

// Relative luminance, without its gamma.
bool is_light(const Color& c) {
  return 0.3 * c.red + 0.59 * c.green + 0.11 * c.blue > 128;
}

/// Values of an axis in the order in which the study has them, and where a point lies.
class AxisValues {
 public:
  std::size_t place(const std::string& value) {
    const auto found = std::find(values.begin(), values.end(), value);
    if (found != values.end()) return static_cast<std::size_t>(found - values.begin());
    values.push_back(value);
    return values.size() - 1;
  }
  [[nodiscard]] double widest() const {
    std::size_t most = 0;
    for (const std::string& value : values) most = std::max(most, value.size());
    return kLetter * static_cast<double>(most);
  }
  std::vector<std::string> values;
};

struct Cell {
  const StudyPoint* point;
  std::optional<double> value;
};

struct Cells {
  AxisValues x, y;
  std::map<std::pair<std::size_t, std::size_t>, Cell> points;
  double least = std::numeric_limits<double>::infinity(), most = -least;
  bool log = false;

  [[nodiscard]] double share(double value) const {
    if (most <= least) return 0;
    return log ? std::log(value / least) / std::log(most / least) : (value - least) / (most - least);
  }
};

Cells cells_of(const std::vector<StudyPoint>& points, const MapAxes& axes) {
  Cells cells;
  const std::vector<std::optional<double>> values = numbers_at(points, axes.color);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const StudyPoint& point = points[i];
    const std::pair place{cells.x.place(key_of(point, axes.x)), cells.y.place(key_of(point, axes.y))};
    const auto [at, is_new] = cells.points.emplace(place, Cell{&point, values[i]});
    if (!is_new) {
      throw InputError(fmt::format("points {} and {} lie in one cell of the map", at->second.point->index, point.index),
                       "hold the other axes with --where KEY=VALUE");
    }
    if (!values[i]) continue;
    cells.least = std::min(cells.least, *values[i]);
    cells.most = std::max(cells.most, *values[i]);
  }
  for (const AxisValues* axis : {&cells.x, &cells.y}) {
    if (axis->values.size() > kMostValues)
      throw InputError(
          fmt::format("an axis of the map has {} values, at most {} can be seen", axis->values.size(), kMostValues),
          "a latin_hypercube has no rows and columns: look at `simulate pareto`");
  }
  if (cells.least > cells.most) throw InputError("no point of the map has an answer");
  constexpr double kWide = 8;  // beyond it equal ratios get equal steps of colour
  cells.log = cells.least > 0 && cells.most / cells.least > kWide;
  return cells;
}

void draw_cell(StudyPicture& picture, const Cells& cells, const Cell& cell, double x, double y, double width) {
  const StudyPoint& point = *cell.point;
  const Color color = color_at(cells.share(cell.value.value_or(cells.least)));
  const std::string said = cell.value   ? fmt::format("{:.6g}, shortest stave {}", *cell.value, point.stave)
                           : point.ok() ? "the answer does not have this number"
                                        : point.status + ": " + point.message;
  picture.box(x + 1, y + 1, width - 2, kCellHeight - 2, cell.value ? css(color) : "", place_text(point) + ": " + said);
  const std::string style = !cell.value ? "soft middle" : is_light(color) ? "dark middle" : "light middle";
  picture.text(x + width / 2, y + kCellHeight / 2 + 4.5, style, cell.value ? fmt::format("{:.3g}", *cell.value) : "-");
}

void draw_scale(StudyPicture& picture, const Cells& cells, double left, double y) {
  constexpr int kSteps = 40;
  constexpr double kStep = 5;
  for (int i = 0; i < kSteps; ++i)
    picture.box(left + i * kStep, y, kStep + 0.5, 12, css(color_at((i + 0.5) / kSteps)), "");
  picture.text(left, y + 27, "soft", fmt::format("{:.4g}", cells.least));
  picture.text(left + kSteps * kStep, y + 27, "soft end", fmt::format("{:.4g}", cells.most));
  picture.text(left + kSteps * kStep + 12, y + 11, "soft",
               cells.log ? "equal ratios; grey: no answer" : "grey: no answer");
}

}  // namespace

std::string map_svg(const sweep::Header& header, const std::vector<StudyPoint>& points, const MapAxes& axes,
                    const std::string& id) {
  const Cells cells = cells_of(points, axes);
  const double cell_width = std::max(58.0, cells.x.widest() + 10);
  const double left = 24 + std::max(cells.y.widest(), kLetter * static_cast<double>(axes.y.size()));
  const auto columns = static_cast<double>(cells.x.values.size()), rows = static_cast<double>(cells.y.values.size());
  const std::string title = fmt::format("{}: {}", header.study, aim_title(axes.color));
  const double width =
      std::max({left + columns * cell_width + kRight, left + 420, left + 9.5 * static_cast<double>(title.size())});
  const double bottom = kTop + rows * kCellHeight;
  StudyPicture picture(
      width, bottom + 108, id, title,
      fmt::format("Heat map over {} and {}, from {:.4g} to {:.4g}", axes.x, axes.y, cells.least, cells.most));
  picture.text(left, 28, "title", title);
  picture.text(left - 10, kTop - 12, "soft end", axes.y);
  for (std::size_t i = 0; i < cells.y.values.size(); ++i)
    picture.text(left - 10, kTop + (static_cast<double>(i) + 0.5) * kCellHeight + 4.5, "end", cells.y.values[i]);
  for (std::size_t i = 0; i < cells.x.values.size(); ++i)
    picture.text(left + (static_cast<double>(i) + 0.5) * cell_width, bottom + 18, "middle", cells.x.values[i]);
  picture.text(left + columns * cell_width / 2, bottom + 38, "soft middle", axes.x);
  for (const auto& [place, cell] : cells.points) {
    draw_cell(picture, cells, cell, left + static_cast<double>(place.first) * cell_width,
              kTop + static_cast<double>(place.second) * kCellHeight, cell_width);
  }
  draw_scale(picture, cells, left, bottom + 60);
  return picture.finish();
}

std::string map_json(const std::vector<StudyPoint>& points, const MapAxes& axes) {
  const Cells cells = cells_of(points, axes);
  nlohmann::ordered_json json{{"x", axes.x}, {"y", axes.y}, {"color", axes.color}};
  json["cells"] = nlohmann::ordered_json::array();
  for (const auto& [place, cell] : cells.points) {
    json["cells"].push_back({{"index", cell.point->index},
                             {"x", cells.x.values[place.first]},
                             {"y", cells.y.values[place.second]},
                             {"status", cell.point->status},
                             {"value", cell.value ? nlohmann::ordered_json(*cell.value) : nullptr}});
  }
  return json.dump(2) + "\n";
}

}  // namespace sim::report
