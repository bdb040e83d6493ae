#include "sim/report/svg.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/report/markup.hpp"

namespace sim::report {
namespace {

// The page of a report has the same names; by itself the picture brings its own colours.
constexpr const char* kStyle =
    "<style>"
    ".study{font-family:system-ui,'Segoe UI','DejaVu Sans','Noto Sans CJK SC',sans-serif}"
    "@media (prefers-color-scheme:dark){svg.study:root{--page:#14171a;--ink:#e8eaed;--soft:#a4adb6;--line:#3a4148;"
    "--panel:#1d2125;--accent:#78b7ff}}"
    ".study .page{fill:var(--page,#fff)}.study .panel{fill:var(--panel,#eceff1)}"
    ".study text{fill:var(--ink,#1a1d21);font-size:13px}.study .title{font-size:17px;font-weight:600}"
    ".study .soft{fill:var(--soft,#555d66);font-size:12px}.study .middle{text-anchor:middle}"
    ".study .end{text-anchor:end}.study .light{fill:#fff}.study .dark{fill:#1a1d21}"
    ".study line{stroke:var(--line,#d5dade)}.study line.front{stroke:var(--accent,#0b5cad);stroke-width:2}"
    ".study circle{fill:var(--soft,#555d66);opacity:.55}.study circle.front{fill:var(--accent,#0b5cad);opacity:1}"
    "</style>\n";

std::string hinted(const std::string& hint) {
  return hint.empty() ? "" : "<title>" + markup_text(hint) + "</title>";
}

}  // namespace

double round_step(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least) return factor * power;
  }
  return 10 * power;
}

StudyPicture::StudyPicture(double width, double height, const std::string& id, const std::string& title,
                           const std::string& description) {
  text_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"study\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" role=\"img\" aria-labelledby=\"{2}-title {2}-text\">\n"
      "<title id=\"{2}-title\">{3}</title>\n<desc id=\"{2}-text\">{4}</desc>\n",
      width, height, id, markup_text(title), markup_text(description));
  text_ += kStyle;
  text_ += fmt::format("<rect width=\"{:.0f}\" height=\"{:.0f}\" class=\"page\"/>\n", width, height);
}

void StudyPicture::text(double x, double y, const std::string& style, const std::string& text) {
  text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, style, markup_text(text));
}

void StudyPicture::box(double x, double y, double width, double height, const std::string& fill,
                       const std::string& hint) {
  text_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{}\" {}>{}</rect>\n", x,
                       y, width, height, hint.empty() ? 0 : 3,
                       fill.empty() ? "class=\"panel\"" : "fill=\"" + fill + "\"", hinted(hint));
}

void StudyPicture::dot(double x, double y, double radius, const std::string& style, const std::string& hint) {
  text_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" class=\"{}\">{}</circle>\n", x, y, radius, style,
                       hinted(hint));
}

void StudyPicture::line(double x1, double y1, double x2, double y2, const std::string& style) {
  text_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2, y2,
                       style);
}

}  // namespace sim::report
