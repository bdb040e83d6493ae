#include "sim/report/page_cases.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/policy/needs.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;
using policy::Name;

Json known(policy::Interval value) {
  return policy::is_known(value) ? Json(value.low) : Json(nullptr);
}

Json stretches_json(const std::vector<policy::Stretch>& stretches) {
  Json list = Json::array();
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const policy::Stretch& one = stretches[i];
    list.push_back({{"from", i == 0 ? Json(nullptr) : Json(one.low)},
                    {"to", i + 1 == stretches.size() ? Json(nullptr) : Json(one.high)},
                    {"status", policy::status_name(one.status)},
                    {"paragraph", one.paragraph}});
  }
  return list;
}

// The first missing fact that decides by itself; null where only several do together.
Json decides_json(const policy::Rule& rule, const policy::Quantities& part) {
  for (const Name name : policy::missing_facts(rule, part)) {
    const std::vector<policy::Stretch> found = policy::stretches(rule, part, name);
    const bool decides =
        std::any_of(found.begin(), found.end(), [](const auto& one) { return one.status != policy::Status::unknown; });
    if (decides) return {{"quantity", policy::facts_of(name).name}, {"stretches", stretches_json(found)}};
  }
  return nullptr;
}

Json verdict_json(const policy::Rule& rule, const policy::Verdict& verdict, const policy::Quantities& part) {
  Json json{{"status", policy::status_name(verdict.status)}, {"paragraph", verdict.paragraph}};
  json["margin_of"] = nullptr;
  if (verdict.margin)
    json["margin_of"] = {
        {"quantity", verdict.margin->quantity}, {"value", verdict.margin->value}, {"line", verdict.margin->line}};
  json["decides"] = verdict.status == policy::Status::unknown ? decides_json(rule, part) : Json(nullptr);
  return json;
}

Json chip_json(const ChipVerdicts& catalogue, const ChipVerdicts::Row& row) {
  int dies = 0;
  for (const hardware::Die& die : row.chip->dies) dies += die.count;
  Json json{{"id", row.chip->id},
            {"data_centre", row.chip->data_centre},
            {"dies", dies > 0 ? Json(dies) : Json(nullptr)},
            {"performance_density", known(policy::value_of(Name::performance_density, row.quantities))}};
  for (const Name name : {Name::tpp, Name::die_area, Name::io_bandwidth, Name::memory_bandwidth, Name::memory_capacity})
    json[policy::facts_of(name).name] = known(row.quantities[name]);
  const double most = row.quantities[Name::die_area].high;
  json["die_area_at_most"] = std::isfinite(most) ? Json(most) : Json(nullptr);
  json["verdicts"] = Json::object();
  for (std::size_t i = 0; i < catalogue.rules.size(); ++i)
    json["verdicts"][catalogue.rules[i].id] = verdict_json(catalogue.rules[i], row.ruling.verdicts[i], row.quantities);
  return json;
}

}  // namespace

std::string cases_json(const ChipVerdicts& catalogue) {
  Json list = Json::array();
  for (const ChipVerdicts::Row& row : catalogue.rows) list.push_back(chip_json(catalogue, row));
  return list.dump();
}

}  // namespace sim::report
