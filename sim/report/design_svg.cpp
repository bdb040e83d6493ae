#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/design_report.hpp"
#include "sim/report/svg.hpp"

namespace sim::report {
namespace {

// Pixels. The panels stand beside each other on one scale of days.
constexpr double kLeft = 70, kTop = 86, kWidth = 230, kHeight = 300, kGap = 44, kBottom = 70, kRight = 20;

/// One kind of line that a rule may draw, tighter ones to the left.
struct Panel {
  const char* quantity;
  const char* title;
  double unit;
};
constexpr Panel kPanels[] = {
    {"TPP", "line on TPP", 1}, {"links", "line on all ports, GB/s", 1e9}, {"memory", "line on memory, GB/s", 1e9}};

std::vector<const CapRow*> points_of(const DesignAnswer& answer, const Panel& panel) {
  std::vector<const CapRow*> points;
  for (const CapRow& cap : answer.frontier) {
    if (cap.quantity == panel.quantity && cap.row) points.push_back(&cap);
  }
  return points;
}

double most_days(const DesignAnswer& answer) {
  double most = answer.own ? answer.own->ideal_days : 0;
  for (const CapRow& cap : answer.frontier)
    if (cap.row) most = std::max(most, cap.row->ideal_days);
  return most;
}

void draw_days(StudyPicture& picture, double left, double top_days, bool with_text) {
  constexpr double kTicks = 5;
  const double step = round_step(top_days / kTicks);
  for (double tick = 0; tick <= top_days; tick += step) {
    const double y = kTop + kHeight * (1 - tick / top_days);
    picture.line(left, y, left + kWidth, y, "grid");
    if (with_text) picture.text(left - 8, y + 4, "soft end", fmt::format("{:g}", tick));
  }
}

// Caps are about twice each other: their logarithm is drawn, with half a step of room at both ends.
void draw_panel(StudyPicture& picture, const DesignAnswer& answer, const Panel& panel, double left, double top_days) {
  const std::vector<const CapRow*> points = points_of(answer, panel);
  picture.text(left + kWidth / 2, kTop + kHeight + 44, "middle", panel.title);
  if (points.empty()) return;
  const double first = std::log(points.front()->cap), last = std::log(points.back()->cap);
  const double room = kWidth / 10;
  const auto x_of = [&](const CapRow& cap) {
    const double share = last > first ? (std::log(cap.cap) - first) / (last - first) : 0.5;
    return left + room + (kWidth - 2 * room) * share;
  };
  const auto y_of = [&](const CapRow& cap) { return kTop + kHeight * (1 - cap.row->ideal_days / top_days); };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const CapRow& cap = *points[i];
    const std::string hint = fmt::format("{:g}: {:.1f} ideal days", cap.cap / panel.unit, cap.row->ideal_days);
    if (i > 0) picture.line(x_of(*points[i - 1]), y_of(*points[i - 1]), x_of(cap), y_of(cap), "front");
    picture.dot(x_of(cap), y_of(cap), 5, "front", hint);
    picture.text(x_of(cap), y_of(cap) - 10, "middle", fmt::format("{:.0f}", cap.row->ideal_days));
    picture.text(x_of(cap), kTop + kHeight + 20, "soft middle", fmt::format("{:g}", cap.cap / panel.unit));
  }
}

}  // namespace

std::string frontier_svg(const DesignAnswer& answer) {
  constexpr double kPanelCount = std::size(kPanels);
  const std::string title = fmt::format("{}: what a line elsewhere costs", answer.job->name);
  StudyPicture picture(kLeft + kPanelCount * kWidth + (kPanelCount - 1) * kGap + kRight, kTop + kHeight + kBottom,
                       "frontier", title,
                       "Ideal days of the fastest chip that obeys one line alone: on TPP, on all ports, on memory");
  picture.text(kLeft, 26, "title", title);
  const std::string own =
      answer.own ? fmt::format("; dashed: {} as it is, {:.0f}", answer.own->chip.id, answer.own->ideal_days) : "";
  picture.text(
      kLeft, 48, "soft",
      fmt::format("ideal days of {} of the fastest chips that obey one line alone{}", answer.job->chips(), own));
  const double top_days = 1.1 * most_days(answer);
  double left = kLeft;
  for (const Panel& panel : kPanels) {
    draw_days(picture, left, top_days, left == kLeft);
    if (answer.own) {
      const double y = kTop + kHeight * (1 - answer.own->ideal_days / top_days);
      constexpr double kDash = 6;
      for (double x = left; x < left + kWidth; x += 2 * kDash) picture.line(x, y, x + kDash, y, "front");
    }
    draw_panel(picture, answer, panel, left, top_days);
    left += kWidth + kGap;
  }
  return picture.finish();
}

}  // namespace sim::report
