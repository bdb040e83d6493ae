#include "sim/config/catalog.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "sim/base/quantity.hpp"
#include "sim/config/describe_hardware.hpp"
#include "sim/config/describe_model.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/value.hpp"

namespace sim::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDeepestLike = 8;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_path(const std::string& id) { return id.find('/') != std::string::npos || fs::path(id).extension() == ".yaml"; }

// "chips" -> "chip"; "kernels", "links", "networks" and "models" likewise, "software" stays.
std::string one_of(const std::string& shelf) { return shelf.back() == 's' ? shelf.substr(0, shelf.size() - 1) : shelf; }

// People write "H100" for one of its forms.
std::string names_with(const std::string& part, const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (part.size() >= 2 && name.find(part) != std::string::npos) list += (list.empty() ? "" : " or ") + name;
  }
  return list;
}

std::string path_of(const std::string& shelf, const std::string& id) {
  if (is_path(id)) {
    if (fs::is_regular_file(id)) return id;
    throw InputError("there is no " + one_of(shelf) + " file " + id, "paths start at the current folder");
  }
  const fs::path path = data_directory() / "catalog" / shelf / (lower_case(id) + ".yaml");
  if (fs::is_regular_file(path)) return path.string();
  const std::vector<std::string> ids = catalog_ids(shelf);
  const std::string nearest = nearest_name(lower_case(id), ids);
  const bool is_listed = shelf == "chips" || shelf == "models";
  const std::string guess = nearest.empty() ? names_with(lower_case(id), ids) : nearest;
  std::string hint = guess.empty() ? "" : "did you mean " + guess + "?";
  if (guess.empty()) {
    hint = is_listed ? "`simulate " + shelf + "` lists them" : "they are the files of catalog/" + shelf;
  }
  throw InputError("there is no " + one_of(shelf) + " named " + id, hint);
}

Value take(Value& map, const std::string& key) {
  for (auto entry = map.entries.begin(); entry != map.entries.end(); ++entry) {
    if (entry->key != key) continue;
    Value value = std::move(entry->value);
    map.entries.erase(entry);
    return value;
  }
  return {};
}

Value read_with_like(const std::string& shelf, const std::string& id, std::size_t depth) {
  const std::string path = path_of(shelf, id);
  Value value = read_yaml_file(path);
  if (value.kind != Value::Kind::map) return value;
  const Value like = take(value, "like");
  if (like.kind == Value::Kind::null) return value;
  if (depth >= kDeepestLike) throw InputError({Diagnostic{like.mark, "like: files refer to each other in a circle", ""}});
  const bool is_relative = is_path(like.text) && fs::path(like.text).is_relative();
  const std::string base = is_relative ? (fs::path(path).parent_path() / like.text).string() : like.text;
  return merge(read_with_like(shelf, base, depth + 1), value);
}

SourceDefaults take_defaults(Value& value, Diagnostics& diagnostics) {
  SourceDefaults defaults;
  const Value kind = take(value, "default_kind"), source = take(value, "default_source");
  if (source.kind == Value::Kind::scalar) defaults.source = source.text;
  if (kind.kind == Value::Kind::null) return defaults;
  const std::vector<std::string>& names = origin_names();
  const auto found = std::find(names.begin(), names.end(), kind.text);
  if (found == names.end()) {
    diagnostics.add(kind.mark, "default_kind: must be datasheet, measured, fitted or assumed, got \"" + kind.text + "\"");
  } else {
    defaults.origin = static_cast<Origin>(found - names.begin());
  }
  return defaults;
}

template <class T>
T load(const std::string& shelf, const std::string& id) {
  Value value = read_with_like(shelf, id, 0);
  Diagnostics diagnostics;
  const SourceDefaults defaults = take_defaults(value, diagnostics);
  T object = read<T>(value, diagnostics, DescribeByType{}, defaults);
  diagnostics.throw_if_any();
  return object;
}

fs::path find_data_directory() {
  if (const char* given = std::getenv("SIM_DATA_DIR"); given != nullptr && *given != '\0') return given;
  std::error_code ignored;
  for (fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (fs::is_directory(folder / "catalog" / "chips", ignored)) return folder;
    const fs::path installed = folder / "share" / "cluster-training-simulator";
    if (fs::is_directory(installed / "catalog", ignored)) return installed;
  }
  return SIM_SOURCE_DIR;
}

}  // namespace

fs::path data_directory() {
  static const fs::path directory = find_data_directory();
  return directory;
}

std::vector<std::string> catalog_ids(const std::string& shelf) {
  std::vector<std::string> ids;
  std::error_code ignored;  // a missing shelf is an empty one
  for (const fs::directory_entry& file : fs::directory_iterator(data_directory() / "catalog" / shelf, ignored)) {
    if (file.path().extension() == ".yaml") ids.push_back(file.path().stem().string());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

hardware::Chip load_chip(const std::string& id) { return load<hardware::Chip>("chips", id); }
hardware::KernelConstants load_kernels(const std::string& id) { return load<hardware::KernelConstants>("kernels", id); }
hardware::LinkGeneration load_link(const std::string& id) { return load<hardware::LinkGeneration>("links", id); }
hardware::NetworkKind load_network(const std::string& id) { return load<hardware::NetworkKind>("networks", id); }
hardware::SoftwarePreset load_software(const std::string& id) { return load<hardware::SoftwarePreset>("software", id); }
model::Transformer load_model(const std::string& id) { return load<model::Transformer>("models", id); }

hardware::SoftwarePreset software_for_stack(const std::string& stack, int year) {
  std::optional<hardware::SoftwarePreset> fallback;
  for (const std::string& id : catalog_ids("software")) {
    const hardware::SoftwarePreset preset = load_software(id);
    const bool names_stack = std::find(preset.stacks.begin(), preset.stacks.end(), stack) != preset.stacks.end();
    if (names_stack && (year == 0 || (preset.from_year <= year && year <= preset.to_year))) return preset;
    const bool is_megatron_line =
        std::find(preset.stacks.begin(), preset.stacks.end(), "megatron-lm") != preset.stacks.end() ||
        std::find(preset.stacks.begin(), preset.stacks.end(), "megatron-core") != preset.stacks.end();
    const bool is_in_time = year == 0 || preset.from_year <= year;
    if (is_megatron_line && is_in_time && (!fallback || fallback->from_year < preset.from_year)) fallback = preset;
  }
  if (!fallback) throw InputError("no software preset is as old as " + std::to_string(year));
  return *fallback;
}

}  // namespace sim::config
