#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/iteration/placement.hpp"
#include "sim/report/answer.hpp"

namespace sim::report {
namespace {

using iteration::Job;

std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), ",");
  }
  return digits;
}

std::string short_count(double number) {
  if (number >= 1e12) return fmt::format("{:.3g}T", number / 1e12);
  if (number >= 1e9) return fmt::format("{:.3g}B", number / 1e9);
  return fmt::format("{:.3g}M", number / 1e6);
}

std::string fleet_line(const Job& job) {
  std::string text;
  for (const iteration::FleetEntry& entry : job.fleet) {
    text += (text.empty() ? "" : " + ") + grouped(entry.count) + " " + entry.chip.id;
  }
  const int spare = job.chips() - job.strategy.ranks();
  if (spare > 0) text += " (" + grouped(job.strategy.ranks()) + " work, " + grouped(spare) + " spare)";
  return text;
}

std::string model_line(const Job& job) {
  const double total = model::parameters(job.model).total();
  const double active = model::active_parameters(job.model);
  std::string text = job.model.title.empty() ? job.model.id : job.model.title;
  text += " (" + short_count(total) + " parameters";
  if (job.model.experts) text += ", " + short_count(active) + " active";
  return text + ")";
}

std::string strategy_line(const Job& job) {
  const parallel::Strategy& s = job.strategy;
  std::string text = fmt::format("TP {} x PP {} x DP {}", s.tp, s.pp, s.dp);
  if (s.cp > 1) text += fmt::format(" x CP {}", s.cp);
  if (s.vpp > 1) text += fmt::format(", {} chunks a stage", s.vpp);
  if (s.ep > 1) text += fmt::format(", EP {} (expert TP {})", s.ep, s.etp);
  text += fmt::format(", {} micro-batches of {}", job.micro_batches(), s.micro_batch);
  if (s.zero > 0) text += fmt::format(", ZeRO-{}", s.zero);
  if (s.recompute == parallel::Recompute::selective) text += ", selective recompute";
  if (s.recompute == parallel::Recompute::elementwise) text += ", elementwise recompute";
  if (s.recompute == parallel::Recompute::alternate) text += ", alternate recompute";
  if (s.recompute == parallel::Recompute::full) text += ", full recompute";
  if (!s.recompute_stages.empty()) {
    text += " of some layers";
  } else if (s.recompute_layers > 0) {
    text += fmt::format(" of {} layer{} a chunk", s.recompute_layers, s.recompute_layers > 1 ? "s" : "");
  }
  const bool is_usual =
      s.schedule == parallel::ScheduleKind::one_f_one_b || s.schedule == parallel::ScheduleKind::interleaved;
  if (job.schedule) {
    text += ", schedule from " + job.schedule_file;
  } else if (s.pp > 1 && !is_usual) {
    text += ", schedule " + parallel::schedule_names()[static_cast<std::size_t>(s.schedule)];
  }
  if (s.zero_group > 0) text += fmt::format(" in groups of {}", s.zero_group);
  if (s.offload.optimizer) text += ", optimizer on the host";
  if (s.offload.activations) text += ", activations on the host";
  return text;
}

// "9 of 15 stages, 8 to 9 layers each" or "60 of 80 replicas, 90 micro-batches each".
std::string share_text(const Job& job, const std::vector<parallel::StageMemory>& stages, std::size_t entry) {
  if (job.division.by == iteration::Division::By::replicas) {
    return fmt::format("{} of {} replicas, {} micro-batches each", job.division.shares[entry], job.strategy.dp,
                       job.micro_batches(entry));
  }
  int least = job.model.layers, most = 0;
  for (const parallel::StageMemory& stage : stages) {
    if (iteration::entry_of_stage(job, stage.stage) != entry) continue;
    least = std::min(least, stage.layers);
    most = std::max(most, stage.layers);
  }
  const std::string layers = least == most ? fmt::format("{}", most) : fmt::format("{} to {}", least, most);
  return fmt::format("{} of {} stages, {} layers each", job.division.shares[entry], job.strategy.pp, layers);
}

