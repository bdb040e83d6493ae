#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>

#include "sim/base/version.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/solve.hpp"
#include "sim/cli/stop_signals.hpp"
#include "sim/cli/study_exit.hpp"
#include "sim/cli/study_files.hpp"
#include "sim/report/answer.hpp"
#include "sim/report/study_report.hpp"
#include "sim/sweep/points.hpp"
#include "sim/sweep/row.hpp"
#include "sim/sweep/slurm.hpp"
#include "sim/sweep/work.hpp"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

struct SweepOptions {
  std::string study, output, shard, emit, fail_if;
  StudyTables tables;
  int jobs = 0;
  std::int64_t shards = 8;
};

sweep::Shard shard_of(const std::string& text) {
  sweep::Shard shard;
  if (text.empty()) return shard;
  const auto slash = text.find('/');
  const bool is_read = slash != std::string::npos && CLI::detail::lexical_cast(text.substr(0, slash), shard.index) &&
                       CLI::detail::lexical_cast(text.substr(slash + 1), shard.count);
  if (is_read && shard.index >= 0 && shard.count >= 1 && shard.index < shard.count) return shard;
  throw InputError("--shard " + text + ": expected I/N with I from 0 to N-1",
                   "--shard 0/8 is the first of eight parts");
}

std::string answer_at(const sweep::Points& points, const sweep::Place& place) {
  const std::unique_ptr<Solved> solved = solve({points.scenario(place), sweep::Points::overrides(place)});
  report::Answer answer = report::make_answer(solved->job, solved->result, {}, solved->interval);
  answer.whole = &solved->whole;
  return report::answer_json(answer);
}

// A point that cannot be answered is a row too: the others are worth as much without it.
std::string row_at(const sweep::Points& points, std::int64_t index) {
  const sweep::Place place = points.place(index);
  try {
    return sweep::answered_row(index, place, answer_at(points, place));
  } catch (const InputError& error) {
    return sweep::refused_row(index, place, error);
  } catch (const std::bad_alloc&) {
    throw;  // other points of the moment took the memory: not this point's fault
  } catch (const std::exception& error) {
    return sweep::failed_row(index, place, error.what());
  }
}

std::string time_text(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  constexpr double kMinute = 60, kHour = 3600;
  return seconds < 100 * kMinute ? fmt::format("{:.0f} min", seconds / kMinute)
                                 : fmt::format("{:.1f} h", seconds / kHour);
}

void show_progress(std::size_t done, std::size_t of, std::chrono::steady_clock::time_point start) {
  constexpr std::size_t kBar = 30;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  const double left = passed.count() * static_cast<double>(of - done) / static_cast<double>(done);
  const std::size_t full = kBar * done / of;
  std::cerr << fmt::format("\r[{}{}] {} of {} points, {} left\x1b[K", std::string(full, '#'),
                           std::string(kBar - full, '.'), done, of, time_text(left))
            << std::flush;
}

bool work_off(sweep::Journal& journal, const sweep::Points& points, int jobs, const Condition& condition,
              const CommonOptions& common) {
  sweep::Work work;
  work.jobs = jobs;
  work.stops = &StopSignals::asked();
  work.row = [&points, &condition](std::int64_t index) {
    const std::string row = row_at(points, index);
    check_names(condition, row);
    return row;
  };
  if (wants_progress(common)) {
    work.progress = [start = std::chrono::steady_clock::now()](std::size_t done, std::size_t of) {
      show_progress(done, of, start);
    };
  }
  const StopSignals signals;
  const bool is_done = sweep::work_off(journal, work);
  if (wants_progress(common)) std::cerr << "\r\x1b[K";
  return is_done;
}

sweep::Results read_finished(const std::string& output) {
  try {
    return sweep::read_results(output);
  } catch (const InputError& error) {
    const std::string& message = error.diagnostics().front().message;
    if (!message.ends_with("the last line is torn")) throw;
    throw InputError(message, "remove it; the sweep starts anew");
  }
}

// What stands in the output: all points of this sweep, or nothing at all.
std::optional<sweep::Results> finished(const std::string& output, const sweep::Header& header) {
  std::error_code ignored;  // what cannot be looked at cannot be written either, and that is reported
  if (!fs::exists(output, ignored)) return std::nullopt;
  sweep::Results results = read_finished(output);
  if (sweep::header_line(results.header) == sweep::header_line(header) && sweep::missing_points(results).empty())
    return results;
  throw InputError(output + ": holds the results of another sweep",
                   "name another file with -o, or remove it; its study, scenario, shard or the program differ");
}

