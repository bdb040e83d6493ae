#include <nlohmann/json.hpp>

#include "sim/report/catalog_text.hpp"

namespace sim::report {
namespace {

using nlohmann::ordered_json;

ordered_json pattern(const topology::PatternCost& cost) {
  return {{"busiest_link_bytes", cost.busiest_link_bytes}, {"seconds_per_gigabyte", cost.seconds_per_gigabyte.value()}};
}

}  // namespace

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
