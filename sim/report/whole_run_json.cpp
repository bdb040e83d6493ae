#include <nlohmann/json.hpp>

#include "sim/base/version.hpp"
#include "sim/report/whole_run.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

Json quantiles_json(const campaign::Quantiles& quantiles) {
  return {{"p10", quantiles.p10}, {"p50", quantiles.p50}, {"p90", quantiles.p90}};
}

std::string date_at(double seconds) {
  return campaign::date_text(campaign::Moment(campaign::span_of(Seconds(seconds)))).text;
}

Json dates_json(const WholeRun& whole) {
  if (!whole.dated) return nullptr;
  const campaign::Quantiles& end = whole.distribution.end_seconds;
  return {{"start", campaign::date_text(whole.timeline.front().from).text},
          {"end", {{"p10", date_at(end.p10)}, {"p50", date_at(end.p50)}, {"p90", date_at(end.p90)}}}};
}

Json checkpoint_json(const WholeRun& whole) {
  Json tiers = Json::array();
  for (const campaign::CheckpointTier& tier : whole.study.plan.tiers) {
    tiers.push_back({{"name", tier.name},
                     {"every_seconds", tier.every.value()},
                     {"stall_seconds", tier.stall.value()},
                     {"write_seconds", tier.write.value()},
                     {"load_seconds", tier.load.value()}});
  }
  return {
      {"bytes", whole.priced.checkpoint.value()}, {"interval_is_daly", whole.priced.every_is_best}, {"tiers", tiers}};
}

Json cost_json(const WholeRun& whole) {
  const campaign::Distribution& d = whole.distribution;
  if (!d.dollars) return nullptr;
  Json cost = quantiles_json(*d.dollars);
  cost["mode"] = whole.economics.mode == campaign::Economics::Mode::rent ? "rent" : "purchase";
  cost["prices"] = whole.economics.id;
  cost["mean_parts"] = {{"chips", d.mean_cost.chips},
                        {"network", d.mean_cost.network},
                        {"storage", d.mean_cost.storage},
                        {"electricity", d.mean_cost.electricity}};
  return cost;
}

Json levels_json(const WholeRun& whole) {
  Json list = Json::array();
  for (std::size_t i = 0; i < whole.study.plan.levels.size(); ++i) {
    const campaign::Level& level = whole.study.plan.levels[i];
    Json steps = Json::array();
    for (const campaign::Phase& phase : whole.study.plan.phases) steps.push_back(phase.step_seconds[i].value());
    list.push_back({{"replicas", level.replicas}, {"nodes", level.nodes}, {"step_seconds", steps}});
  }
  return list;
}

Json phases_json(const WholeRun& whole) {
  Json list = Json::array();
  for (const campaign::Phase& phase : whole.study.plan.phases)
    list.push_back({{"name", phase.name}, {"steps", phase.steps}, {"tokens_per_step", phase.tokens_per_step}});
  return list;
}

Json swings_json(const std::vector<campaign::Swing>& swings) {
  Json list = Json::array();
  for (const campaign::Swing& swing : swings)
    list.push_back({{"input", campaign::kInputNames[index(swing.input)]},
                    {"days_at_p10", swing.at_p10},
                    {"days_at_p90", swing.at_p90},
                    {"basis", swing.basis}});
  return list;
}

Json advice_json(const std::optional<plan::IntervalAdvice>& advice) {
  if (!advice) return nullptr;
  return {{"stall_seconds", advice->stall.value()},         {"between_stops_seconds", advice->between_stops.value()},
          {"young_seconds", advice->young.value()},         {"daly_seconds", advice->daly.value()},
          {"simulated_seconds", advice->simulated.value()}, {"days_now", advice->days_now},
          {"days_with_simulated", advice->days_best}};
}

}  // namespace

std::string whole_run_json(const WholeRun& whole, const CampaignDetail* detail, const std::string& name) {
  const campaign::Distribution& d = whole.distribution;
  Json shares;
  for (std::size_t state = 0; state < campaign::kStates; ++state)
    shares[campaign::kStateNames[state]] = d.shares[state];
  Json json;
  if (!name.empty()) json = {{"schema_version", 1}, {"version", kVersion}, {"scenario", name}};
  json["days"] = quantiles_json(d.day_quantiles);
  json["dates"] = dates_json(whole);
  json["goodput"] = d.shares[index(campaign::State::productive)];
  json["effective_training_time_ratio"] = d.training_time_ratio;
  json["shares"] = shares;
  json["failures"] = {{"preset", whole.reliability}, {"per_day", d.failures_per_day}, {"in_run", d.mean_failures}};
  json["added_spare_nodes"] = whole.priced.added_spares;
  json["energy_mwh"] = d.megawatt_hours ? quantiles_json(*d.megawatt_hours) : Json(nullptr);
  json["cost_usd"] = cost_json(whole);
  json["checkpoint"] = checkpoint_json(whole);
  json["phases"] = phases_json(whole);
  json["levels"] = levels_json(whole);
  json["samples"] = whole.study.samples;
  json["seed"] = whole.study.seed;
  if (detail != nullptr) {
    json["tornado"] = swings_json(detail->swings);
    json["checkpoint_interval"] = advice_json(detail->advice);
  }
  return json.dump(2) + "\n";
}

}  // namespace sim::report
