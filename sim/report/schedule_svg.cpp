#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "sim/parallel/schedule_forms.hpp"
#include "sim/report/markup.hpp"
#include "sim/report/schedule_report.hpp"
#include "sim/report/svg.hpp"

namespace sim::report {
namespace {

using parallel::Pass;
using parallel::Span;
using parallel::Task;

// Pixels.
constexpr double kLeft = 84, kRight = 100, kTop = 84, kBottom = 92;
constexpr double kRow = 30, kRowGap = 6;
constexpr double kShortestTask = 19, kNarrowest = 660, kWidest = 2400;
constexpr double kDigit = 6.4;  // width of a digit in the tasks' font
constexpr const char* kInk = "#1f2a37";
constexpr const char* kFaint = "#64707d";

struct Color {
  double red, green, blue;
};

// By Pass; told apart in grey and by people who do not see red and green alike.
constexpr std::array<Color, 4> kColors{{{53, 106, 168}, {217, 119, 50}, {236, 160, 72}, {74, 148, 105}}};

Color mixed_with_white(const Color& color, double white) {
  const auto mix = [white](double part) { return part + (255 - part) * white; };
  return {mix(color.red), mix(color.green), mix(color.blue)};
}

// Later chunks are lighter.
Color color_of(const Task& task, int chunks) {
  const double white = chunks > 1 ? 0.5 * task.chunk / (chunks - 1) : 0;
  return mixed_with_white(kColors[static_cast<std::size_t>(task.pass)], white);
}

std::string hexadecimal(const Color& color) {
  return fmt::format("#{:02x}{:02x}{:02x}", std::lround(color.red), std::lround(color.green), std::lround(color.blue));
}

// The text that reads better on the colour (relative luminance, without its gamma).
const char* ink_on(const Color& color) {
  return 0.3 * color.red + 0.59 * color.green + 0.11 * color.blue > 140 ? kInk : "#ffffff";
}

std::string text_at(double x, double y, const char* style, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, style, markup_text(text));
}

class Picture {
 public:
  explicit Picture(const ScheduleDrawing& drawing) : drawing_(drawing), end_(drawing.timeline.end) {
    width_ = std::clamp(end_ / drawing.shortest_task() * kShortestTask, kNarrowest, kWidest);
    height_ = drawing.schedule.pp * (kRow + kRowGap) - kRowGap;
  }

  std::string draw() {
    open();
    axis();
    for (std::size_t stage = 0; stage < drawing_.schedule.stages.size(); ++stage) row(stage);
    legend();
    return text_ + "</svg>\n";
  }

 private:
  [[nodiscard]] double x_of(double time) const { return kLeft + width_ * time / end_; }
  [[nodiscard]] static double y_of(std::size_t stage) { return kTop + static_cast<double>(stage) * (kRow + kRowGap); }

  [[nodiscard]] std::string title() const {
    const parallel::Schedule& schedule = drawing_.schedule;
    std::string text =
        fmt::format("{}: {} stages, {} micro-batches", drawing_.name, schedule.pp, schedule.micro_batches);
    return schedule.chunks > 1 ? text + fmt::format(", {} chunks a stage", schedule.chunks) : text;
  }

  [[nodiscard]] std::string subtitle() const {
    const parallel::PassTimes& stage = drawing_.stage;
    std::string text = fmt::format("bubble {:.1f} % of the time; forward {:g}, backward {:g} (input {:g}, weight {:g})",
                                   100 * drawing_.bubble_share(), stage.forward, stage.input + stage.weight,
                                   stage.input, stage.weight);
    if (drawing_.message > 0) text += fmt::format(", message {:g}", drawing_.message);
    if (!drawing_.closed_form) return text;
    text += std::string("; closed form ") + parallel::forms_of(drawing_.kind).bubble;
    return *drawing_.closed_form > 0 ? text + fmt::format(" = {:.4g}", *drawing_.closed_form) : text;
  }

  void open() {
    const double width = kLeft + width_ + kRight, height = kTop + height_ + kBottom;
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" role=\"img\" aria-labelledby=\"title description\">\n",
        width, height);
    text_ += fmt::format("<title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n", markup_text(title()),
                         markup_text("Pipeline schedule, one row a stage, time to the right: " + subtitle()));
    text_ += fmt::format(
        "<style>text{{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:{0}}}"
        ".title{{font-size:18px;font-weight:600}}.note{{font-size:12.5px;fill:{1}}}"
        ".stage{{font-size:12.5px;text-anchor:end}}.tick{{font-size:11px;fill:{1};text-anchor:middle}}"
        ".held{{font-size:12px;text-anchor:middle}}"
        ".task{{font-size:10.5px;text-anchor:middle}}.key{{font-size:12.5px}}</style>\n",
        kInk, kFaint);
    text_ += fmt::format("<rect width=\"{:.0f}\" height=\"{:.0f}\" fill=\"#ffffff\"/>\n", width, height);
    text_ += text_at(kLeft, 32, "title", title()) + text_at(kLeft, 54, "note", subtitle());
  }

