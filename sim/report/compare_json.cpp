#include <nlohmann/json.hpp>

#include "sim/base/version.hpp"
#include "sim/report/compare.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

Json quantiles_json(const campaign::Quantiles& quantiles) {
  return {{"p10", quantiles.p10}, {"p50", quantiles.p50}, {"p90", quantiles.p90}};
}

Json optional_json(const std::optional<campaign::Quantiles>& quantiles) {
  return quantiles ? quantiles_json(*quantiles) : Json(nullptr);
}

Json published_json(const Compared& one) {
  if (one.published.days <= 0) return nullptr;
  return {{"days", one.published.days},
          {"source", one.published.source},
          {"six_nd_utilisation", claimed_utilisation(*one.answer.job, one.published.days)}};
}

Json stave_days_json(const Answer& answer) {
  Json staves;
  for (std::size_t stave = 0; stave < answer.result->pacing.staves.size(); ++stave)
    staves[stave_name(static_cast<iteration::Stave>(stave))] =
        answer.result->pacing.staves[stave] / answer.result->seconds.value() * answer.ideal_days;
  return staves;
}

}  // namespace

double claimed_utilisation(const iteration::Job& job, double days) {
  constexpr double kSecondsPerDay = 86400;
  const double flops = 6 * model::active_parameters(job.model) * job.training.tokens;
  const double all_over_working = static_cast<double>(job.chips()) / job.strategy.ranks();
  return flops / (iteration::working_peak(job).value() * all_over_working * days * kSecondsPerDay);
}

std::string compare_json(const std::vector<Compared>& answers) {
  Json list = Json::array();
  const double first = answers.front().answer.whole->distribution.day_quantiles.p50;
  for (const Compared& one : answers) {
    const campaign::Distribution& d = one.answer.whole->distribution;
    list.push_back({{"scenario", one.answer.job->name},
                    {"chips", one.answer.job->chips()},
                    {"days", quantiles_json(d.day_quantiles)},
                    {"ratio_to_first", d.day_quantiles.p50 / first},
                    {"ideal_days", one.answer.ideal_days},
                    {"goodput", d.shares[index(campaign::State::productive)]},
                    {"failures_per_day", d.failures_per_day},
                    {"energy_mwh", optional_json(d.megawatt_hours)},
                    {"cost_usd", optional_json(d.dollars)},
                    {"mfu", one.answer.mfu},
                    {"six_nd_utilisation", claimed_utilisation(*one.answer.job, one.answer.ideal_days)},
                    {"stave_days", stave_days_json(one.answer)},
                    {"published", published_json(one)}});
  }
  return Json{{"schema_version", 1}, {"version", kVersion}, {"scenarios", list}}.dump(2) + "\n";
}

}  // namespace sim::report
