#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/whole_run.hpp"

namespace sim::report {
namespace {

using campaign::Moment;
using campaign::State;

constexpr int kBarWidth = 60;

const char* plain_words(State state) {
  constexpr const char* kWords[campaign::kStates] = {"kept steps",    "lost work",          "unnoticed failures",
                                                     "restarts",      "checkpoints",        "evaluation",
                                                     "planned stops", "waiting for spares", "waiting for deliveries"};
  return kWords[index(state)];
}

// Speed of a stretch, as a share of the whole fleet's.
double speed_of(const campaign::Stretch& stretch, const campaign::Plan& plan) {
  if (stretch.state != State::productive) return 0;
  const std::vector<Seconds>& steps = plan.phases.back().step_seconds;
  return steps.back() / steps[stretch.level];
}

std::string date_of(double seconds) {
  return campaign::date_text(Moment(campaign::span_of(Seconds(seconds)))).text;
}

std::string dates(const WholeRun& whole) {
  if (!whole.dated) return "";
  const std::string start = campaign::date_text(whole.timeline.front().from).text;
  const campaign::Quantiles& end = whole.distribution.end_seconds;
  return fmt::format("   {} -> {}  ({} to {})", start, date_of(end.p50), date_of(end.p10), date_of(end.p90));
}

std::string losses(const campaign::Distribution& distribution) {
  std::string text;
  for (std::size_t state = 1; state < campaign::kStates; ++state) {
    if (distribution.shares[state] < 5e-4) continue;
    text += fmt::format("{}{} {:.1f} %", text.empty() ? "   " : ", ", plain_words(static_cast<State>(state)),
                        100 * distribution.shares[state]);
  }
  return text;
}

std::string money_text(double dollars) {
  if (dollars >= 1e9) return fmt::format("${:.2f} billion", dollars / 1e9);
  if (dollars >= 1e5) return fmt::format("${:.3g} million", dollars / 1e6);
  return fmt::format("${:.0f}", dollars);
}

std::string energy_text(double megawatt_hours) {
  return megawatt_hours >= 1e3 ? fmt::format("{:.3g} GWh", megawatt_hours / 1e3)
                               : fmt::format("{:.3g} MWh", megawatt_hours);
}

std::string stops_text(double a_day) {
  return a_day >= 0.1 ? fmt::format("{:.1f} stops a day", a_day) : fmt::format("a stop every {:.0f} days", 1 / a_day);
}

std::string format_bytes(Bytes bytes) {
  const double gigabytes = bytes.value() / 1e9;
  return gigabytes >= 1000 ? fmt::format("{:.1f} TB", gigabytes / 1000) : fmt::format("{:.3g} GB", gigabytes);
}

// What the scenario does not have.
std::string spares_line(const WholeRun& whole) {
  int added = 0;
  for (const int nodes : whole.priced.added_spares) added += nodes;
  return added > 0 ? fmt::format("  {} spare nodes beside the fleet are assumed (reliability.spare_share)\n", added)
                   : "";
}

// Energy and money, or why there are none.
std::string economics_line(const WholeRun& whole) {
  const campaign::Distribution& d = whole.distribution;
  if (!d.megawatt_hours) return "  no energy and no cost: a chip of the fleet has no stated power\n";
  std::string text = fmt::format("  {} (P10 {}, P90 {})", energy_text(d.megawatt_hours->p50),
                                 energy_text(d.megawatt_hours->p10), energy_text(d.megawatt_hours->p90));
  if (whole.economics.carbon.value > 0)
    text += fmt::format(", {:.3g} kt CO2", whole.economics.carbon.value * d.megawatt_hours->p50 / 1e3);
  if (!d.dollars) return text + fmt::format("; no cost: {} has no price for a chip of the fleet\n", whole.economics.id);
  const bool rents = whole.economics.mode == campaign::Economics::Mode::rent;
  text += fmt::format(";  {} (P10 {}, P90 {}), {}", money_text(d.dollars->p50), money_text(d.dollars->p10),
                      money_text(d.dollars->p90), rents ? "rented" : "depreciation and electricity");
  return text + fmt::format(", prices of {}\n", whole.economics.id);
}

}  // namespace

std::string duration_text(Seconds time) {
  const double seconds = time.value();
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  if (seconds < 7200) return fmt::format("{:.3g} min", seconds / 60);
  if (seconds < 2 * 86400) return fmt::format("{:.3g} h", seconds / 3600);
  return fmt::format("{:.3g} days", seconds / 86400);
}

std::string calendar_bar(const WholeRun& whole, int width) {
  constexpr const char* kBlocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const Moment start = whole.timeline.front().from;
  const double total = campaign::seconds_of(whole.timeline.back().to - start).value();
  std::vector<double> speed(static_cast<std::size_t>(width), 0.0);
  for (const campaign::Stretch& stretch : whole.timeline) {
    const double factor = speed_of(stretch, whole.study.plan);
    if (factor <= 0) continue;
    const double from = campaign::seconds_of(stretch.from - start).value() / total * width;
    const double to = campaign::seconds_of(stretch.to - start).value() / total * width;
    for (int cell = static_cast<int>(from); cell < width && cell < to; ++cell)
      speed[static_cast<std::size_t>(cell)] += factor * (std::min(to, cell + 1.0) - std::max(from, double{1} * cell));
  }
  std::string text;
  for (const double share : speed) text += kBlocks[std::clamp(static_cast<int>(std::ceil(share * 8 - 0.5)), 0, 8)];
  return text;
}

std::string whole_run_lines(const WholeRun& whole, bool color) {
  const campaign::Distribution& d = whole.distribution;
  const campaign::Quantiles& days = d.day_quantiles;
  std::string text = fmt::format("  {}{:.1f} days{}  (P10 {:.1f}, P90 {:.1f}){}\n", color ? "\x1b[1m" : "", days.p50,
                                 color ? "\x1b[0m" : "", days.p10, days.p90, dates(whole));
  text += fmt::format("  [{}]  speed over the calendar of one such run\n", calendar_bar(whole, kBarWidth));
  text += fmt::format("  goodput {:.1f} %{}\n", 100 * d.shares[index(State::productive)], losses(d));
  if (d.mean_failures > 0)
    text += fmt::format("  {} as in {}, {:.0f} in all; a checkpoint of {} every {}\n", stops_text(d.failures_per_day),
                        whole.reliability, d.mean_failures, format_bytes(whole.priced.checkpoint),
                        duration_text(whole.study.plan.tiers.back().every));
  return text + spares_line(whole) + economics_line(whole);
}

}  // namespace sim::report
