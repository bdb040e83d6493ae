#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/report/compare.hpp"

namespace sim::report {
namespace {

constexpr std::size_t kLabel = 20, kColumn = 21;

template <class Cell>
std::string row(const std::string& label, const std::vector<Compared>& answers, Cell cell) {
  std::string text = fmt::format("  {:<{}}", label, kLabel);
  for (const Compared& one : answers) text += fmt::format("{:>{}}", cell(one), kColumn);
  return text + "\n";
}

double days_of_stave(const Answer& answer, std::size_t stave) {
  return answer.result->pacing.staves[stave] / answer.result->seconds.value() * answer.ideal_days;
}

std::string fleet(const Compared& one) {
  const iteration::Job& job = *one.answer.job;
  if (job.fleet.size() > 1) return fmt::format("{} of {} kinds", job.chips(), job.fleet.size());
  std::string chip = job.fleet.front().chip.id;
  const std::string count = std::to_string(job.chips()) + " ";
  if (count.size() + chip.size() > kColumn - 1) chip.resize(kColumn - 1 - count.size());
  return count + chip;
}

std::string range(const campaign::Quantiles& quantiles, double unit, int digits) {
  return fmt::format("{:.{}f} to {:.{}f}", quantiles.p10 / unit, digits, quantiles.p90 / unit, digits);
}

const campaign::Distribution& played(const Compared& one) {
  return one.answer.whole->distribution;
}

std::string money_rows(const std::vector<Compared>& answers) {
  constexpr double kGigawattHour = 1e3, kMillion = 1e6;
  const auto energy = [](const Compared& one) {
    const auto& energy_of = played(one).megawatt_hours;
    return energy_of ? fmt::format("{:.3g}", energy_of->p50 / kGigawattHour) : std::string("unknown");
  };
  const auto cost = [](const Compared& one) {
    const auto& dollars = played(one).dollars;
    return dollars ? fmt::format("{:.3g}", dollars->p50 / kMillion) : std::string("no price");
  };
  const auto cost_range = [](const Compared& one) {
    const auto& dollars = played(one).dollars;
    return dollars ? range(*dollars, kMillion, 0) : std::string("-");
  };
  return row("energy, GWh", answers, energy) + row("cost, million USD", answers, cost) +
         row("  P10 to P90", answers, cost_range);
}

std::string stave_rows(const std::vector<Compared>& answers) {
  std::string text = row("ideal days by stave", answers, [](const Compared&) { return ""; });
  for (std::size_t stave = 0; stave < static_cast<std::size_t>(iteration::kStaves); ++stave) {
    const bool shows = std::any_of(answers.begin(), answers.end(), [&](const Compared& one) {
      return days_of_stave(one.answer, stave) >= 5e-3 * one.answer.ideal_days;
    });
    if (!shows) continue;
    text += row(std::string("  ") + stave_name(static_cast<iteration::Stave>(stave)), answers,
                [&](const Compared& one) { return fmt::format("{:.1f}", days_of_stave(one.answer, stave)); });
  }
  return text + row("  failures and stops", answers, [](const Compared& one) {
           const double shares = 1 - played(one).shares[index(campaign::State::productive)];
           return fmt::format("{:.1f}", shares * played(one).day_quantiles.p50);
         });
}

// The staves that make the difference, largest first.
std::string reason(const Compared& first, const Compared& other) {
  const double difference = other.answer.ideal_days - first.answer.ideal_days;
  std::vector<std::size_t> staves(static_cast<std::size_t>(iteration::kStaves));
  std::iota(staves.begin(), staves.end(), std::size_t{0});
  const auto more = [&](std::size_t stave) {
    return days_of_stave(other.answer, stave) - days_of_stave(first.answer, stave);
  };
  std::stable_sort(staves.begin(), staves.end(),
                   [&](std::size_t a, std::size_t b) { return std::abs(more(a)) > std::abs(more(b)); });
  std::string text = fmt::format("  {} takes {:.1f} ideal days {} than {}:", other.answer.job->name,
                                 std::abs(difference), difference < 0 ? "less" : "more", first.answer.job->name);
  for (std::size_t i = 0; i < 3; ++i) {
    text += fmt::format("{} {} {:+.1f}", i > 0 ? "," : "", stave_name(static_cast<iteration::Stave>(staves[i])),
                        more(staves[i]));
  }
  return text + "\n";
}

std::string claim(const Compared& one) {
  if (one.published.days <= 0) return "";
  const iteration::Job& job = *one.answer.job;
  const double ours = one.answer.ideal_days;
  return fmt::format(
      "  {}: {:.0f} days published ({})\n"
      "      that is {:.1f} % of all chips' dense peak for 6ND; ours is {:.1f} % before failures ({:.0f} days), "
      "{:.1f} % with them ({:.0f} days)\n",
      job.name, one.published.days, one.published.source, 100 * claimed_utilisation(job, one.published.days),
      100 * claimed_utilisation(job, ours), ours, 100 * claimed_utilisation(job, played(one).day_quantiles.p50),
      played(one).day_quantiles.p50);
}

std::string day_rows(const std::vector<Compared>& answers) {
  std::string text =
      row("days", answers, [](const Compared& one) { return fmt::format("{:.1f}", played(one).day_quantiles.p50); });
  text += row("  P10 to P90", answers, [](const Compared& one) { return range(played(one).day_quantiles, 1, 0); });
  if (std::any_of(answers.begin(), answers.end(), [](const Compared& one) { return one.answer.whole->dated; })) {
    text += row("starts", answers, [](const Compared& one) {
      return one.answer.whole->dated ? std::string(campaign::date_text(one.answer.whole->timeline.front().from).text)
                                     : std::string("no date");
    });
    text += row("ends", answers, [](const Compared& one) {
      if (!one.answer.whole->dated) return std::string("no date");
      const Seconds end(played(one).end_seconds.p50);
      return std::string(campaign::date_text(campaign::Moment(campaign::span_of(end))).text);
    });
  }
  const double first = played(answers.front()).day_quantiles.p50;
  text += row("  over the first", answers,
              [&](const Compared& one) { return fmt::format("{:.2f} x", played(one).day_quantiles.p50 / first); });
  text += row("ideal days", answers, [](const Compared& one) { return fmt::format("{:.1f}", one.answer.ideal_days); });
  text += row("goodput", answers, [](const Compared& one) {
    return fmt::format("{:.1f} %", 100 * played(one).shares[index(campaign::State::productive)]);
  });
  return text + row("stops a day", answers,
                    [](const Compared& one) { return fmt::format("{:.1f}", played(one).failures_per_day); });
}

}  // namespace

std::string compare_text(const std::vector<Compared>& answers, bool color) {
  std::string names = row("", answers, [](const Compared& one) { return one.answer.job->name; });
  if (color) names = "\x1b[1m" + names + "\x1b[0m";
  std::string text = names + row("fleet", answers, fleet) + "\n" + day_rows(answers) + money_rows(answers);
  text += row("MFU", answers, [](const Compared& one) { return fmt::format("{:.1f} %", 100 * one.answer.mfu); });
  text += "\n" + stave_rows(answers) + "\n";
  for (std::size_t i = 1; i < answers.size(); ++i) text += reason(answers.front(), answers[i]);
  std::string claims;
  for (const Compared& one : answers) claims += claim(one);
  return text + (claims.empty() ? "" : "\n" + claims);
}

}  // namespace sim::report
