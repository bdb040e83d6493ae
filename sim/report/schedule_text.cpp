#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/parallel/schedule_forms.hpp"
#include "sim/report/schedule_report.hpp"

namespace sim::report {
namespace {

using parallel::Pass;
using parallel::Task;

constexpr const char* kPlain = "\033[0m";

const char* color_of(const Task& task) {
  // Black on the background of the pass; chunks above the first have the paler one.
  constexpr const char* kFirst[] = {"\033[30;44m", "\033[30;43m", "\033[30;46m", "\033[30;42m"};
  constexpr const char* kUpper[] = {"\033[30;104m", "\033[30;103m", "\033[30;106m", "\033[30;102m"};
  return (task.chunk == 0 ? kFirst : kUpper)[static_cast<int>(task.pass)];
}

/// A stretch of a row.
struct Cell {
  int begin = 0, end = 0;  ///< columns
  const Task* task = nullptr;
};

// The task's name where it fits, else its letter; lower case above the first chunk.
std::string label(const Task& task, int width) {
  std::string name = parallel::name_of({task.pass, task.micro_batch, 0}, 1);
  if (static_cast<int>(name.size()) > width) name.resize(1);
  if (task.chunk > 0) name[0] = static_cast<char>(name[0] - 'A' + 'a');
  name.resize(static_cast<std::size_t>(width), ' ');
  return name;
}

/// Draws rows on a grid of columns that all have the same length of time.
class Rows {
 public:
  Rows(const ScheduleDrawing& drawing, int columns, bool color) : drawing_(drawing), color_(color) {
    // Whole columns for the shortest pass, or a whole number of these for a column, keep equal passes equally wide.
    const double shortest = drawing.shortest_task(), fitting = columns * shortest / drawing.timeline.end;
    per_unit_ = (fitting >= 1 ? std::floor(fitting) : 1 / std::ceil(1 / fitting)) / shortest;
    columns_ = static_cast<int>(std::lround(drawing.timeline.end * per_unit_));
  }

  [[nodiscard]] double per_unit() const { return per_unit_; }
  [[nodiscard]] int columns() const { return columns_; }

  [[nodiscard]] std::string row(std::size_t stage) const {
    std::string text;
    int column = 0;
    for (const Cell& cell : cells(stage)) {
      if (cell.end <= column) continue;
      const int begin = std::max(cell.begin, column);
      text.append(static_cast<std::size_t>(begin - column), '.');
      text += painted(*cell.task, cell.end - begin);
      column = cell.end;
    }
    return text.append(static_cast<std::size_t>(std::max(0, columns_ - column)), '.');
  }

 private:
  [[nodiscard]] int column_at(double time) const { return static_cast<int>(std::lround(time * per_unit_)); }

  // Two passes that run as one stand one after the other, each half of their time.
  [[nodiscard]] std::vector<Cell> cells(std::size_t stage) const {
    const std::vector<Task>& tasks = drawing_.schedule.stages[stage];
    std::vector<Cell> list;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const parallel::Span& span = drawing_.timeline.stages[stage][i];
      const double middle = (span.begin + span.end) / 2;
      const bool is_first = !drawing_.pairs.empty() && drawing_.pairs[stage][i];
      const bool is_second = !drawing_.pairs.empty() && i > 0 && drawing_.pairs[stage][i - 1];
      list.push_back({column_at(is_second ? middle : span.begin), column_at(is_first ? middle : span.end), &tasks[i]});
    }
    return list;
  }

  [[nodiscard]] std::string painted(const Task& task, int width) const {
    return color_ ? color_of(task) + label(task, width) + kPlain : label(task, width);
  }

