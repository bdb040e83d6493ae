#include "sim/validate/nccl_log.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <optional>
#include <sstream>

#include "sim/validate/error_statistics.hpp"
#include "sim/validate/log_lines.hpp"

namespace sim::validate {
namespace {

using cost::Collective;

constexpr double kMicrosecond = 1e-6;
constexpr double kLeastRate = 1.0;     // GB/s, printed with two decimals: below it the ratio of two rates is noise
constexpr double kRatioMargin = 0.05;  // of bus rate over algorithm rate

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// "all_reduce_perf", "all_reduce".
std::optional<Collective> collective_named(const std::string& word) {
  static const std::vector<std::pair<std::string, Collective>> kNames{{"all_reduce", Collective::all_reduce},
                                                                      {"all_gather", Collective::all_gather},
                                                                      {"reduce_scatter", Collective::reduce_scatter},
                                                                      {"alltoall", Collective::all_to_all},
                                                                      {"all_to_all", Collective::all_to_all}};
  for (const auto& [name, collective] : kNames) {
    if (word == name || word == name + "_perf") return collective;
  }
  return std::nullopt;
}

/// What is read line by line, before the collective is known.
struct Reading {
  NcclLog log;
  std::vector<std::string> hosts;
  std::size_t time_column = 0;  // of the first time; 0: no heading yet
  std::optional<Collective> titled;
  std::vector<double> bus_over_algorithm;
  bool has_operation = false;  // a reduction such as sum
};

// "#  Rank  0 Group  0 Pid  91 on  node1 device  0 [0x1b] NVIDIA H100 80GB HBM3"
void read_rank(const LogLines& lines, const std::vector<std::string>& words, Reading& reading) {
  const auto after = [&](const std::string& key) -> std::string {
    const auto found = std::find(words.begin(), words.end(), key);
    return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
  };
  const std::string host = after("on"), group = after("Group");
  if (host.empty())
    throw lines.error("a rank without its host", "nccl-tests writes `Rank 0 Group 0 Pid 91 on node1 device 0 ...`");
  if (!group.empty() && group != "0") {
    throw lines.error("several groups ran at the same time", "run nccl-tests without NCCL_TESTS_SPLIT");
  }
  const auto found = std::find(reading.hosts.begin(), reading.hosts.end(), host);
  const auto index = static_cast<std::size_t>(found - reading.hosts.begin());
  if (found == reading.hosts.end()) {
    reading.hosts.push_back(host);
    reading.log.ranks_of_node.push_back(0);
  }
  ++reading.log.ranks_of_node[index];
  const std::size_t bracket = lines.line().find(']');
  if (!reading.log.device.empty() || bracket == std::string::npos) return;
  const std::size_t begin = lines.line().find_first_not_of(' ', bracket + 1);
  if (begin != std::string::npos) reading.log.device = lines.line().substr(begin);
}

void read_comment(const LogLines& lines, const std::vector<std::string>& words, Reading& reading) {
  if (words.size() > 1 && words[1] == "Rank") return read_rank(lines, words, reading);
  if (words.size() > 1 && words[1] == "Collective" && !reading.titled) reading.titled = collective_named(words.back());
  const auto time = std::find(words.begin(), words.end(), "time");
  const bool is_heading = words.size() > 1 && words[1] == "size" && time != words.end();
  if (is_heading) reading.time_column = static_cast<std::size_t>(time - words.begin()) - 1;  // but for the `#`
}

double number_at(const LogLines& lines, const std::vector<std::string>& words, std::size_t column, const char* what) {
  const std::optional<double> number = column < words.size() ? number_in(words[column]) : std::nullopt;
  if (!number || *number < 0) throw lines.error(std::string(what) + ": expected a number", "was the line torn?");
  return *number;
}

// size, count, type, operation, root, then time, algorithm rate, bus rate and wrong results.
void read_row(const LogLines& lines, const std::vector<std::string>& words, Reading& reading) {
  if (reading.time_column == 0) {
    throw lines.error("a row above the heading",
                      "nccl-tests writes `# size count type redop root time algbw busbw #wrong`");
  }
  const std::size_t time = reading.time_column;
  const double bytes = number_at(lines, words, 0, "size"), microseconds = number_at(lines, words, time, "time");
  const double algorithm = number_at(lines, words, time + 1, "algbw"), bus = number_at(lines, words, time + 2, "busbw");
  if (bytes == 0) {
    ++reading.log.without_data;
    return;
  }
  const std::optional<double> wrong = time + 3 < words.size() ? number_in(words[time + 3]) : std::nullopt;
  if (wrong && *wrong > 0) {
    ++reading.log.wrong;
    return;
  }
  if (microseconds == 0) throw lines.error("time: must be above 0");
  if (algorithm >= kLeastRate) reading.bus_over_algorithm.push_back(bus / algorithm);
  reading.has_operation = reading.has_operation || (time > 3 && words[3] != "none");
  reading.log.rows.push_back({bytes, microseconds * kMicrosecond});
}

// An all-reduce moves 2 (n - 1) / n of its buffer through each port, the others half of that (PERFORMANCE.md of
// nccl-tests), and of those only reduce-scatter reduces.
Collective collective_told_by_rates(const LogLines& lines, const Reading& reading) {
  const InputError unknown =
      lines.file_error("does not say which collective it measured",
                       "name it: --collective all_gather, reduce_scatter, all_to_all or all_reduce");
  if (reading.bus_over_algorithm.empty()) throw unknown;
  const double ratio = quantile(reading.bus_over_algorithm, 0.5);
  const double ranks = reading.log.ranks(), one_pass = (ranks - 1) / ranks;
  const auto is_near = [ratio](double expected) { return std::abs(ratio / expected - 1) < kRatioMargin; };
  if (reading.has_operation && is_near(2 * one_pass)) return Collective::all_reduce;
  if (reading.has_operation && is_near(one_pass)) return Collective::reduce_scatter;
  throw unknown;
}

Collective collective_of(const LogLines& lines, const Reading& reading, const std::string& given) {
  if (given.empty()) return reading.titled ? *reading.titled : collective_told_by_rates(lines, reading);
  if (const auto named = collective_named(given)) return *named;
  throw InputError("--collective: there is no " + given, "all_reduce, all_gather, reduce_scatter or all_to_all");
}

// Lines of mpirun --tag-output start with "[1,0]<stdout>:".
std::string without_tag(const std::string& line) {
  const std::size_t tag = line.find("<stdout>:");
  return tag == std::string::npos ? line : line.substr(tag + 9);
}

void check_whole(const LogLines& lines, const NcclLog& log) {
  if (log.ranks_of_node.empty()) {
    throw lines.file_error("has no list of ranks", "keep the lines `# Rank 0 Group 0 Pid 91 on node1 device 0 ...`");
  }
  if (log.ranks() < 2) throw lines.file_error("has one rank: nothing was exchanged");
  if (log.rows.size() >= kLeastNcclRows) return;
  throw lines.file_error(
      std::to_string(log.rows.size()) + " sizes can be used, " + std::to_string(kLeastNcclRows) + " are needed",
      "measure more sizes: -b 1M -e 8G -f 2");
}

}  // namespace

int NcclLog::ranks() const {
  return std::accumulate(ranks_of_node.begin(), ranks_of_node.end(), 0);
}

NcclLog parse_nccl_log(const std::string& text, const std::string& name, const std::string& collective) {
  LogLines lines(text, name);
  Reading reading;
  reading.log.name = name;
  while (lines.next()) {
    const std::vector<std::string> words = words_of(without_tag(lines.line()));
    if (words.empty()) continue;
    if (words.front() == "#") read_comment(lines, words, reading);
    const bool is_row = words.front().find_first_not_of("0123456789") == std::string::npos;
    if (is_row) read_row(lines, words, reading);
  }
  check_whole(lines, reading.log);
  reading.log.collective = collective_of(lines, reading, collective);
  return reading.log;
}

const char* collective_name(Collective collective) {
  switch (collective) {
    case Collective::all_reduce:
      return "all_reduce";
    case Collective::all_gather:
      return "all_gather";
    case Collective::reduce_scatter:
      return "reduce_scatter";
    default:
      return "all_to_all";
  }
}

}  // namespace sim::validate