// The results, whole and sorted, or nothing when the sweep was stopped.
std::optional<sweep::Results> sweep_all(const SweepOptions& options, const std::string& output,
                                        const sweep::Header& header, const sweep::Points& points,
                                        const Condition& condition, const CommonOptions& common) {
  const std::string unfinished = output + ".unfinished";
  const std::optional<sweep::Results> results = finished(output, header);
  if (results && sweep::open_points(*results).empty()) {
    std::error_code ignored;  // left where the program was killed between its last two steps
    fs::remove(unfinished, ignored);
    if (!common.quiet) std::cerr << output << " holds all its points already\n";
    return results;
  }
  sweep::Journal journal(unfinished, header);
  if (results) journal.take(*results);
  const std::size_t before = journal.results().rows.size();
  if (before > 0 && !common.quiet) std::cerr << "going on with " << before << " points that are there\n";
  const bool is_done = work_off(journal, points, options.jobs, condition, common);
  if (!is_done) {
    std::cerr << fmt::format("stopped with {} points in {}; the same command goes on from there\n",
                             journal.results().rows.size(), unfinished);
    return std::nullopt;
  }
  write_file(output, sweep::results_text(journal.results()));
  journal.remove();
  return journal.results();
}

int emit_slurm(const SweepOptions& options, const sweep::Study& study, const sweep::Points& points,
               const CommonOptions& common) {
  if (common.json) {
    throw InputError("--emit slurm: there is no answer yet that --json or --plain could print",
                     "the merge job leaves the rows in results.jsonl");
  }
  check_outputs({{"--csv", options.tables.csv}, {"--sqlite", options.tables.sqlite}});
  (void)condition_of(options.fail_if);  // a mistake in it is shown now, not by the merge at the end
  const fs::path folder = fs::absolute(options.output.empty() ? study.name + ".slurm" : options.output);
  sweep::SlurmJob job;
  job.program = fs::read_symlink("/proc/self/exe").string();
  job.study = options.study;
  job.folder = fs::current_path().string();
  job.output = folder.lexically_normal().string();
  job.name = study.name;
  job.shards = std::min(options.shards, points.size());
  job.jobs = options.jobs;
  job.csv = options.tables.csv;
  job.sqlite = options.tables.sqlite;
  job.fail_if = options.fail_if;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw InputError(folder.string() + ": cannot be made: " + failed.message());
  for (const auto& [name, text] : sweep::slurm_scripts(job)) {
    write_file((folder / name).string(), text);
    fs::permissions(folder / name, fs::perms::owner_exec | fs::perms::group_exec, fs::perm_options::add, failed);
  }
  if (!common.quiet) std::cerr << "submit it with: bash " << sweep::shell_word((folder / "submit.sh").string()) << "\n";
  return static_cast<int>(ExitCode::done);
}

int run_sweep(const SweepOptions& options, const CommonOptions& common) {
  const sweep::Study study = sweep::read_study(options.study);
  const sweep::Points points(study);
  sweep::Header header{
      study.name, sweep::fingerprint(study, points), kVersion, points.keys(), points.size(), shard_of(options.shard)};
  if (!options.emit.empty()) return emit_slurm(options, study, points, common);
  const Condition condition = condition_of(options.fail_if);
  const bool is_part = header.shard.count > 1;
  const std::string usual =
      study.name + (is_part ? fmt::format(".{}_of_{}", header.shard.index, header.shard.count) : "") + ".jsonl";
  const std::string output = options.output.empty() ? usual : options.output;
  check_outputs({{"the results", output}, {"--csv", options.tables.csv}, {"--sqlite", options.tables.sqlite}});
  const std::optional<sweep::Results> results = sweep_all(options, output, header, points, condition, common);
  if (!results) return StopSignals::exit_code();
  for (const auto& [index, row] : results->rows) check_names(condition, row);
  write_tables(options.tables, *results);
  const std::vector<report::StudyPoint> seen = report::points_of(*results);
  if (!common.quiet) std::cerr << "wrote " << output << "\n";
  write_output(common.json ? as_data(common, sweep::results_text(*results)) : report::study_text(header, seen));
  return study_exit_code(seen, condition, common);
}

}  // namespace

void add_sweep(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("sweep", "a scenario over a grid, list or sample of its keys");
  auto options = std::make_shared<SweepOptions>();
  command->add_option("study", options->study, "study file: which keys take which values")
      ->type_name("FILE.yaml")
      ->required();
  command->add_option("-o,--output", options->output, "JSON Lines to write; STUDY.jsonl if not given")
      ->type_name("FILE");
  add_table_options(*command, options->tables);
  command->add_option("-j,--jobs", options->jobs, "points at a time; all cores if not given")
      ->check(CLI::Range(1, 4096));
  CLI::Option* shard =
      command->add_option("--shard", options->shard, "only part I of N, from 0 to N-1")->type_name("I/N");
  add_condition_option(*command, options->fail_if);
  CLI::Option* emit = command->add_option("--emit", options->emit, "write scripts that run it instead: slurm")
                          ->check(CLI::IsMember({"slurm"}))
                          ->excludes(shard);
  command->add_option("--shards", options->shards, "parts of the scripts; -o names their folder")
      ->check(CLI::Range(1, 100'000))
      ->needs(emit)
      ->capture_default_str();
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return run_sweep(*options, invocation.common); };
  });
}

}  // namespace sim::cli
