#include "sim/report/plan_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/iteration/simulate.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/report/answer.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;
using parallel::Strategy;

constexpr double kSecondsPerDay = 86400;

std::string schedule_of(const Strategy& s) {
  return parallel::schedule_names()[static_cast<std::size_t>(s.schedule)];
}

const std::string& recompute_name(const Strategy& s) {
  return parallel::recompute_names()[static_cast<std::size_t>(s.recompute)];
}

std::string recompute_of(const Strategy& s) {
  std::string text = recompute_name(s);
  if (s.recompute_layers > 0) text += fmt::format(" {}", s.recompute_layers);
  return text;
}

std::string overlaps_of(const Strategy& s) {
  std::string text;
  const auto add = [&](bool is_on, const char* name) {
    if (is_on) text += (text.empty() ? "" : "+") + std::string(name);
  };
  add(s.overlap.tp, "tp");
  add(s.overlap.dp_gradients, "dp");
  add(s.overlap.pp, "pp");
  add(s.overlap.ep, "ep");
  return text.empty() ? "none" : text;
}

double days_of(const iteration::Job& job, double seconds) {
  return seconds * iteration::steps_of(job) / kSecondsPerDay;
}

// Of the whole run, in millions of dollars or GWh; days have their column.
std::string cost_column(const iteration::Job& job, const plan::Found& found, plan::Goal goal) {
  const double whole = found.cost * iteration::steps_of(job);
  if (goal == plan::Goal::dollars) return fmt::format("  {:>9.3f}", whole / 1e6);
  if (goal == plan::Goal::energy) return fmt::format("  {:>9.3f}", whole / 3.6e12);
  return "";
}

std::string row(const iteration::Job& job, const plan::Found& found, plan::Goal goal) {
  const Strategy& s = found.strategy;
  return cost_column(job, found, goal) + fmt::format(
                                             "  {:>9.2f} {:>10.3f} {:>10.3f}  {:>3} {:>4} {:>4} {:>5} {:>3} {:>3} "
                                             "{:>4} {:>5} {:>4}  {:<12} {:<14} {:<12} "
                                             "{:>5.0f}\n",
                                             days_of(job, found.seconds), found.seconds, found.bound.total, s.tp, s.pp,
                                             s.vpp, s.dp, s.cp, s.ep, s.etp, s.zero, s.micro_batch, recompute_of(s),
                                             schedule_of(s), overlaps_of(s), found.memory.value() / 1e9);
}

std::string gap_line(const plan::SearchResult& search, plan::Goal goal) {
  constexpr const char* kBetter[] = {"faster", "cheaper", "less hungry for energy"};
  const char* better = kBetter[static_cast<int>(goal)];
  if (search.gap <= 0 && !search.was_stopped) return fmt::format("  no strategy of the searched space is {}\n", better);
  return fmt::format("  no strategy of the searched space is more than {:.1f} % {}{}\n", 100 * search.gap, better,
                     search.was_stopped ? " (stopped early)" : " (--simulations N looks closer)");
}

Json strategy_json(const Strategy& s) {
  return {{"tp", s.tp},
          {"pp", s.pp},
          {"vpp", s.vpp},
          {"dp", s.dp},
          {"cp", s.cp},
          {"ep", s.ep},
          {"etp", s.etp},
          {"zero", s.zero},
          {"micro_batch", s.micro_batch},
          {"sequence_parallel", s.sequence_parallel},
          {"recompute", recompute_name(s)},
          {"recompute_layers", s.recompute_layers},
          {"schedule", schedule_of(s)},
          {"overlap",
           {{"tp", s.overlap.tp},
            {"dp_gradients", s.overlap.dp_gradients},
            {"dp_parameters", s.overlap.dp_parameters},
            {"pp", s.overlap.pp},
            {"ep", s.overlap.ep},
            {"cp", s.overlap.cp}}},
          {"stages", s.stage_layers}};
}

}  // namespace