  void axis() {
    const double step = round_step(end_ * 70 / width_), bottom = kTop + height_;
    for (std::size_t stage = 0; stage < drawing_.schedule.stages.size(); ++stage) {
      text_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"#f0f2f5\"/>\n",
                           kLeft, y_of(stage), width_, kRow);
    }
    for (int i = 0; i * step <= end_ * (1 + 1e-9); ++i) {
      text_ += fmt::format("<path d=\"M{0:.1f} {1:.1f}V{2:.1f}\" stroke=\"#d3d9e0\"/>\n", x_of(i * step), kTop - 4,
                           bottom + 6);
      text_ += text_at(x_of(i * step), bottom + 20, "tick", fmt::format("{:g}", i * step));
    }
    text_ += text_at(kLeft + width_ / 2, bottom + 38, "tick", "time");
    const double held = kLeft + width_ + kRight / 2;
    text_ += text_at(held, kTop - 22, "tick", "micro-batches") + text_at(held, kTop - 9, "tick", "held");
  }

  void row(std::size_t stage) {
    const double middle = y_of(stage) + kRow / 2;
    text_ += text_at(kLeft - 12, middle + 4.5, "stage", fmt::format("stage {}", stage));
    for (std::size_t i = 0; i < drawing_.schedule.stages[stage].size(); ++i) task(stage, i);
    const bool is_mirrored = drawing_.schedule.placement == parallel::Placement::mirrored;
    const std::vector<int>& held = drawing_.held[stage];
    const double sum = std::accumulate(held.begin(), held.end(), 0.0) / (is_mirrored ? 1 : drawing_.schedule.chunks);
    text_ += text_at(kLeft + width_ + kRight / 2, middle + 4.5, "held", fmt::format("{:.4g}", sum));
  }

  // Two passes that run as one share their time: the forward pass above, the backward pass below.
  void task(std::size_t stage, std::size_t index) {
    const Task& task = drawing_.schedule.stages[stage][index];
    const Span& span = drawing_.timeline.stages[stage][index];
    const bool has_pairs = !drawing_.pairs.empty();
    const bool is_first = has_pairs && drawing_.pairs[stage][index];
    const bool is_second = has_pairs && index > 0 && drawing_.pairs[stage][index - 1];
    const double x = x_of(span.begin), width = x_of(span.end) - x;
    const double gap = width > 6 ? 0.6 : 0, height = is_first || is_second ? kRow / 2 - 0.5 : kRow;
    const double y = y_of(stage) + (is_second ? kRow / 2 + 0.5 : 0);
    const Color color = color_of(task, drawing_.schedule.chunks);
    text_ += fmt::format(
        "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\" rx=\"{}\" fill=\"{}\"><title>{}, stage {}: "
        "{:g} to {:g}</title></rect>\n",
        x + gap, y, width - 2 * gap, height, width > 6 ? 2 : 0, hexadecimal(color),
        name_of(task, drawing_.schedule.chunks), stage, span.begin, span.end);
    const std::string number = std::to_string(task.micro_batch);
    if (static_cast<double>(number.size()) * kDigit + 2 > width) return;
    text_ += fmt::format("<text x=\"{:.2f}\" y=\"{:.1f}\" class=\"task\" style=\"fill:{}\">{}</text>\n", x + width / 2,
                         y + height / 2 + 3.8, ink_on(color), number);
  }

  [[nodiscard]] bool has(Pass pass) const {
    const std::vector<Task>& tasks = drawing_.schedule.stages.front();
    return std::any_of(tasks.begin(), tasks.end(), [pass](const Task& task) { return task.pass == pass; });
  }

  void legend() {
    constexpr const char* kNames[] = {"forward", "backward", "input gradient", "weight gradient"};
    const int chunks = drawing_.schedule.chunks;
    double x = kLeft;
    const double y = kTop + height_ + 58;
    const auto swatch = [&](const std::string& color) {
      text_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"16\" height=\"14\" rx=\"2\" fill=\"{}\"/>\n", x, y,
                           color);
      x += 18;
    };
    const auto name = [&](const std::string& text) {
      text_ += text_at(x + 4, y + 11.5, "key", text);
      x += 4 + 7.2 * static_cast<double>(text.size()) + 20;
    };
    for (int pass = 0; pass < 4; ++pass) {
      if (!has(static_cast<Pass>(pass))) continue;
      for (int chunk = 0; chunk < chunks; ++chunk)
        swatch(hexadecimal(color_of({static_cast<Pass>(pass), 0, chunk}, chunks)));
      name(kNames[pass]);
    }
    swatch("#e3e7ec");
    name("idle");
    if (chunks == 1) return;
    const bool is_mirrored = drawing_.schedule.placement == parallel::Placement::mirrored;
    name(is_mirrored ? "lighter: the opposite direction" : "lighter: later chunks");
  }

  const ScheduleDrawing& drawing_;
  double end_;
  double width_ = 0, height_ = 0;
  std::string text_;
};

}  // namespace

std::string schedule_svg(const ScheduleDrawing& drawing) {
  return Picture(drawing).draw();
}

}  // namespace sim::report
