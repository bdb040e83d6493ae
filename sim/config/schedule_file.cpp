#include "sim/config/schedule_file.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "sim/config/field_reader.hpp"
#include "sim/config/scenario.hpp"
#include "sim/config/text_file.hpp"

namespace sim::config {
namespace {

using parallel::Schedule;
using parallel::Task;

constexpr double kMostChunks = 1000, kMostMicroBatches = 1e6;

const std::vector<std::string>& placement_names() {
  static const std::vector<std::string> names{"wrap", "v", "mirrored"};
  return names;
}

/// The file as it stands.
struct ScheduleText {
  parallel::Placement placement = parallel::Placement::wrap;
  int chunks = 1;
  int micro_batches = 0;
  std::vector<std::string> stages;
};

void describe(Fields& fields, ScheduleText& text) {
  fields.choice("placement", text.placement, placement_names(), {.help = "where the chunks of a stage stand"});
  fields.whole("chunks", text.chunks, {.help = "chunks of a stage", .least = 1, .most = kMostChunks});
  fields.whole("micro_batches", text.micro_batches,
               {.help = "micro-batches of a step", .required = true, .least = 1, .most = kMostMicroBatches});
  fields.texts("stages", text.stages, {.help = "the tasks of each stage in order", .required = true});
  if (fields.has("stages") && text.stages.empty()) fields.complain("stages", "there must be one at least", "", false);
}

// A number without sign, spaces or more than nine digits, from `at` on; `at` ends behind it.
std::optional<int> number_at(const std::string& word, std::size_t& at) {
  const std::size_t begin = at;
  while (at < word.size() && std::isdigit(static_cast<unsigned char>(word[at])) != 0) ++at;
  if (at == begin || at - begin > 9) return std::nullopt;
  return std::stoi(word.substr(begin, at - begin));
}

std::optional<Task> task_named(const std::string& word, int chunks) {
  const std::size_t pass = std::string("FBIW").find(word.front());
  if (pass == std::string::npos) return std::nullopt;
  Task task{static_cast<parallel::Pass>(pass), 0, 0};
  std::size_t at = 1;
  const std::optional<int> micro_batch = number_at(word, at);
  if (!micro_batch) return std::nullopt;
  task.micro_batch = *micro_batch;
  if (chunks > 1 && at < word.size() && word[at] == '.') {
    const std::optional<int> chunk = number_at(word, ++at);
    if (!chunk) return std::nullopt;
    task.chunk = *chunk;
  }
  // Written otherwise than tasks are named: leading zeros, a missing chunk, letters at the end.
  return name_of(task, chunks) == word ? std::optional<Task>(task) : std::nullopt;
}

/// Reads the words of one stage.
class StageReader {
 public:
  StageReader(const ScheduleText& text, const Value& value, std::size_t stage, Diagnostics& diagnostics)
      : text_(text), value_(value), path_("stages." + std::to_string(stage)), diagnostics_(diagnostics) {}

  std::vector<Task> read() {
    std::size_t at = value_.text.find_first_not_of(kSpaces);
    while (at != std::string::npos) {
      const std::size_t end = std::min(value_.text.find_first_of(kSpaces, at), value_.text.size());
      add(value_.text.substr(at, end - at), at);
      at = value_.text.find_first_not_of(kSpaces, end);
    }
    return std::move(tasks_);
  }

 private:
  static constexpr const char* kSpaces = " \t\n";

  void add(const std::string& word, std::size_t at) {
    const std::optional<Task> task = task_named(word, text_.chunks);
    if (!task) {
      const char* form = text_.chunks > 1 ? "F3.1, B3.1, I3.1 or W3.1: micro-batch 3, chunk 1" : "F3, B3, I3 or W3";
      return complain(at, "\"" + word + "\" is no task", std::string("write ") + form);
    }
    if (task->micro_batch >= text_.micro_batches) {
      return complain(at, word + " is beyond the " + std::to_string(text_.micro_batches) + " micro-batches",
                      "they count from 0");
    }
    if (task->chunk >= text_.chunks) {
      return complain(at, word + " is beyond the " + std::to_string(text_.chunks) + " chunks", "they count from 0");
    }
    if (!words_.insert(word).second) return complain(at, word + " stands twice", "");
    tasks_.push_back(*task);
  }

  void complain(std::size_t at, const std::string& message, const std::string& hint) {
    diagnostics_.add(mark_at(at), path_ + ": " + message, hint);
  }

  // Of a text over several lines the place is its beginning.
  [[nodiscard]] SourceMark mark_at(std::size_t at) const {
    SourceMark mark = value_.mark;
    const std::size_t column = static_cast<std::size_t>(mark.column) - 1 + (value_.quoted ? 1 : 0);
    const std::string& line = mark.line_text;  // empty where the line is long
    const bool is_one_line =
        line.empty() || (column <= line.size() && line.compare(column, value_.text.size(), value_.text) == 0);
    if (is_one_line) mark.column = static_cast<int>(column + at) + 1;
    return mark;
  }

  const ScheduleText& text_;
  const Value& value_;
  std::string path_;
  Diagnostics& diagnostics_;
  std::vector<Task> tasks_;
  std::set<std::string> words_;
};

// A file that lacks most of its tasks is refused before its passes are counted one by one.
void check_size(const Schedule& schedule) {
  std::size_t tasks = 0;
  for (const std::vector<Task>& stage : schedule.stages) tasks += stage.size();
  const int chunks = schedule.placement == parallel::Placement::mirrored ? 1 : schedule.chunks;
  const double passes = 1.0 * schedule.pp * chunks * schedule.micro_batches;
  if (static_cast<double>(tasks) >= passes) return;
  throw InputError("stages: " + std::to_string(tasks) + " tasks are too few for stages x chunks x micro_batches");
}

}  // namespace

void describe_schedule_file(Fields& fields) {
  ScheduleText text;
  describe(fields, text);
}

Schedule load_schedule(const std::string& path) {
  if (!is_file(path)) throw InputError("there is no schedule file " + path);
  const Value root = read_yaml_file(path);
  Diagnostics diagnostics;
  const ScheduleText text =
      read<ScheduleText>(root, diagnostics, [](Fields& fields, ScheduleText& object) { describe(fields, object); });
  diagnostics.throw_if_any();
  Schedule schedule{static_cast<int>(text.stages.size()), text.chunks, text.micro_batches, text.placement, {}};
  const std::vector<Value>& stages = root.find("stages")->items;
  for (std::size_t stage = 0; stage < text.stages.size(); ++stage) {
    schedule.stages.push_back(StageReader(text, stages[stage], stage, diagnostics).read());
  }
  diagnostics.throw_if_any();
  try {
    check_size(schedule);
    check_schedule(schedule);
  } catch (const InputError& error) {
    throw with_places(error, root);
  }
  return schedule;
}

std::string schedule_yaml(const Schedule& schedule) {
  std::string text = "placement: " + placement_names()[static_cast<std::size_t>(schedule.placement)] + "\n";
  text += "chunks: " + std::to_string(schedule.chunks) + "\n";
  text += "micro_batches: " + std::to_string(schedule.micro_batches) + "\nstages:\n";
  for (const std::vector<Task>& tasks : schedule.stages) {
    text += "  -";
    for (const Task& task : tasks) text += " " + name_of(task, schedule.chunks);
    text += "\n";
  }
  return text;
}

}  // namespace sim::config
