#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/hardware/plausibility.hpp"
#include "sim/report/chips_report.hpp"

namespace sim::report {
namespace {

using nlohmann::ordered_json;
using policy::Name;

constexpr const char* kOrigins[] = {"datasheet", "measured", "fitted", "assumed"};

template <class T>
double number(const T& value) {
  if constexpr (std::is_same_v<T, double>) {
    return value;
  } else {
    return value.value();
  }
}

template <class T>
ordered_json sourced(const Sourced<T>& field) {
  return {{"value", number(field.value)}, {"kind", kOrigins[static_cast<int>(field.origin)]}, {"source", field.source}};
}

template <class T>
void add(ordered_json& json, const char* key, const std::optional<Sourced<T>>& field) {
  json[key] = field ? sourced(*field) : ordered_json(nullptr);
}

ordered_json end_of(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

// A number, null where it is not known; then the range says what is.
void add_known(ordered_json& json, const std::string& key, policy::Interval interval) {
  const bool known = policy::is_known(interval);
  json[key] = known ? ordered_json(interval.low) : ordered_json(nullptr);
  if (known || (interval.low <= 0 && !std::isfinite(interval.high))) return;
  json[key + "_range"] = {{"at_least", end_of(interval.low)}, {"at_most", end_of(interval.high)}};
}

ordered_json verdict_json(const policy::Verdict& verdict) {
  ordered_json json{{"status", policy::status_name(verdict.status)},
                    {"paragraph", verdict.paragraph},
                    {"margin", nullptr},
                    {"needs", verdict.needs}};
  if (!verdict.margin) return json;
  json["margin"] = verdict.margin->ratio();
  json["margin_of"] = {{"quantity", verdict.margin->quantity},
                       {"value", verdict.margin->value},
                       {"line", verdict.margin->line},
                       {"is_bound", verdict.margin->is_bound}};
  return json;
}

void add_facts(ordered_json& json, const hardware::Chip& chip) {
  for (const auto& [format, rate] : chip.peak) {
    json["peak_flops"][std::string(hardware::name(format))] = sourced(rate);
  }
  add(json, "memory_bytes", chip.memory_capacity);
  add(json, "memory_bytes_per_second", chip.memory_bandwidth);
  add(json, "multiprocessors", chip.multiprocessors);
  add(json, "power_watts", chip.power);
  add(json, "published_tpp", chip.tpp);
  json["scale_up_bytes_per_second"] = chip.scale_up ? sourced(chip.scale_up->wire_rate) : ordered_json(nullptr);
  add(json, "usual_nic_bytes_per_second", chip.usual_nic);
  add(json, "total_io_bytes_per_second", chip.total_io);
  json["notes"] = chip.notes;
  json["doubts"] = hardware::implausible(chip);
}

}  // namespace

std::string chips_json(const ChipVerdicts& verdicts) {
  ordered_json list = ordered_json::array();
  for (const ChipVerdicts::Row& row : verdicts.rows) {
    ordered_json json{{"id", row.chip->id}, {"vendor", row.chip->vendor}, {"announced", row.chip->announced}};
    add_known(json, "tpp", row.quantities[Name::tpp]);
    add_known(json, "die_area_mm2", row.quantities[Name::die_area]);
    add_known(json, "performance_density", policy::value_of(Name::performance_density, row.quantities));
    json["verdicts"] = ordered_json::object();
    for (const policy::Verdict& verdict : row.ruling.verdicts) json["verdicts"][verdict.rule] = verdict_json(verdict);
    if (!verdicts.on.empty()) {
      json["combined"] = verdict_json(row.ruling.combined);
      json["combined"]["rule"] = row.ruling.combined.rule;
    }
    add_facts(json, *row.chip);
    list.push_back(json);
  }
  return list.dump(2) + "\n";
}

}  // namespace sim::report
