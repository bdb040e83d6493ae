#pragma once

#include <string>

namespace sim::report {

/// 1, 2 or 5 times a power of ten, `least` or more: the step of an axis.
[[nodiscard]] double round_step(double least);

/// A picture of a study: light or dark with the reader's system, or in the colours of the page that it stands in.
class StudyPicture {
 public:
  StudyPicture(double width, double height, const std::string& id, const std::string& title,
               const std::string& description);

  void text(double x, double y, const std::string& style, const std::string& text);
  /// A rectangle with a text that shows under the pointer; without a fill it has the colour of a panel.
  void box(double x, double y, double width, double height, const std::string& fill, const std::string& hint);
  void dot(double x, double y, double radius, const std::string& style, const std::string& hint);
  void line(double x1, double y1, double x2, double y2, const std::string& style);
  [[nodiscard]] std::string finish() const { return text_ + "</svg>\n"; }

 private:
  std::string text_;
};

}  // namespace sim::report
