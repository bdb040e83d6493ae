#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/answer.hpp"
#include "sim/report/plan_report.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

/// Numbers of chips, eight of ten cases inside.
struct Range {
  double low = 0, high = 0;
};

// Errors of the two predictions are independent, so that their logarithms add as squares.
Range range_of(const MatchAnswer& answer) {
  if (!answer.own_interval || !answer.like_interval || answer.match->chips == 0 || answer.by != plan::By::days)
    return {};
  const validate::Interval &own = *answer.own_interval, &like = *answer.like_interval;
  const double down = std::hypot(std::log(own.p10), std::log(like.p90));
  const double up = std::hypot(std::log(own.p90), std::log(like.p10));
  return {answer.match->chips * std::exp(-down), answer.match->chips * std::exp(up)};
}

const char* same_of(plan::By by) {
  constexpr const char* kSame[] = {"are as fast", "cost as much to own or rent", "draw as much power"};
  return kSame[static_cast<int>(by)];
}

struct Rate {
  const char* name;
  const char* key;
  double chips;
};

std::vector<Rate> rates_of(const MatchAnswer& answer) {
  const plan::Equivalents same = plan::equivalents(*answer.job, *answer.like);
  return {{"peak FLOP/s of the format", "peak_flops", same.peak_flops},
          {"memory bandwidth", "memory_bandwidth", same.memory_bandwidth},
          {"scale-up links", "scale_up", same.scale_up},
          {"NICs", "scale_out", same.scale_out},
          {"design power", "power", same.power}};
}

// How far the strategies that were found may be from the best ones: a size that was too small may do with a better one.
std::string gaps_text(const plan::Match& match) {
  double widest = 0;
  for (const plan::SizeTried& tried : match.tried) widest = std::max(widest, tried.gap);
  if (widest <= 0 && match.like_gap <= 0) return "";
  return fmt::format(
      "  no strategy of the searched space is more than {:.1f} % faster at any of these sizes, nor more than {:.1f} % "
      "with\n"
      "  the other fleet (--simulations N looks closer)\n",
      100 * widest, 100 * match.like_gap);
}

}  // namespace

std::string match_text(const MatchAnswer& answer) {
  const plan::Match& match = *answer.match;
  const iteration::FleetEntry &own = answer.job->fleet.front(), &like = answer.like->fleet.front();
  std::string text =
      fmt::format("{} {} train {} in {:.1f} ideal days with their best strategy:\n  {}\n\n", like.count, like.chip.id,
                  answer.like->model.id.empty() ? answer.like->name : answer.like->model.id, match.wanted_days,
                  strategy_yaml(match.like.strategy));
  if (match.chips == 0 && answer.by != plan::By::days) {
    text += fmt::format("  {} {} {}; no strategy of the searched space is possible\n", match.tried.back().chips,
                        own.chip.id, same_of(answer.by));
  } else if (match.chips == 0) {
    text += fmt::format("  no number of {} up to {} is as fast\n", own.chip.id, match.tried.back().chips);
  } else {
    text += fmt::format("  {} {} {} ({:.2f} for one): {:.1f} ideal days with\n  {}\n", match.chips, own.chip.id,
                        same_of(answer.by), static_cast<double>(match.chips) / like.count, match.ideal_days,
                        strategy_yaml(match.strategy.strategy));
    const Range range = range_of(answer);
    if (range.high > 0) {
      text += fmt::format("  what is not known of both predictions: {:.0f} to {:.0f} chips (P10, P90)\n", range.low,
                          range.high);
    }
  }
  text += fmt::format("\n  as much of one rate        {} for one {}\n", own.chip.id, like.chip.id);
  for (const Rate& rate : rates_of(answer)) {
    if (rate.chips > 0)
      text += fmt::format("  {:<26} {:>9.0f} {:>9.2f}\n", rate.name, rate.chips, rate.chips / like.count);
  }
  text += "\n  sizes tried:";
  for (const plan::SizeTried& tried : match.tried)
    text += std::isinf(tried.ideal_days) ? fmt::format(" {}: does not fit;", tried.chips)
                                         : fmt::format(" {}: {:.1f} days;", tried.chips, tried.ideal_days);
  text.back() = '\n';
  return text + gaps_text(match);
}

std::string match_json(const MatchAnswer& answer) {
  const plan::Match& match = *answer.match;
  const Range range = range_of(answer);
  Json rates = Json::object(), tried = Json::array();
  for (const Rate& rate : rates_of(answer)) rates[rate.key] = rate.chips > 0 ? Json(rate.chips) : Json(nullptr);
  for (const plan::SizeTried& one : match.tried) {
    tried.push_back({{"chips", one.chips},
                     {"ideal_days", std::isinf(one.ideal_days) ? Json(nullptr) : Json(one.ideal_days)},
                     {"gap", one.gap}});
  }
  constexpr const char* kBy[] = {"days", "dollars", "power"};
  const Json json{{"by", kBy[static_cast<int>(answer.by)]},
                  {"chip", answer.job->fleet.front().chip.id},
                  {"like",
                   {{"scenario", answer.like->name},
                    {"chips", answer.like->chips()},
                    {"ideal_days", match.wanted_days},
                    {"gap", match.like_gap}}},
                  {"chips", match.chips > 0 ? Json(match.chips) : Json(nullptr)},
                  {"chips_p10", range.low > 0 ? Json(range.low) : Json(nullptr)},
                  {"chips_p90", range.high > 0 ? Json(range.high) : Json(nullptr)},
                  {"ideal_days", match.chips > 0 ? Json(match.ideal_days) : Json(nullptr)},
                  {"parallel", match.chips > 0 ? Json(strategy_yaml(match.strategy.strategy)) : Json(nullptr)},
                  {"equal_rates_chips", rates},
                  {"tried", tried}};
  return json.dump(2) + "\n";
}

}  // namespace sim::report
