#include "sim/validate/megatron_log.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "sim/validate/error_statistics.hpp"
#include "sim/validate/log_lines.hpp"

namespace sim::validate {
namespace {

constexpr std::int64_t kWarmUp = 5;            // iterations of a start that no report may hold
constexpr double kDeviationOfMedian = 1.4826;  // standard over median absolute deviation of normal errors
constexpr const char* kTimeKey = "elapsed time per iteration (ms)";

// The iteration of a line with "iteration N/ M |"; validation and checkpoint lines name an iteration without M.
std::optional<std::int64_t> reported_iteration(const std::string& line) {
  for (std::size_t at = line.find("iteration"); at != std::string::npos; at = line.find("iteration", at + 1)) {
    long long number = 0, of = 0;
    char bar = ' ';
    if (std::sscanf(line.c_str() + at, "iteration %lld / %lld %c", &number, &of, &bar) == 3 && bar == '|')
      return number;
  }
  return std::nullopt;
}

// The number after "| key: " of a report; nothing where the report has no such key. Throws where it is no number.
std::optional<double> field(const LogLines& lines, const std::string& key) {
  const std::string& line = lines.line();
  const std::size_t at = line.find(key + ":");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + key.size() + 1;
  const std::size_t end = std::min(line.find('|', begin), line.size());
  const std::optional<double> number = number_in(line.substr(begin, end - begin));
  if (!number) throw lines.error(key + ": expected a number", "was the line torn by another process?");
  return number;
}

double seconds_of(const LogLines& lines) {
  const std::optional<double> milliseconds = field(lines, kTimeKey);
  if (!milliseconds) {
    throw lines.error(std::string("an iteration without `") + kTimeKey + ":`",
                      "Megatron logs it at every --log-interval");
  }
  if (*milliseconds <= 0) throw lines.error(std::string(kTimeKey) + ": must be above 0");
  return *milliseconds / 1000.0;
}

bool is_skipped_step(const LogLines& lines) {
  return field(lines, "number of skipped iterations").value_or(0) > 0 ||
         field(lines, "number of nan iterations").value_or(0) > 0;
}

void summarise_times(TrainingLog& log) {
  log.median = quantile(log.seconds, 0.5);
  std::vector<double> deviations;
  for (const double seconds : log.seconds) deviations.push_back(std::abs(seconds - log.median));
  log.scatter = kDeviationOfMedian * quantile(deviations, 0.5) / log.median;
}

InputError too_few(const LogLines& lines, const TrainingLog& log, std::int64_t global_batch) {
  if (log.reports == 0) {
    return lines.file_error("has no line such as ` iteration 20/ 100 | elapsed time per iteration (ms): 812.5 |`",
                            "is it the log of Megatron's last rank?");
  }
  const std::string message = std::to_string(log.seconds.size()) + " of " + std::to_string(log.reports) +
                              " reports can be used, " + std::to_string(kLeastReports) + " are needed";
  if (log.other_batch > 0) {
    return lines.file_error(message, std::to_string(log.other_batch) +
                                         " have another global batch than the scenario's " +
                                         std::to_string(global_batch) + ": is it the scenario of this run?");
  }
  return lines.file_error(message, std::to_string(log.warm_up) + " are warm-up and " +
                                       std::to_string(log.skipped_steps) + " are skipped steps: log a longer run");
}

}  // namespace

TrainingLog parse_training_log(const std::string& text, const std::string& name, std::int64_t global_batch) {
  LogLines lines(std::string_view(text).substr(0, text.rfind('\n') + 1), name);  // a run that was killed tears the last
  TrainingLog log;
  log.name = name;
  std::optional<std::int64_t> last, start;
  for (; lines.next(); ++log.lines) {
    const std::optional<std::int64_t> iteration = reported_iteration(lines.line());
    if (!iteration) continue;
    ++log.reports;
    const double seconds = seconds_of(lines);
    if (!last || *iteration <= *last) start = iteration;
    last = iteration;
    const double batch = field(lines, "global batch size").value_or(static_cast<double>(global_batch));
    if (*iteration < *start + kWarmUp) {
      ++log.warm_up;
    } else if (batch != static_cast<double>(global_batch)) {
      ++log.other_batch;
    } else if (is_skipped_step(lines)) {
      ++log.skipped_steps;
    } else {
      log.seconds.push_back(seconds);
    }
  }
  if (log.seconds.size() < kLeastReports) throw too_few(lines, log, global_batch);
  summarise_times(log);
  return log;
}

}  // namespace sim::validate
