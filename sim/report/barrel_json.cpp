#include <nlohmann/json.hpp>

#include "sim/base/version.hpp"
#include "sim/report/answer.hpp"
#include "sim/report/barrel_report.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

Json stave_json(const barrel::StaveLength& stave) {
  Json json{{"stave", stave_name(stave.stave)}, {"seconds", stave.seconds}, {"share", stave.share}};
  json["knob"] = stave.knob ? Json(barrel::kKnobNames[index(*stave.knob)]) : Json(nullptr);
  const auto& l = stave.lengthened;
  json["elasticity"] = stave.knob ? Json(stave.elasticity) : Json(nullptr);
  json["slope"] = l ? Json(l->slope()) : Json(nullptr);
  json["slope_longer"] = l ? Json(l->slope_longer) : Json(nullptr);
  json["slope_shorter"] = l ? Json(l->slope_shorter) : Json(nullptr);
  json["kink"] = l ? Json(l->is_kink) : Json(nullptr);
  json["gain_if_tenth_more"] = l ? Json(l->gain_tenth) : Json(nullptr);
  json["gain_if_doubled"] = l ? Json(l->gain_doubled) : Json(nullptr);
  json["gain_if_unlimited"] = l ? Json(l->gain_unlimited) : Json(nullptr);
  json["knee"] = l ? Json(l->knee) : Json(nullptr);
  json["gain_without"] = stave.knob ? Json(nullptr) : Json(stave.gain_without);
  return json;
}

}  // namespace

std::string barrel_json(const BarrelAnswer& answer) {
  Json staves = Json::array(), pairs = Json::array(), falls = Json::array();
  for (const barrel::StaveLength& stave : answer.barrel.staves) staves.push_back(stave_json(stave));
  for (const barrel::Pair& pair : answer.barrel.pairs)
    pairs.push_back({{"knobs", {barrel::kKnobNames[index(pair.first)], barrel::kKnobNames[index(pair.second)]}},
                     {"gain_if_both_doubled", pair.gain},
                     {"beyond_the_sum", pair.together}});
  for (const barrel::Fall& fall : answer.falls) falls.push_back({{"name", fall.name}, {"days", fall.days}});
  Json memory = nullptr;
  if (answer.memory && !answer.memory->as_is.best.empty()) {
    memory = {{"factor", answer.memory->factor},
              {"gain", answer.memory->gain()},
              {"best_seconds", answer.memory->as_is.best.front().seconds},
              {"best_seconds_with_more", answer.memory->more.best.front().seconds},
              {"gap", answer.memory->as_is.gap},
              {"gap_with_more", answer.memory->more.gap}};
  }
  return Json{{"schema_version", 1},
              {"version", kVersion},
              {"scenario", answer.scenario},
              {"iteration_seconds", answer.barrel.seconds},
              {"barrel", staves},
              {"pairs", pairs},
              {"hbm_capacity", memory},
              {"waterfall", falls}}
             .dump(2) +
         "\n";
}

}  // namespace sim::report
