#include "sim/validate/shared_constants.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "sim/base/quantity.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/describe_hardware.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/value.hpp"
#include "sim/validate/field_scaler.hpp"

namespace sim::validate {
namespace {

using config::Constants;
using config::Fields;

// Describing a format that the chip lacks would make one up.
bool lacks_format(const hardware::KernelConstants& kernels, const std::string& key) {
  const std::string gemm = "gemm.";
  if (key.rfind(gemm, 0) != 0) return false;
  const auto format = hardware::format_from_name(key.substr(gemm.size(), key.find('.', gemm.size()) - gemm.size()));
  return !format || kernels.gemm.count(*format) == 0;
}
template <class T>
bool lacks_format(const T&, const std::string&) {
  return false;
}

// The number at `key` of a catalogue file, without fit.
FieldScaler number_of(const std::string& shelf, const std::string& id, const std::string& key) {
  FieldScaler number(key, 1);
  const auto walk = [&](auto object) {
    if (!lacks_format(object, key)) config::describe(number, object);
  };
  if (shelf == "kernels") walk(config::load_kernels(id, Constants::unfitted));
  if (shelf == "links") walk(config::load_link(id, Constants::unfitted));
  if (shelf == "networks") walk(config::load_network(id, Constants::unfitted));
  if (shelf == "software") walk(config::load_software(id, Constants::unfitted));
  return number;
}

std::vector<std::string> ids_of(const SharedConstant& constant) {
  return constant.ids.empty() ? config::catalog_ids(constant.shelf) : constant.ids;
}

void check_targets(const SharedConstant& constant, const SourceMark& mark, config::Diagnostics& diagnostics) {
  const std::vector<std::string> shelves{"kernels", "links", "networks", "software"};
  if (std::find(shelves.begin(), shelves.end(), constant.shelf) == shelves.end()) {
    diagnostics.add(mark, "shelf: there is no " + constant.shelf, "kernels, links, networks or software");
    return;
  }
  for (const std::string& id : ids_of(constant)) {
    for (const std::string& key : constant.keys) {
      if (number_of(constant.shelf, id, key).found()) continue;
      diagnostics.add(mark, "keys: " + constant.shelf + "/" + id + " has no number " + key);
    }
  }
}

template <class T>
bool scale_keys(T& object, const SharedConstant& constant, double factor) {
  const auto& ids = constant.ids;
  if (!ids.empty() && std::find(ids.begin(), ids.end(), object.id) == ids.end()) return false;
  bool found = false;
  for (const std::string& key : constant.keys) {
    if (lacks_format(object, key)) continue;
    FieldScaler scaler(key, factor);
    config::describe(scaler, object);
    found = found || scaler.found();
  }
  return found;
}

std::string number_text(const FieldScaler& number, const SharedConstant& constant, const FittedFactor& fitted,
                        bool seen) {
  const double value = std::stod(fmt::format("{:.4g}", number.value() * fitted.factor));
  const char* const how = seen ? "scripts/fit over validation/" : "as fitted elsewhere; no run with this one";
  return fmt::format("{{value: {}, kind: {}, source: \"{:.3f} x the catalogue: {}; {}\", relative_error: {:.2g}}}",
                     format_quantity(value, number.dimension()), seen ? "fitted" : "assumed", fitted.factor,
                     constant.name, how, seen ? fitted.error : std::max(fitted.error, constant.prior_error));
}

}  // namespace

void describe(Fields& fields, SharedConstant& constant) {
  fields.text("name", constant.name, {.help = "in words", .required = true});
  fields.text("shelf", constant.shelf, {.help = "kernels, links, networks or software", .required = true});
  fields.texts("ids", constant.ids, {.help = "files of that shelf; none: all"});
  fields.texts("keys", constant.keys, {.help = "numbers of such a file", .required = true});
  fields.number("prior_error", constant.prior_error,
                {.help = "standard deviation of log(factor)", .required = true, .least = 0, .above_least = true});
  fields.text("reason", constant.reason, {.help = "why runs may differ", .required = true});
}

std::string nested_yaml(const std::map<std::string, std::string>& lines) {
  std::string text;
  std::vector<std::string> open;
  for (const auto& [path, number] : lines) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find('.', begin), path.size());
      parts.push_back(path.substr(begin, end - begin));
      begin = end + 1;
    }
    std::size_t same = 0;
    while (same < open.size() && same + 1 < parts.size() && open[same] == parts[same]) ++same;
    open.assign(parts.begin(), parts.end() - 1);
    for (std::size_t depth = same; depth < parts.size(); ++depth) {
      text += std::string(2 * depth, ' ') + parts[depth] + ":" + (depth + 1 == parts.size() ? " " + number : "") + "\n";
    }
  }
  return text;
}