std::string strategy_yaml(const Strategy& s) {
  std::string text = fmt::format("{{tp: {}, pp: {}, dp: {}", s.tp, s.pp, s.dp);
  const auto add = [&](const char* key, int value, int usual) {
    if (value != usual) text += fmt::format(", {}: {}", key, value);
  };
  add("vpp", s.vpp, 1);
  add("cp", s.cp, 1);
  add("ep", s.ep, 1);
  if (s.ep > 1 || s.etp > 1) text += fmt::format(", etp: {}", s.etp);
  add("zero", s.zero, 0);
  add("micro_batch", s.micro_batch, 1);
  if (s.sequence_parallel) text += ", sequence_parallel: true";
  if (s.recompute != parallel::Recompute::none) text += ", recompute: " + recompute_name(s);
  add("recompute_layers", s.recompute_layers, 0);
  text += ", schedule: " + schedule_of(s);
  std::string overlaps;
  const auto overlap = [&](const char* key, bool is_on) {
    if (is_on) overlaps += fmt::format("{}{}: true", overlaps.empty() ? "" : ", ", key);
  };
  overlap("tp", s.overlap.tp);
  overlap("dp_gradients", s.overlap.dp_gradients);
  overlap("dp_parameters", s.overlap.dp_parameters);
  overlap("pp", s.overlap.pp);
  overlap("ep", s.overlap.ep);
  if (!overlaps.empty()) text += ", overlap: {" + overlaps + "}";
  if (!s.stage_layers.empty()) text += fmt::format(", stages: [{}]", fmt::join(s.stage_layers, ", "));
  return text + "}";
}

std::string plan_text(const PlanAnswer& answer) {
  const iteration::Job& job = *answer.job;
  const plan::SearchResult& search = *answer.search;
  std::string text = title_line(job) + "\n\n";
  if (search.best.empty()) {
    text += "  no strategy of the searched space is possible\n";
  } else {
    constexpr const char* kColumn[] = {"", "  $ million", "        GWh"};
    text += kColumn[static_cast<int>(answer.goal)];
    text +=
        "  ideal days  seconds      bound   tp   pp  vpp    dp  cp  ep  etp  zero   mb  recompute    schedule       "
        "overlap         GB\n";
    for (const plan::Found& found : search.best) text += row(job, found, answer.goal);
    text += "\n" + gap_line(search, answer.goal);
    text += "  parallel: " + strategy_yaml(search.best.front().strategy) + "\n";
  }
  const plan::SearchCounts& counts = search.counts;
  text +=
      fmt::format("\n  {} strategies bounded ({:.0f} a CPU second), {} simulated\n", counts.bounded,
                  static_cast<double>(counts.bounded) / std::max(1e-9, counts.bounding_cpu_seconds), counts.simulated);
  if (counts.groups_too_slow > 0) {
    text +=
        fmt::format("  {} of {} groups of strategies are slower as a whole\n", counts.groups_too_slow, counts.groups);
  }
  if (counts.too_slow > 0) text += fmt::format("  {} strategies are slower by their own bounds\n", counts.too_slow);
  for (const auto& [reason, count] : counts.refused) text += fmt::format("  refused: {} ({})\n", reason, count);
  if (!answer.fixed.empty()) text += fmt::format("  kept as they are: {}\n", fmt::join(answer.fixed, ", "));
  return text;
}

std::string plan_json(const PlanAnswer& answer) {
  const plan::SearchResult& search = *answer.search;
  Json best = Json::array();
  constexpr const char* kCost[] = {"", "dollars", "joules"};
  for (const plan::Found& found : search.best) {
    best.push_back({{"ideal_days", days_of(*answer.job, found.seconds)},
                    {"iteration_seconds", found.seconds},
                    {"lower_bound_seconds", found.bound.total},
                    {"memory_bytes", found.memory.value()},
                    {"strategy", strategy_json(found.strategy)}});
    if (answer.goal == plan::Goal::days) continue;
    best.back()[kCost[static_cast<int>(answer.goal)]] = found.cost * iteration::steps_of(*answer.job);
  }
  const Json json{{"scenario", answer.job->name},
                  {"best", best},
                  {"gap", search.gap},
                  {"stopped", search.was_stopped},
                  {"fixed", answer.fixed},
                  {"bounded", search.counts.bounded},
                  {"slower_by_bound", search.counts.too_slow},
                  {"simulated", search.counts.simulated},
                  {"refused", search.counts.refused},
                  {"bounding_cpu_seconds", search.counts.bounding_cpu_seconds}};
  return json.dump(2) + "\n";
}

}  // namespace sim::report