// How a mixed fleet shares the job, and whose chips the others wait for.
std::string division_lines(const Job& job, const iteration::IterationResult& result) {
  if (job.fleet.size() < 2) return "";
  std::string text;
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    const bool is_divided = job.division.by != iteration::Division::By::order;
    const bool works = !is_divided || job.division.shares[entry] > 0;
    std::string share = works ? "" : "left out";
    if (is_divided && works) share = share_text(job, result.memory, entry);
    if (entry == result.pacing.entry) share += (share.empty() ? "" : "; ") + std::string("sets the pace");
    text += fmt::format("  {:<24} {}\n", job.fleet[entry].chip.id, share);
  }
  return text + "\n";
}

// Eighths of a block, so that one per cent still shows.
std::string bar(double share) {
  constexpr int kWidth = 28;
  constexpr const char* kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::lround(share * kWidth * 8));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "█";
  text += kParts[eighths % 8];
  const int width = eighths / 8 + (eighths % 8 > 0 ? 1 : 0);
  return text + std::string(static_cast<std::size_t>(std::max(0, kWidth - width)), ' ');
}

const char* plain_words(iteration::Stave stave) {
  constexpr const char* kWords[iteration::kStaves] = {"matrix units at work",
                                                      "waiting for device memory",
                                                      "starting kernels",
                                                      "waiting for links inside the node",
                                                      "waiting for the network",
                                                      "waiting for copies to the host",
                                                      "waiting for message latency",
                                                      "waiting for other stages",
                                                      "waiting for slower ranks"};
  return kWords[static_cast<std::size_t>(stave)];
}

// What lengthening a stave brings, or doing without one that has no knob.
std::string gain_text(const Answer& answer, std::size_t stave) {
  if (!answer.outline || !(*answer.outline)[stave].gain) return "";
  const double percent = 100 * *(*answer.outline)[stave].gain;
  const auto which = static_cast<iteration::Stave>(stave);
  const bool has_knob = which != iteration::Stave::bubble && which != iteration::Stave::imbalance;
  return fmt::format("{:.1f} % {}", percent, has_knob ? "faster" : "without");
}

std::string stave_table(const Answer& answer, bool color) {
  const iteration::StaveSeconds& staves = answer.result->pacing.staves;
  std::vector<std::size_t> order(staves.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return staves[a] > staves[b]; });
  const char* gains = answer.outline ? "doubled" : "";
  std::string text =
      fmt::format("  {:<15} {:<30} {:>6}  {:>9}  {:<14}\n", "stave", "share of the iteration", "", "seconds", gains);
  for (const std::size_t stave : order) {
    const double share = staves[stave] / answer.result->seconds.value();
    if (share < 5e-4) continue;
    const bool is_shortest = stave == order.front();
    std::string line =
        fmt::format("  {:<15} {}  {:>5.1f} %  {:>9.3f}  {:<14} {}", stave_name(static_cast<iteration::Stave>(stave)),
                    bar(share), 100 * share, staves[stave], gain_text(answer, stave),
                    is_shortest ? "<- the shortest stave" : plain_words(static_cast<iteration::Stave>(stave)));
    if (is_shortest && color) line = "\x1b[1m" + line + "\x1b[0m";
    text += line + "\n";
  }
  return text;
}

std::string assumption_line(const std::vector<std::string>& assumed) {
  constexpr std::size_t kMostNamed = 3;
  if (assumed.empty()) return "";
  std::string text = "  assumed, not measured: ";
  for (std::size_t i = 0; i < std::min(assumed.size(), kMostNamed); ++i) text += (i > 0 ? ", " : "") + assumed[i];
  if (assumed.size() > kMostNamed)
    text += fmt::format(" and {} more (simulate explain lists them)", assumed.size() - kMostNamed);
  return text + "\n";
}

// What measured runs say about such a prediction, in the days of this one.
std::string interval_line(const Answer& answer) {
  if (!answer.interval) return "  no interval: validation/residuals.csv is missing\n";
  const validate::Interval& interval = *answer.interval;
  return fmt::format("  measured runs say {:.1f} to {:.1f} ideal days (P10, P90): {}{}\n",
                     interval.p10 * answer.ideal_days, interval.p90 * answer.ideal_days,
                     interval.own_chip ? "" : "wide, for want of runs on such chips; ", interval.basis);
}

double peak_gigabytes(const parallel::StageMemory& stage) {
  return stage.total().value() / 1e9;
}

}  // namespace

std::string title_line(const Job& job) {
  return fmt::format("{}: {}, {} tokens, on {}", job.name, model_line(job), short_count(job.training.tokens),
                     fleet_line(job));
}

