#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/error.hpp"
#include "sim/report/study_report.hpp"
#include "sim/report/svg.hpp"

namespace sim::report {
namespace {

// Pixels.
constexpr double kLeft = 86, kTop = 58, kWidth = 560, kHeight = 340, kRight = 190, kBottom = 64;

/// One axis: a round range around the values.
class Scale {
 public:
  void take(double value) {
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
  }
  void round() {
    const double span = most_ > least_ ? most_ - least_ : std::max(std::abs(most_), 1e-12);
    constexpr double kTicks = 5;
    step_ = round_step(span / kTicks);
    least_ = std::floor(least_ / step_ - 0.25) * step_;
    most_ = std::ceil(most_ / step_ + 0.25) * step_;
  }
  [[nodiscard]] double share(double value) const { return (value - least_) / (most_ - least_); }
  [[nodiscard]] std::vector<double> ticks() const {
    std::vector<double> ticks;
    for (double i = 0; least_ + i * step_ <= most_ + step_ * 1e-9; ++i) ticks.push_back(least_ + i * step_);
    return ticks;
  }

 private:
  double least_ = std::numeric_limits<double>::infinity(), most_ = -least_, step_ = 1;
};

std::string tick_text(double value) {
  constexpr double kMillion = 1e6;
  return std::abs(value) >= kMillion ? fmt::format("{:g}M", value / kMillion) : fmt::format("{:g}", value);
}

class Plane {
 public:
  Plane(const std::vector<StudyPoint>& points, const TwoAims& aims)
      : aims_(aims), points_(points), xs_(numbers_at(points, aims.x)), ys_(numbers_at(points, aims.y)) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!has(i)) continue;
      x_.take(xs_[i].value());
      y_.take(ys_[i].value());
    }
    x_.round();
    y_.round();
  }

  void draw_axes(StudyPicture& picture) const {
    const double bottom = kTop + kHeight;
    for (const double tick : x_.ticks()) {
      const double at = kLeft + kWidth * x_.share(tick);
      picture.line(at, kTop, at, bottom, "grid");
      picture.text(at, bottom + 18, "soft middle", tick_text(tick));
    }
    for (const double tick : y_.ticks()) {
      const double at = bottom - kHeight * y_.share(tick);
      picture.line(kLeft, at, kLeft + kWidth, at, "grid");
      picture.text(kLeft - 8, at + 4, "soft end", tick_text(tick));
    }
    picture.text(kLeft + kWidth / 2, bottom + 44, "middle", aim_title(aims_.x));
    picture.text(kLeft, kTop - 10, "soft", aim_title(aims_.y));
  }

  [[nodiscard]] bool has(std::size_t place) const { return xs_[place] && ys_[place]; }

  [[nodiscard]] std::pair<double, double> at(std::size_t place) const {
    return {kLeft + kWidth * x_.share(xs_[place].value()), kTop + kHeight * (1 - y_.share(ys_[place].value()))};
  }

  [[nodiscard]] std::string hint(std::size_t place) const {
    return fmt::format("point {}: {}; {:.6g} {}, {:.6g} {}", points_[place].index, place_text(points_[place]),
                       xs_[place].value(), aim_title(aims_.x), ys_[place].value(), aim_title(aims_.y));
  }

 private:
  TwoAims aims_;
  const std::vector<StudyPoint>& points_;
  std::vector<std::optional<double>> xs_, ys_;
  Scale x_, y_;
};

}  // namespace

std::string pareto_svg(const sweep::Header& header, const std::vector<StudyPoint>& points, const TwoAims& aims,
                       const std::string& id) {
  const std::vector<std::size_t> front = pareto_front(points, aims);
  if (front.empty()) throw InputError("no point of the sweep has an answer with both numbers");
  const Plane plane(points, aims);
  const std::string title = fmt::format("{}: {} against {}", header.study, aim_title(aims.x), aim_title(aims.y));
  StudyPicture picture(
      kLeft + kWidth + kRight, kTop + kHeight + kBottom, id, title,
      fmt::format("Scatter of {} points; {} of them are on the Pareto front", points.size(), front.size()));
  picture.text(kLeft, 26, "title", title);
  plane.draw_axes(picture);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!plane.has(i)) continue;
    const auto [x, y] = plane.at(i);
    picture.dot(x, y, 4, "other", plane.hint(i));
  }
  std::pair<double, double> before{};
  double last_label = -1e9;
  for (const std::size_t place : front) {
    const auto [x, y] = plane.at(place);
    if (place != front.front()) {  // between two points of the front lies what both beat: a step
      picture.line(before.first, before.second, x, before.second, "front");
      picture.line(x, before.second, x, y, "front");
    }
    picture.dot(x, y, 5.5, "front", plane.hint(place));
    if (std::abs(y - last_label) > 14) {
      picture.text(x + 9, y - 5, "label", fmt::format("{}", points[place].index));
      last_label = y;
    }
    before = {x, y};
  }
  return picture.finish();
}

}  // namespace sim::report