std::vector<SharedConstant> read_shared_constants(const std::string& path) {
  const config::Value root = config::read_yaml_file(path);
  if (root.kind != config::Value::Kind::list) {
    throw InputError({Diagnostic{root.mark, "expected a list of constants", "each item starts with `- name: WORDS`"}});
  }
  config::Diagnostics diagnostics;
  std::vector<SharedConstant> constants;
  std::set<std::string> names;
  for (const config::Value& item : root.items) {
    constants.push_back(config::read<SharedConstant>(item, diagnostics));
    const SharedConstant& read = constants.back();
    if (!read.name.empty() && !names.insert(read.name).second) diagnostics.add(item.mark, "name: occurs twice");
    if (!read.shelf.empty()) check_targets(read, item.mark, diagnostics);
  }
  diagnostics.throw_if_any();
  return constants;
}

bool scale(iteration::Job& job, const SharedConstant& constant, double factor) {
  if (constant.shelf == "software") return scale_keys(job.software, constant, factor);
  bool found = false;
  for (std::optional<hardware::NetworkKind>* network : {&job.network, &job.join_network}) {
    if (constant.shelf == "networks" && *network) found = scale_keys(**network, constant, factor) || found;
  }
  for (iteration::FleetEntry& entry : job.fleet) {
    if (constant.shelf == "kernels") found = scale_keys(entry.kernels, constant, factor) || found;
    if (constant.shelf == "links" && entry.link) found = scale_keys(*entry.link, constant, factor) || found;
    if (constant.shelf == "networks" && entry.network) found = scale_keys(*entry.network, constant, factor) || found;
  }
  return found;
}

std::set<std::string> files_used(const iteration::Job& job, const SharedConstant& constant) {
  iteration::Job scratch = job;
  std::set<std::string> files;
  if (!scale(scratch, constant, 1)) return files;
  if (constant.shelf == "software") files.insert(job.software.id);
  for (const std::optional<hardware::NetworkKind>* network : {&job.network, &job.join_network}) {
    if (constant.shelf == "networks" && *network) files.insert((*network)->id);
  }
  for (const iteration::FleetEntry& entry : job.fleet) {
    if (constant.shelf == "networks" && entry.network) files.insert(entry.network->id);
    if (constant.shelf == "kernels") files.insert(entry.kernels.id);
    if (constant.shelf == "links" && entry.link) files.insert(entry.link->id);
  }
  return files;
}

std::string fitted_catalogue(const std::vector<SharedConstant>& constants, const std::vector<FittedFactor>& factors) {
  std::map<std::string, std::string> lines;
  for (std::size_t index = 0; index < constants.size(); ++index) {
    const SharedConstant& constant = constants[index];
    for (const std::string& id : ids_of(constant)) {
      for (const std::string& key : constant.keys) {
        const bool seen = factors[index].seen.count(id) > 0;
        lines[constant.shelf + "." + id + "." + key] =
            number_text(number_of(constant.shelf, id, key), constant, factors[index], seen);
      }
    }
  }
  return nested_yaml(lines);
}

}  // namespace sim::validate
