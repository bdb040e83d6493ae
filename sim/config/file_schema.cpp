#include "sim/config/file_schema.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/config/describe_campaign.hpp"
#include "sim/config/describe_hardware.hpp"
#include "sim/config/describe_model.hpp"
#include "sim/config/describe_topology.hpp"
#include "sim/config/file_head.hpp"
#include "sim/config/scenario.hpp"
#include "sim/config/schedule_file.hpp"
#include "sim/config/schema_writer.hpp"

namespace sim::config {
namespace {

struct Kind {
  std::string name;
  std::string title;
  std::string base_key;  ///< with it the file starts from another one; empty: it cannot
  std::function<void(Fields&)> describe_keys;
};

// A file that holds a T and nothing else.
template <class T>
void describe_plain(Fields& fields) {
  T object{};
  describe(fields, object);
}

// A file of the catalogue.
template <class T>
void describe_with_head(Fields& fields) {
  describe_plain<FileHead>(fields);
  describe_plain<T>(fields);
}

// A model that stands in a scenario, or a config.json of Hugging Face and what differs (sim/config/hf_config.hpp).
void describe_model_of_a_scenario(Fields& fields) {
  std::string file;
  fields.text("hf", file, {.help = "a config.json of Hugging Face that the other keys change"});
  describe_plain<model::Transformer>(fields);
}

// Keys of a file of the catalogue that are changed, by the id of the file.
template <class T>
void describe_changes(Fields& fields, const char* shelf) {
  fields.map(shelf, {}, [](const std::string& /*id*/, Fields& inner) { describe_plain<T>(inner); },
             {.help = "by id, the keys of its file that change", .partial = true});
}

void describe_library(Fields& fields) {
  describe_plain<SourceDefaults>(fields);
  describe_plain<hardware::CollectiveLibrary>(fields);
  describe_changes<hardware::LinkGeneration>(fields, "links");
}

void describe_calibration(Fields& fields) {
  describe_changes<hardware::KernelConstants>(fields, "kernels");
  describe_changes<hardware::LinkGeneration>(fields, "links");
  describe_changes<hardware::NetworkKind>(fields, "networks");
  describe_changes<hardware::SoftwarePreset>(fields, "software");
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"scenario", "simulate scenario", "include", describe_plain<Scenario>},
      {"chip", "chip of the catalogue", "like", describe_with_head<hardware::Chip>},
      {"model", "model of the catalogue", "like", describe_with_head<model::Transformer>},
      {"topology", "topology: a node and the fabric that joins such nodes", "", describe_plain<topology::TopologySpec>},
      {"node", "node of a topology", "", describe_plain<topology::NodeSpec>},
      {"kernels", "kernel constants of the catalogue", "like", describe_with_head<hardware::KernelConstants>},
      {"link", "link generation of the catalogue", "like", describe_with_head<hardware::LinkGeneration>},
      {"network", "kind of network of the catalogue", "like", describe_with_head<hardware::NetworkKind>},
      {"collectives", "age of a collective library", "", describe_library},
      {"software", "software preset of the catalogue", "like", describe_with_head<hardware::SoftwarePreset>},
      {"reliability", "failures and recovery, of the catalogue", "like", describe_with_head<campaign::Reliability>},
      {"prices", "prices and electric power, of the catalogue", "like", describe_with_head<campaign::Economics>},
      {"rule", "export rule of the catalogue", "like", describe_with_head<policy::Rule>},
      {"schedule", "pipeline schedule for parallel.schedule_file", "", describe_schedule_file},
      {"calibration", "constants over those of the catalogue", "", describe_calibration},
  };
  return all;
}

const Kind& kind_named(const std::string& name) {
  const auto found = std::find_if(kinds().begin(), kinds().end(), [&](const Kind& kind) { return kind.name == name; });
  check(found != kinds().end(), "a kind of file");
  return *found;
}

enum class Base { may_be_named, is_there };

JsonObject schema_at(const std::string& pointer, const Kind& kind, Base base = Base::may_be_named) {
  const bool stands_alone = kind.base_key.empty() && base == Base::may_be_named;
  SchemaWriter writer(pointer, stands_alone ? SchemaWriter::Required::here : SchemaWriter::Required::apart);
  kind.describe_keys(writer);
  JsonObject schema = writer.schema();
  const JsonObject needs = writer.requirements();
  if (stands_alone || base == Base::is_there || needs.empty()) return schema;
  const std::string named = JsonObject().add("required", json_array({json_string(kind.base_key)})).text();
  return schema.add("if", JsonObject().add("not", named).text()).add("then", needs.text());
}

// What may stand in a scenario in place of a name.
std::string parts_of_a_scenario() {
  const auto at = [](const std::string& name) { return "#/definitions/" + name; };
  JsonObject parts;
  for (const char* name : {"chip", "topology"}) parts.add(name, schema_at(at(name), kind_named(name)).text());
  const Kind model{"model", "", "hf", describe_model_of_a_scenario};
  parts.add("model", schema_at(at("model"), model).text());
  for (const char* name : {"reliability", "prices"}) {
    parts.add(name, schema_at(at(name), kind_named(name), Base::is_there).text());
  }
  return parts.text();
}

}  // namespace

std::vector<std::string> file_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) names.push_back(kind.name);
  return names;
}

std::string file_schema(const std::string& kind) {
  const Kind& found = kind_named(kind);
  JsonObject schema = schema_at("#", found);
  if (kind == "scenario") schema.add("definitions", parts_of_a_scenario());
  schema.add("$schema", json_string(kJsonSchemaDraft)).add("title", json_string(found.title));
  return indented_json(schema.text());
}

}  // namespace sim::config
