#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "sim/report/markup.hpp"
#include "sim/report/validation_report.hpp"

namespace sim::report {
namespace {

using validate::RecordResult;

constexpr double kSize = 640, kMargin = 56;  // px

// Colours that stay apart for colour-blind readers on light and dark paper (Okabe and Ito 2008).
constexpr std::array kColours{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8B6C42", "#6F6F6F"};

struct Axis {
  double least = 1e300, most = 0;  // s
  [[nodiscard]] double place(double seconds) const {
    return std::log(seconds / least) / std::log(most / least) * (kSize - 2 * kMargin);
  }
};

std::string ticks(const Axis& axis) {
  std::string text;
  for (double tick = std::pow(10, std::ceil(std::log10(axis.least))); tick <= axis.most; tick *= 10) {
    const double x = kMargin + axis.place(tick), y = kSize - kMargin - axis.place(tick);
    text += fmt::format(
        "<path class=\"grid\" d=\"M{:.1f} {}V{}M{} {:.1f}H{}\"/>"
        "<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:g} s</text>"
        "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:g} s</text>\n",
        x, kMargin, kSize - kMargin, kMargin, y, kSize - kMargin, x, kSize - kMargin + 18, tick, kMargin - 6, y + 4,
        tick);
  }
  return text;
}

// Predicted = measured x factor.
std::string diagonal(const Axis& axis, double factor, const char* kind) {
  const double left = std::max(axis.least, axis.least / factor), right = std::min(axis.most, axis.most / factor);
  return fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", kind, kMargin + axis.place(left),
                     kSize - kMargin - axis.place(left * factor), kMargin + axis.place(right),
                     kSize - kMargin - axis.place(right * factor));
}

// Chips beyond the eighth take the colours again, as squares.
struct Look {
  const char* shape;
  const char* colour;
};

Look look_of(std::size_t chip) {
  return {(chip / kColours.size()) % 2 == 0 ? "circle" : "rect", kColours[chip % kColours.size()]};
}

// Opens the element; the caller closes it.
std::string marker(const Look& look, double x, double y, double radius, bool filled) {
  const std::string paint =
      filled ? fmt::format("fill=\"{}\"", look.colour) : fmt::format("fill=\"none\" stroke=\"{}\"", look.colour);
  if (look.shape == std::string("circle"))
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" {}>", x, y, radius, paint);
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" {}>", x - radius, y - radius,
                     2 * radius, 2 * radius, paint);
}

std::string points(const std::vector<const RecordResult*>& rows, const Axis& axis, const Look& look) {
  std::string text;
  for (const RecordResult* row : rows) {
    text +=
        fmt::format("{}<title>{}: measured {:.3g} s, predicted {:.3g} s ({:+.1f} %)</title></{}>\n",
                    marker(look, kMargin + axis.place(row->measured_seconds),
                           kSize - kMargin - axis.place(row->predicted_seconds), 3, row->well_specified),
                    markup_text(row->id), row->measured_seconds, row->predicted_seconds, 100 * row->error, look.shape);
  }
  return text;
}

}  // namespace

std::string validation_svg(const validate::Validation& validation) {
  std::map<std::string, std::vector<const RecordResult*>> by_chip;
  Axis axis;
  for (const RecordResult& row : validation.records) {
    if (row.status != validate::Status::ok) continue;
    by_chip[row.chip].push_back(&row);
    axis.least = std::min({axis.least, row.measured_seconds, row.predicted_seconds});
    axis.most = std::max({axis.most, row.measured_seconds, row.predicted_seconds});
  }
  axis.least *= 0.8;
  axis.most *= 1.25;
  const double height = std::max(kSize, 40.0 + 20.0 * static_cast<double>(by_chip.size()));
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" font-family=\"sans-serif\" "
      "font-size=\"12\" fill=\"currentColor\" color=\"#222\">\n<title>Predicted against measured seconds of a training "
      "step</title>\n<style>svg{{color-scheme:light dark}}.grid{{stroke:#8888;fill:none;stroke-width:.5}}"
      ".equal{{stroke:currentColor;fill:none}}.band{{stroke:currentColor;fill:none;stroke-dasharray:4 4;opacity:.6}}"
      "@media (prefers-color-scheme:dark){{svg{{color:#ddd}}}}</style>\n",
      kSize + 270, height);
  if (by_chip.empty()) return text + "<text x=\"60\" y=\"60\">no record was simulated</text></svg>\n";
  text += ticks(axis) + diagonal(axis, 1, "equal") + diagonal(axis, 1.2, "band") + diagonal(axis, 1 / 1.2, "band");
  text += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">measured</text>\n", kSize / 2, kSize - 12);
  text += fmt::format("<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">predicted</text>\n",
                      kSize / 2);
  std::size_t index = 0;
  for (const auto& [chip, rows] : by_chip) {
    const Look look = look_of(index);
    const double y = 40 + 20 * static_cast<double>(index++);
    text += fmt::format("<g class=\"chip\" data-chip=\"{}\">\n{}</g>\n{}</{}>", markup_text(chip),
                        points(rows, axis, look), marker(look, kSize, y, 5, true), look.shape);
    text += fmt::format("<text x=\"{}\" y=\"{}\">{} ({})</text>\n", kSize + 12, y + 4, markup_text(chip), rows.size());
  }
  text += fmt::format(
      "<text x=\"{}\" y=\"{}\" font-size=\"11\">hollow: not well specified; dashed: 20 % off</text>\n</svg>\n", kMargin,
      kMargin - 20);
  return text;
}

}  // namespace sim::report
