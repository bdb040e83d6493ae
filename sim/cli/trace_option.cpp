#include "sim/cli/trace_option.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "sim/base/error.hpp"
#include "sim/cli/gzip.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/iteration/record_timeline.hpp"
#include "sim/report/trace_json.hpp"

namespace sim::cli {
namespace {

// At most about 50 MB of text, as fewer come than expected: ui.perfetto.dev holds a trace in the browser's memory.
constexpr std::size_t kMostSpans = 500000;

constexpr int kMostIterations = 1000;

}  // namespace

CLI::Option* add_trace_options(CLI::App& command, TraceOptions& options) {
  CLI::Option* trace = command.add_option(
      "--trace", options.file, "also write what each chip does when, for ui.perfetto.dev; FILE.gz is compressed");
  trace->type_name("FILE")->check([](const std::string& name) { return name.empty() ? "a file name is missing" : ""; });
  command
      .add_option("--trace-ranks", options.ranks, "only the cells of these ranks, in full detail: --trace-ranks 0,8")
      ->delimiter(',')
      ->type_name("RANK,...")
      ->needs(trace);
  command.add_option("--trace-iterations", options.iterations, "this many iterations, one after another")
      ->type_name("N")
      ->check(CLI::Range(1, kMostIterations))
      ->needs(trace);
  return trace;
}

void write_trace_file(const TraceOptions& options, const Solved& solved, const iteration::Options& simulation,
                      const CommonOptions& common) {
  iteration::TimelineOptions wanted;
  wanted.ranks = options.ranks;
  wanted.most_spans = kMostSpans / static_cast<std::size_t>(options.iterations);
  wanted.fold = simulation.fold;
  wanted.event_budget = simulation.event_budget;
  const iteration::Timeline timeline = iteration::record_timeline(solved.job, solved.result, wanted);
  OutputFile file(options.file);
  const auto keep = [&file](std::string_view text) { file.add(text); };
  if (options.file.ends_with(".gz")) {
    Gzip gzip(keep);
    report::write_trace(timeline, options.iterations, [&gzip](std::string_view text) { gzip.add(text); });
    gzip.finish();
  } else {
    report::write_trace(timeline, options.iterations, keep);
  }
  file.finish();
  const std::string left_out = report::left_out_text(timeline);
  if (!left_out.empty() && !common.quiet) std::cerr << options.file << ": left out " << left_out << "\n";
}

}  // namespace sim::cli
