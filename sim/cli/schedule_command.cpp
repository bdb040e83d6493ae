#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/config/schedule_file.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/report/schedule_report.hpp"

namespace sim::cli {
namespace {

constexpr int kWidestRow = 160;
constexpr std::int64_t kMostPasses = 100'000;  // drawn ones

struct ScheduleOptions {
  std::string name;
  int pp = 4, vpp = 0, micro_batches = 0;  // 0: not given
  parallel::PassTimes stage;
  double message = 0;
  bool pairs = false;
  std::string file, svg;
  bool yaml = false;
};

parallel::ScheduleKind kind_named(const std::string& name) {
  std::vector<std::string> names = parallel::schedule_names();
  names.pop_back();  // `file` has no order of its own
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<parallel::ScheduleKind>(found - names.begin());
  const std::string nearest = nearest_name(name, names);
  throw InputError("there is no schedule " + name,
                   nearest.empty() ? "`simulate schedule` lists them" : "did you mean " + nearest + "?");
}

// Chunks that show what the kind is about, unless the caller wants others.
int chunks_for(parallel::ScheduleKind kind, int vpp) {
  using Kind = parallel::ScheduleKind;
  if (vpp > 0) return vpp;
  return kind == Kind::interleaved || kind == Kind::breadth_first || kind == Kind::zb_v ? 2 : 1;
}

int columns_of_terminal() {
  winsize size{};
  const bool is_terminal = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_terminal ? std::min<int>(size.ws_col, kWidestRow) : kWidestRow;
}

parallel::Schedule make(const ScheduleOptions& options, parallel::ScheduleKind kind) {
  const int vpp = chunks_for(kind, options.vpp);
  const int micro_batches = options.micro_batches > 0 ? options.micro_batches : 2 * options.pp;
  if (std::int64_t{options.pp} * vpp * micro_batches > kMostPasses) {
    throw infeasible("--microbatches: pp x vpp x micro-batches may be " + std::to_string(kMostPasses) + " at most");
  }
  const std::vector<parallel::PassTimes> times(static_cast<std::size_t>(options.pp) * static_cast<std::size_t>(vpp),
                                               options.stage);
  return make_schedule(kind, options.pp, vpp, micro_batches, times, options.pairs);
}

int draw(const ScheduleOptions& options, const CommonOptions& common) {
  if (options.name.empty() && options.file.empty()) {
    write_output(common.json ? as_data(common, report::schedule_list_json()) : report::schedule_list_text());
    return static_cast<int>(ExitCode::done);
  }
  const bool is_file = !options.file.empty();
  const parallel::ScheduleKind kind = is_file ? parallel::ScheduleKind::file : kind_named(options.name);
  const parallel::Schedule schedule = is_file ? config::load_schedule(options.file) : make(options, kind);
  const report::ScheduleDrawing drawing = report::draw_schedule(is_file ? options.file : options.name, kind, schedule,
                                                                options.stage, options.message, options.pairs);
  if (!options.svg.empty()) write_file(options.svg, report::schedule_svg(drawing));
  if (options.yaml) {
    write_output(config::schedule_yaml(schedule));
  } else if (common.json) {
    write_output(as_data(common, report::schedule_json(drawing)));
  } else {
    write_output(report::schedule_text(drawing, columns_of_terminal(), wants_color(common)));
  }
  return static_cast<int>(ExitCode::done);
}

void add_sizes(CLI::App& command, ScheduleOptions& options) {
  CLI::Option* name = command.add_option("name", options.name, "schedule; none: list them")->type_name("SCHEDULE");
  CLI::Option* pp = command.add_option("--pp", options.pp, "stages (default: 4)")->check(CLI::Range(1, 1024));
  CLI::Option* micro_batches =
      command.add_option("--microbatches", options.micro_batches, "micro-batches (default: 2 pp)")
          ->check(CLI::Range(1, 100000));
  CLI::Option* vpp = command.add_option("--vpp", options.vpp, "chunks of a stage (default: 2 for schedules of chunks)")
                         ->check(CLI::Range(1, 1024));
  CLI::Option* file = command.add_option("--file", options.file, "draw the schedule of a file instead (docs/model.md)")
                          ->type_name("FILE.yaml");
  for (CLI::Option* other : {name, pp, micro_batches, vpp}) file->excludes(other);
}

}  // namespace

void add_schedule(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("schedule", "draw a pipeline schedule: bubble, order, micro-batches held");
  auto options = std::make_shared<ScheduleOptions>();
  add_sizes(*command, *options);
  command->add_option("--forward", options->stage.forward, "time of a forward pass through a stage (default: 1)")
      ->check(CLI::Range(1e-9, 1e9));
  command->add_option("--input", options->stage.input, "time of its input gradient (default: 1)")
      ->check(CLI::Range(1e-9, 1e9));
  command->add_option("--weight", options->stage.weight, "time of its weight gradient (default: 1)")
      ->check(CLI::Range(1e-9, 1e9));
  command->add_option("--message", options->message, "time of a message between stages (default: 0)")
      ->check(CLI::Range(0.0, 1e9));
  command->add_flag("--pairs", options->pairs,
                    "forward and backward passes next to each other run as one (overlap.ep)");
  command->add_flag("--yaml", options->yaml, "print the schedule as a file that parallel.schedule_file can name");
  command->add_option("--svg", options->svg, "also write a picture to this file")->type_name("FILE.svg");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return draw(*options, invocation.common); };
  });
}

}  // namespace sim::cli
