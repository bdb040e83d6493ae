#include "sim/config/catalog.hpp"
#include "sim/config/describe_campaign.hpp"
#include "sim/config/scenario.hpp"

namespace sim::config {
namespace {

template <class T>
Sourced<T> assumed(double value, const char* source) {
  return {T(value), Origin::assumed, source, 0};
}

// A name or path, or a map in the scenario itself.
template <class T>
T part_of(const LoadedScenario& loaded, const char* key, const std::string& name, T (*load)(const std::string&),
          T (*read)(const Value&)) {
  if (name == kInline) return read(*loaded.root.find(key));
  try {
    return load(name);
  } catch (const InputError& error) {
    std::vector<Diagnostic> diagnostics = error.diagnostics();
    for (Diagnostic& diagnostic : diagnostics) {
      if (diagnostic.mark.file.empty()) diagnostic.message = std::string(key) + ": " + diagnostic.message;
    }
    throw with_places(InputError(std::move(diagnostics)), loaded.root);
  }
}

std::optional<campaign::Moment> date_of(const std::string& text) {
  return text.empty() ? std::nullopt : parse_date(text);
}

}  // namespace

campaign::Storage usual_storage() {
  campaign::Storage storage;
  storage.write_rate = assumed<BytesPerSecond>(1e9, "a shared file system behind one 25 GbE or better port a node");
  storage.read_rate = assumed<BytesPerSecond>(2e9, "as write_rate; reads are served by caches as well");
  storage.total_rate = assumed<BytesPerSecond>(0, "the file system grows with the cluster");
  storage.snapshot_rate = assumed<BytesPerSecond>(5e9, "a fifth of a PCIe 4 x16 link, as pageable copies reach");
  return storage;
}

campaign::Inputs make_campaign_inputs(const LoadedScenario& loaded) {
  const Scenario& scenario = loaded.scenario;
  campaign::Inputs inputs;
  inputs.start = date_of(scenario.start);
  for (const FleetSpec& item : scenario.fleet) inputs.arrivals.push_back({date_of(item.arrives), item.monthly});
  inputs.phases = scenario.training.phases;
  inputs.reliability =
      part_of(loaded, "reliability", scenario.reliability.empty() ? kUsualReliability : scenario.reliability,
              load_reliability, read_reliability);
  inputs.economics = part_of(loaded, "economics", scenario.economics.empty() ? kUsualPrices : scenario.economics,
                             load_economics, read_economics);
  inputs.storage = scenario.storage;
  inputs.uncertainty = scenario.uncertainty;
  return inputs;
}

}  // namespace sim::config
