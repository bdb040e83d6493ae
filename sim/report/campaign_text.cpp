#include <fmt/format.h>

#include <algorithm>

#include "sim/report/whole_run.hpp"

namespace sim::report {
namespace {

std::string share_table(const campaign::Distribution& distribution) {
  std::string text = "  where the time goes         share     days\n";
  for (std::size_t state = 0; state < campaign::kStates; ++state) {
    if (distribution.shares[state] <= 0) continue;
    text += fmt::format("  {:<24} {:>6.2f} %  {:>7.2f}\n", campaign::kStateNames[state],
                        100 * distribution.shares[state], distribution.shares[state] * distribution.day_quantiles.p50);
  }
  return text + fmt::format("  effective training time {:.2f} %\n", 100 * distribution.training_time_ratio);
}

std::string level_table(const WholeRun& whole) {
  const campaign::Plan& plan = whole.study.plan;
  if (plan.levels.size() < 2 && plan.phases.size() < 2) return "";
  std::string text = "\n  step time, s              ";
  for (const campaign::Phase& phase : plan.phases) text += fmt::format(" {:>10}", phase.name);
  text += "\n  steps                     ";
  for (const campaign::Phase& phase : plan.phases) text += fmt::format(" {:>10}", phase.steps);
  for (std::size_t level = 0; level < plan.levels.size(); ++level) {
    int nodes = 0;
    for (const int of_entry : plan.levels[level].nodes) nodes += of_entry;
    text += fmt::format("\n  {:>5} replicas, {:>5} nodes", plan.levels[level].replicas, nodes);
    for (const campaign::Phase& phase : plan.phases)
      text += fmt::format(" {:>10.3f}", phase.step_seconds[level].value());
  }
  return text + "\n";
}

std::string swing_table(const CampaignDetail& detail) {
  if (detail.swings.empty()) return "";
  double low = 1e300, high = 0;
  for (const campaign::Swing& swing : detail.swings) {
    low = std::min({low, swing.at_p10, swing.at_p90});
    high = std::max({high, swing.at_p10, swing.at_p90});
  }
  constexpr int kWidth = 32;
  std::string text = fmt::format("\n  what moves the days most   at P10    at P90\n");
  for (const campaign::Swing& swing : detail.swings) {
    const double span = std::max(high - low, 1e-9);
    const int from = static_cast<int>((std::min(swing.at_p10, swing.at_p90) - low) / span * kWidth);
    const int to = std::max(from + 1, static_cast<int>((std::max(swing.at_p10, swing.at_p90) - low) / span * kWidth));
    std::string bar(static_cast<std::size_t>(from), ' ');
    for (int i = from; i < to; ++i) bar += "━";
    text += fmt::format("  {:<22} {:>9.1f} {:>9.1f}  {}\n", campaign::kInputNames[index(swing.input)], swing.at_p10,
                        swing.at_p90, bar);
  }
  return text;
}

std::string advice_lines(const WholeRun& whole, const CampaignDetail& detail) {
  if (!detail.advice) return "";
  const plan::IntervalAdvice& a = *detail.advice;
  const campaign::CheckpointTier& tier = whole.study.plan.tiers.back();
  std::string text =
      fmt::format("\n  checkpoints: {:.3g} TB, {} of stall, written in {}, loaded in {}; a stop every {}\n",
                  whole.priced.checkpoint.value() / 1e12, duration_text(tier.stall), duration_text(tier.write),
                  duration_text(tier.load), duration_text(a.between_stops));
  text += fmt::format("  every {} now ({:.2f} days on average); Young {}, Daly {}, simulated best {} ({:.2f} days)\n",
                      duration_text(tier.every), a.days_now, duration_text(a.young), duration_text(a.daly),
                      duration_text(a.simulated), a.days_best);
  return text;
}

}  // namespace

std::string campaign_text(const WholeRun& whole, const CampaignDetail& detail, const std::string& title, bool color) {
  std::string text = title + "\n\n" + whole_run_lines(whole, color) + "\n" + share_table(whole.distribution);
  text += level_table(whole) + advice_lines(whole, detail) + swing_table(detail);
  return text + fmt::format("\n  {} runs played, seed {}\n", whole.study.samples, whole.study.seed);
}

}  // namespace sim::report
