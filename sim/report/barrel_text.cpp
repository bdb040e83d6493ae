#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/answer.hpp"
#include "sim/report/barrel_report.hpp"
#include "sim/report/plan_report.hpp"

namespace sim::report {
namespace {

using barrel::StaveLength;

constexpr int kHeight = 10;      // rows of the drawing
constexpr int kColumn = 8;       // characters of a stave
constexpr double kShown = 1e-3;  // share of a stave that is drawn

// How fast the run would be, over now, if this stave alone held it back; in doublings.
double length_of(const StaveLength& stave) {
  return std::log2(1 / stave.share);
}

std::vector<const StaveLength*> drawn(const barrel::Barrel& barrel) {
  std::vector<const StaveLength*> staves;
  for (const StaveLength& stave : barrel.staves) {
    if (stave.share >= kShown) staves.push_back(&stave);
  }
  return staves;
}

std::string short_name(const StaveLength& stave) {
  constexpr const char* kShort[iteration::kStaves] = {"tensor", "memory",  "launch", "node",  "network",
                                                      "host",   "latency", "bubble", "uneven"};
  return kShort[static_cast<std::size_t>(stave.stave)];
}

// A row holds half a doubling; the lowest row is always full, and the water ends at the shortest stave.
std::string drawing(const barrel::Barrel& barrel) {
  const std::vector<const StaveLength*> staves = drawn(barrel);
  if (staves.empty()) return "";
  const auto rows_of = [](const StaveLength& stave) {
    return std::clamp(1 + static_cast<int>(std::lround(2 * length_of(stave))), 1, kHeight);
  };
  const int water = rows_of(*staves.front());
  std::string text;
  for (int row = kHeight; row >= 1; --row) {
    std::string line = "  ";
    for (const StaveLength* stave : staves) {
      const bool is_wood = rows_of(*stave) >= row;
      const char* inside = row <= water ? "▓▓" : "  ";
      line += is_wood ? std::string("┃") + inside + inside + inside + "┃" : std::string(kColumn, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (!line.empty()) text += line + "\n";
  }
  text += "  ";
  for (std::size_t i = 0; i < staves.size(); ++i) text += "┗━━━━━━┛";
  text += "\n  ";
  for (const StaveLength* stave : staves) text += fmt::format("{:^8}", short_name(*stave));
  text += "\n  ";
  for (const StaveLength* stave : staves) text += fmt::format("{:^8}", fmt::format("{:.1f} %", 100 * stave->share));
  return text +
         "\n  a stave is as high as the run would be fast if it alone held it back; two rows are a factor of two\n";
}

std::string knee_text(double knee) {
  if (knee <= 0) return "below 1/256";
  return fmt::format("{:.1f} %", 100 * knee);
}

std::string row_of(const StaveLength& stave) {
  std::string text = fmt::format("  {:<15} {:>6.1f} %", stave_name(stave.stave), 100 * stave.share);
  if (!stave.knob)
    return text + fmt::format("   {:.1f} % faster {}\n", 100 * stave.gain_without,
                              stave.stave == iteration::Stave::bubble ? "if no stage waited for another"
                                                                      : "if every rank had the mean work");
  if (!stave.lengthened) return text + "   too little to turn\n";
  const barrel::Lengthened& l = *stave.lengthened;
  const std::string elasticity = std::isnan(stave.elasticity) ? "unknown" : fmt::format("{:.3f}", stave.elasticity);
  return text + fmt::format("  {:>10}{} {:>8.1f} % {:>8.1f} % {:>8.1f} %  {:>11}   {}\n", elasticity,
                            l.is_kink ? "*" : " ", 100 * l.gain_tenth, 100 * l.gain_doubled, 100 * l.gain_unlimited,
                            knee_text(l.knee), barrel::kKnobNames[index(*stave.knob)]);
}

std::string verdict(const barrel::Barrel& barrel) {
  const StaveLength& longest = barrel.staves.front();
  const StaveLength* best = nullptr;
  for (const StaveLength& stave : barrel.staves) {
    const bool is_better =
        stave.lengthened && (best == nullptr || stave.lengthened->gain_doubled > best->lengthened->gain_doubled);
    if (is_better) best = &stave;
  }
  std::string text = fmt::format("  shortest stave: {}", stave_name(longest.stave));
  if (best != nullptr && best != &longest)
    text += fmt::format(
        "; doubling {} brings more, as {}", stave_name(best->stave),
        longest.knob ? "the time saved at one place is waited for at another" : "no rate lengthens the shortest");
  return text + "\n";
}

std::string memory_lines(const plan::MemoryGain& memory, double own_seconds) {
  if (memory.as_is.best.empty()) return "  hbm_capacity: no strategy of the searched space is possible\n";
  const plan::Found &now = memory.as_is.best.front(), &more = memory.more.best.front();
  return fmt::format(
      "  hbm_capacity: with {:.0f} times the memory the best strategy is {:.1f} % faster\n"
      "    this scenario's takes {:.3f} s, the best found {:.3f} s (none is more than {:.1f} % faster)\n      {}\n"
      "    with more memory {:.3f} s (none is more than {:.1f} % faster)\n      {}\n",
      memory.factor, 100 * memory.gain(), own_seconds, now.seconds, 100 * memory.as_is.gap, strategy_yaml(now.strategy),
      more.seconds, 100 * memory.more.gap, strategy_yaml(more.strategy));
}

std::string table(const barrel::Barrel& barrel) {
  bool has_kink = false;
  std::string text =
      "  stave             share  elasticity   +10 %   doubled  unlimited    may shrink to   what is turned\n";
  for (const StaveLength& stave : barrel.staves) {
    if (stave.share < kShown) continue;
    text += row_of(stave);
    has_kink = has_kink || (stave.lengthened && stave.lengthened->is_kink);
  }
  if (has_kink) text += "  * a kink: the run reacts differently to more and to less\n";
  text += "\n" + verdict(barrel);
  for (const barrel::Pair& pair : barrel.pairs)
    text += fmt::format("  together: {} and {} doubled bring {:.1f} %, {:.1f} points more than one by one\n",
                        barrel::kKnobNames[index(pair.first)], barrel::kKnobNames[index(pair.second)], 100 * pair.gain,
                        100 * pair.together);
  return text;
}

std::string falls_text(const std::vector<barrel::Fall>& falls) {
  constexpr int kWidth = 40;
  double all = 0;
  for (const barrel::Fall& fall : falls) all += fall.days;
  std::string text = "  from ideal FLOP to days                     days       sum\n";
  double sum = 0;
  for (const barrel::Fall& fall : falls) {
    if (std::abs(fall.days) < 5e-4 * all) {
      sum += fall.days;
      continue;
    }
    const int from =
        std::clamp(static_cast<int>(std::lround(std::min(sum, sum + fall.days) / all * kWidth)), 0, kWidth);
    sum += fall.days;
    const int to =
        std::clamp(static_cast<int>(std::lround(std::max(sum, sum - fall.days) / all * kWidth)), from, kWidth);
    std::string bar(static_cast<std::size_t>(from), ' ');
    for (int i = from; i < std::max(to, from + 1); ++i) bar += "█";
    text += fmt::format("  {:<38} {:>9.1f} {:>9.1f}  {}\n", fall.name, fall.days, sum, bar);
  }
  return text;
}

}  // namespace

std::vector<barrel::Fall> with_whole_run(std::vector<barrel::Fall> falls, const WholeRun& whole) {
  const campaign::Distribution& d = whole.distribution;
  const double days = d.day_quantiles.p50;
  double sum = 0;
  for (const barrel::Fall& fall : falls) sum += fall.days;
  for (std::size_t state = 1; state < campaign::kStates; ++state) {
    falls.push_back({campaign::kStateNames[state], d.shares[state] * days});
    sum += falls.back().days;
  }
  falls.push_back({"range of the inputs, phases and fleet sizes", days - sum});
  return falls;
}

std::string barrel_text(const BarrelAnswer& answer, bool color) {
  const std::string title = color ? "\x1b[1m" + answer.title + "\x1b[0m" : answer.title;
  const std::string memory = answer.memory ? memory_lines(*answer.memory, answer.barrel.seconds) + "\n" : "";
  return title + "\n\n" + drawing(answer.barrel) + "\n" + table(answer.barrel) + memory + "\n" +
         falls_text(answer.falls) +
         fmt::format("\n  {} iterations of {:.3f} s simulated anew\n", answer.barrel.simulations,
                     answer.barrel.seconds);
}

}  // namespace sim::report
