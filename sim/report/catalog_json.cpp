#include <nlohmann/json.hpp>

#include "sim/report/catalog_text.hpp"

namespace sim::report {
namespace {

using nlohmann::ordered_json;

constexpr const char* kOrigins[] = {"datasheet", "measured", "fitted", "assumed"};

template <class T>
ordered_json sourced(const Sourced<T>& field) {
  ordered_json json;
  if constexpr (std::is_same_v<T, double>) {
    json["value"] = field.value;
  } else {
    json["value"] = field.value.value();
  }
  json["kind"] = kOrigins[static_cast<int>(field.origin)];
  json["source"] = field.source;
  return json;
}

template <class T>
void add(ordered_json& json, const char* key, const std::optional<Sourced<T>>& field) {
  json[key] = field ? sourced(*field) : ordered_json(nullptr);
}

ordered_json pattern(const topology::PatternCost& cost) {
  return {{"busiest_link_bytes", cost.busiest_link_bytes}, {"seconds_per_gigabyte", cost.seconds_per_gigabyte.value()}};
}

}  // namespace

std::string chips_json(const std::vector<hardware::Chip>& chips) {
  ordered_json list = ordered_json::array();
  for (const hardware::Chip& chip : chips) {
    ordered_json json{{"id", chip.id}, {"vendor", chip.vendor}, {"announced", chip.announced}};
    for (const auto& [format, rate] : chip.peak)
      json["peak_flops"][std::string(hardware::name(format))] = sourced(rate);
    add(json, "memory_bytes", chip.memory_capacity);
    add(json, "memory_bytes_per_second", chip.memory_bandwidth);
    add(json, "multiprocessors", chip.multiprocessors);
    add(json, "power_watts", chip.power);
    add(json, "applicable_die_area_mm2", chip.applicable_die_area);
    add(json, "tpp", chip.tpp);
    json["scale_up_bytes_per_second"] = chip.scale_up ? sourced(chip.scale_up->wire_rate) : ordered_json(nullptr);
    add(json, "usual_nic_bytes_per_second", chip.usual_nic);
    json["notes"] = chip.notes;
    list.push_back(json);
  }
  return list.dump(2) + "\n";
}

std::string models_json(const std::vector<model::Transformer>& models) {
  ordered_json list = ordered_json::array();
  for (const model::Transformer& model : models) {
    list.push_back({{"id", model.id},
                    {"title", model.title},
                    {"source", model.source},
                    {"layers", model.layers},
                    {"hidden", model.hidden},
                    {"heads", model.heads},
                    {"kv_heads", model.kv_heads},
                    {"experts", model.experts ? model.experts->experts : 0},
                    {"context", model.context},
                    {"vocabulary", model.vocabulary},
                    {"parameters", model::parameters(model).total()},
                    {"active_parameters", model::active_parameters(model)},
                    {"published_parameters", model.published_parameters}});
  }
  return list.dump(2) + "\n";
}

std::string topology_json(const std::string& title, const topology::TopologyMetrics& metrics) {
  return ordered_json{{"schema_version", 1},
                      {"topology", title},
                      {"chips", metrics.chips},
                      {"nodes", metrics.nodes},
                      {"nics", metrics.nics},
                      {"switches", metrics.switches},
                      {"links", metrics.links},
                      {"diameter_hops", metrics.diameter},
                      {"diameter_seconds", metrics.diameter_latency.value()},
                      {"bisection_bytes_per_second", metrics.bisection.value()},
                      {"ring", pattern(metrics.ring)},
                      {"tree", pattern(metrics.tree)},
                      {"all_to_all", pattern(metrics.all_to_all)}}
             .dump(2) +
         "\n";
}

}  // namespace sim::report
