#include "sim/config/calibration.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "sim/base/quantity.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/describe_hardware.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/text_file.hpp"

namespace sim::config {
namespace {

using hardware::KernelConstants;
using hardware::LinkGeneration;
using hardware::NetworkKind;
using hardware::SoftwarePreset;

template <class Table>
bool has_same_keys(const Table& a, const Table& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first; });
}

// A key of a table that `before` lacks would stand there half described.
bool adds_entries(const KernelConstants& before, const KernelConstants& after) {
  return !has_same_keys(before.gemm, after.gemm) || !has_same_keys(before.attention, after.attention);
}
bool adds_entries(const SoftwarePreset& before, const SoftwarePreset& after) {
  return !has_same_keys(before.elementwise, after.elementwise);
}
template <class T>
bool adds_entries(const T&, const T&) {
  return false;
}

/// One shelf of the file: what of it the job uses, and where the rest is looked up.
template <class T>
struct Shelf {
  const char* name;
  std::vector<T*> used;
  T (*load)(const std::string& id, Constants constants);
};

template <class T>
void lay_over(T& object, const Value::Entry& item, const std::string& path, Diagnostics& diagnostics) {
  T changed = object;
  read_over(changed, item.value, diagnostics, path);
  if (changed.id != object.id) diagnostics.add(item.value.mark, path + ".id: a calibration keeps the id");
  if (adds_entries(object, changed)) {
    diagnostics.add(item.key_mark, path + ": has a table for what " + object.id + " does not have");
  }
  object = std::move(changed);
}

// Ids that the job does not use are checked against the catalogue, so that a misspelt one is not passed over.
template <class T>
bool lay_shelf_over(const Shelf<T>& shelf, const Value& file, Diagnostics& diagnostics) {
  const Value* const items = file.find(shelf.name);
  if (items == nullptr) return false;
  if (items->kind != Value::Kind::map) {
    diagnostics.add(items->mark, std::string(shelf.name) + ": expected a map of ids");
    return false;
  }
  bool is_used = false;
  for (const Value::Entry& item : items->entries) {
    const std::string path = std::string(shelf.name) + "." + item.key;
    if (item.value.kind != Value::Kind::map) {
      diagnostics.add(item.value.mark, path + ": expected a map of keys");
      continue;
    }
    std::vector<T*> targets;
    for (T* object : shelf.used) {
      if (object->id == item.key) targets.push_back(object);
    }
    is_used = is_used || !targets.empty();
    std::optional<T> unused;
    const std::vector<std::string> ids = catalog_ids(shelf.name);
    if (targets.empty() && std::count(ids.begin(), ids.end(), item.key) > 0) {
      unused = shelf.load(item.key, Constants::fitted);
      targets.push_back(&*unused);
    }
    if (targets.empty()) {
      const std::string nearest = nearest_name(item.key, ids);
      diagnostics.add(item.key_mark, path + ": neither the scenario nor the catalogue has it",
                      nearest.empty() ? "" : "did you mean " + nearest + "?");
    }
    for (T* object : targets) lay_over(*object, item, path, diagnostics);
  }
  return is_used;
}

void check_shelves(const Value& file, Diagnostics& diagnostics) {
  const std::vector<std::string> names{"kernels", "links", "networks", "software"};
  for (const Value::Entry& entry : file.entries) {
    if (std::count(names.begin(), names.end(), entry.key) > 0) continue;
    const std::string nearest = nearest_name(entry.key, names);
    diagnostics.add(entry.key_mark,
                    entry.key + ": unknown key" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"),
                    "valid keys: kernels, links, networks, software");
  }
}

}  // namespace

void lay_calibration_over(iteration::Job& job, const std::string& path) {
  if (!is_file(path)) {
    throw InputError("there is no calibration file " + path,
                     "`simulate calibrate` writes one; paths start at the scenario");
  }
  const Value file = read_yaml_file(path);
  if (file.kind != Value::Kind::map) throw InputError({Diagnostic{file.mark, "expected a map of keys", ""}});
  Shelf<KernelConstants> kernels{"kernels", {}, load_kernels};
  Shelf<LinkGeneration> links{
      "links", {}, [](const std::string& id, Constants constants) { return load_link(id, constants); }};
  Shelf<NetworkKind> networks{"networks", {}, load_network};
  for (iteration::FleetEntry& entry : job.fleet) {
    kernels.used.push_back(&entry.kernels);
    if (entry.link) links.used.push_back(&*entry.link);
    if (entry.network) networks.used.push_back(&*entry.network);
  }
  if (job.network) networks.used.push_back(&*job.network);
  if (job.join_network) networks.used.push_back(&*job.join_network);
  Diagnostics diagnostics;
  check_shelves(file, diagnostics);
  const bool uses_kernels = lay_shelf_over(kernels, file, diagnostics);
  const bool uses_links = lay_shelf_over(links, file, diagnostics);
  const bool uses_networks = lay_shelf_over(networks, file, diagnostics);
  const bool uses_software =
      lay_shelf_over(Shelf<SoftwarePreset>{"software", {&job.software}, load_software}, file, diagnostics);
  diagnostics.throw_if_any();
  if (uses_kernels || uses_links || uses_networks || uses_software) return;
  throw InputError({Diagnostic{file.mark, "nothing of this calibration belongs to the scenario",
                               "it has other chips, links, networks and software"}});
}

}  // namespace sim::config