  const ScheduleDrawing& drawing_;
  bool color_;
  double per_unit_ = 1;
  int columns_ = 0;
};

std::string legend(const ScheduleDrawing& drawing) {
  bool splits = false, is_whole = false;
  for (const std::vector<Task>& tasks : drawing.schedule.stages) {
    for (const Task& task : tasks) {
      splits = splits || task.pass == Pass::backward_input;
      is_whole = is_whole || task.pass == Pass::backward;
    }
  }
  std::string text = "F forward";
  if (is_whole) text += ", B backward";
  if (splits) text += ", I input gradient, W weight gradient";
  text += ", . idle";
  return drawing.schedule.chunks > 1 ? text + "; lower case: chunks above the first" : text;
}

// Held passes by stage; of chunks that are parts of a stage, as parts.
std::string held_line(const ScheduleDrawing& drawing) {
  const bool is_mirrored = drawing.schedule.placement == parallel::Placement::mirrored;
  const int parts = is_mirrored ? 1 : drawing.schedule.chunks;
  std::string text;
  for (const std::vector<int>& stage : drawing.held) {
    text += fmt::format("{}{:.4g}", text.empty() ? "" : " ",
                        static_cast<double>(std::accumulate(stage.begin(), stage.end(), 0)) / parts);
  }
  return text + (parts > 1 ? fmt::format("  (a chunk counts 1/{})", parts) : "");
}

// Why the closed form does not hold, or for what it does.
std::string condition(const ScheduleDrawing& drawing) {
  if (drawing.message > 0) return "without messages";
  const parallel::ScheduleForms& forms = parallel::forms_of(drawing.kind);
  const bool is_mirrored = drawing.schedule.placement == parallel::Placement::mirrored;
  return !drawing.pairs.empty() && !is_mirrored ? "without pairs" : forms.holds;
}

std::string closed_form_line(const ScheduleDrawing& drawing) {
  const parallel::ScheduleForms& forms = parallel::forms_of(drawing.kind);
  if (*forms.bubble == '\0') return "";
  std::string text = std::string("  closed form  ") + forms.bubble;
  if (!drawing.closed_form) return text + ", " + condition(drawing) + fmt::format("  ({})\n", forms.source);
  if (std::string(forms.bubble) != "0") text += fmt::format(" = {:.4g}", *drawing.closed_form);
  return text + fmt::format("  ({})\n", forms.source);
}

std::string heading(const ScheduleDrawing& drawing) {
  const parallel::Schedule& schedule = drawing.schedule;
  std::string text = fmt::format("{}: {} stage{}, {} micro-batches", drawing.name, schedule.pp,
                                 schedule.pp > 1 ? "s" : "", schedule.micro_batches);
  if (schedule.chunks > 1) text += fmt::format(", {} chunks a stage", schedule.chunks);
  text += fmt::format("; forward {:g}, backward {:g} + {:g}", drawing.stage.forward, drawing.stage.input,
                      drawing.stage.weight);
  return drawing.message > 0 ? text + fmt::format(", message {:g}", drawing.message) : text;
}

}  // namespace

std::string schedule_text(const ScheduleDrawing& drawing, int columns, bool color) {
  const std::size_t digits = std::to_string(drawing.schedule.pp - 1).size();
  const int margin = static_cast<int>(digits) + 4;
  const Rows rows(drawing, std::max(10, columns - margin), color);
  std::string text = heading(drawing) + "\n\n";
  for (std::size_t stage = 0; stage < drawing.held.size(); ++stage) {
    text += fmt::format("  {:>{}}  {}\n", stage, digits, rows.row(stage));
  }
  text += "\n  " + legend(drawing) + fmt::format("; a column is {:.3g}\n\n", 1 / rows.per_unit());
  text += fmt::format("  time         {:.5g}, of which the busiest stage works {:.5g}\n", drawing.period, drawing.work);
  text += fmt::format("  bubble       {:.4g} = {:.1f} % of the time\n", drawing.bubble(), 100 * drawing.bubble_share());
  if (parallel::validates_afterwards(drawing.kind)) {
    text += "               (the step is validated afterwards: time from a stage's own first task to its last)\n";
  }
  text += closed_form_line(drawing);
  return text + "  held         " + held_line(drawing) + " micro-batches, by stage\n";
}

std::string schedule_list_text() {
  std::string text = "Pipeline schedules: `simulate schedule NAME --pp 8 --microbatches 16` draws one.\n\n";
  const std::vector<std::string>& names = parallel::schedule_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto kind = static_cast<parallel::ScheduleKind>(i);
    if (kind == parallel::ScheduleKind::file) continue;
    text += fmt::format("  {:<14} {}\n", names[i], parallel::forms_of(kind).summary);
  }
  return text;
}

}  // namespace sim::report