std::string answer_text(const Answer& answer, bool color) {
  const Job& job = *answer.job;
  const iteration::IterationResult& result = *answer.result;
  const parallel::StageMemory& fullest = result.memory[answer.fullest_stage];
  const char* bold = color && answer.whole == nullptr ? "\x1b[1m" : "";
  const char* plain = color && answer.whole == nullptr ? "\x1b[0m" : "";
  std::string text = title_line(job) + "\n\n";
  if (answer.whole != nullptr) text += whole_run_lines(*answer.whole, color);
  text += fmt::format("  {}{:.1f} ideal days{}  ({} steps of {:.3f} s; no failures, no checkpoints)\n", bold,
                      answer.ideal_days, plain, grouped(answer.steps), result.seconds.value());
  text += interval_line(answer);
  text += fmt::format("  MFU {:.1f} %   {} tokens/s   fits: {:.0f} of {:.0f} GB on stage {}\n", 100 * answer.mfu,
                      grouped(answer.tokens_per_second), peak_gigabytes(fullest), answer.capacity.value() / 1e9,
                      fullest.stage);
  text += fmt::format("  {}, {}, {}\n\n", strategy_line(job), hardware::name(job.training.precision), job.software.id);
  text += division_lines(job, result);
  text += stave_table(answer, color);
  text += fmt::format("\n  of the rank that computes most (rank {}, stage {} of {})\n", result.pacing.rank,
                      result.pacing.stage, job.strategy.pp);
  text += fmt::format("  check: 6ND / (N x peak x MFU) = {:.1f} days, ideal {:.1f} days\n", answer.six_nd_days,
                      answer.ideal_days);
  if (const auto& spread = result.simulation.spread) {
    text += fmt::format("  unstable on shared links: replicas that drift by 0.1 % take {:.3f} to {:.3f} s a step\n",
                        spread->least, spread->most);
  }
  text += assumption_line(answer.assumed);
  if (answer.whole == nullptr) text += "  not in these days: failures, restarts, checkpoints, evaluation, slow chips\n";
  return text;
}

std::string simulation_line(const iteration::SimulationFacts& facts) {
  std::string text = fmt::format("stats: {} ranks, {} simulated, {} events, {:.3f} s CPU",
                                 grouped(static_cast<double>(facts.ranks)), grouped(static_cast<double>(facts.cells)),
                                 grouped(static_cast<double>(facts.events)), facts.cpu_seconds);
  for (const iteration::PhaseTime& phase : facts.phases)
    text += fmt::format(", {} {:.3f}", phase.name, phase.cpu_seconds);
  return text + fmt::format("; instability {:.2g}\n", facts.instability);
}

std::string memory_text(const Job& job, const std::vector<parallel::StageMemory>& stages) {
  double most = 0;
  bool fits = true;
  for (const parallel::StageMemory& stage : stages) {
    most = std::max(most, peak_gigabytes(stage));
    fits = fits && stage.total() <= iteration::stage_capacity(job, stage.stage);
  }
  Bytes least = iteration::stage_capacity(job, 0);
  for (const parallel::StageMemory& stage : stages)
    least = std::min(least, iteration::stage_capacity(job, stage.stage));
  std::string text = fmt::format("{}: {} {:.1f} of {:.0f} GB on the fullest stage", job.name,
                                 fits ? "fits:" : "does not fit:", most, least.value() / 1e9);
  text += (job.schedule ? ", schedule from " + job.schedule_file : "") + "\n\n";
  text += fmt::format("  GB by stage {:>7} {:>8} {:>9} {:>9} {:>11} {:>9} {:>8} {:>8}\n", "layers", "weights",
                      "gradients", "optimizer", "activations", "workspace", "runtime", "sum");
  for (const parallel::StageMemory& s : stages) {
    const auto gigabytes = [](Bytes bytes) { return bytes.value() / 1e9; };
    text += fmt::format("  {:>11} {:>7} {:>8.2f} {:>9.2f} {:>9.2f} {:>11.2f} {:>9.2f} {:>8.2f} {:>8.2f}\n", s.stage,
                        s.layers, gigabytes(s.weights), gigabytes(s.gradients), gigabytes(s.optimizer),
                        gigabytes(s.activations), gigabytes(s.workspace), gigabytes(s.overhead), gigabytes(s.total()));
  }
  return text + "\n  assumed: 2 GB of runtime and communication buffers, 3 % fragmentation\n";
}

}  // namespace sim::report
