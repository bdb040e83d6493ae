#include "sim/config/catalog.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <limits>

#include "sim/base/lower_case.hpp"
#include "sim/base/quantity.hpp"
#include "sim/config/chip_changes.hpp"
#include "sim/config/describe_campaign.hpp"
#include "sim/config/describe_hardware.hpp"
#include "sim/config/describe_model.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/file_head.hpp"
#include "sim/config/text_file.hpp"
#include "sim/config/value.hpp"

namespace sim::config {
namespace {

namespace fs = std::filesystem;

bool is_path(const std::string& id) {
  return id.find('/') != std::string::npos || fs::path(id).extension() == ".yaml";
}

// "chips" -> "chip"; "kernels", "links", "networks" and "models" likewise, "software" stays.
std::string one_of(const std::string& shelf) {
  return shelf.back() == 's' ? shelf.substr(0, shelf.size() - 1) : shelf;
}

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
    if (is_file(id)) return id;
    throw InputError("there is no " + one_of(shelf) + " file " + id, "paths start at the current folder");
  }
  const fs::path path = data_directory() / "catalog" / shelf / (lower_case(id) + ".yaml");
  if (is_file(path)) return path.string();
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

// Moves the keys of FileHead out of `document`.
Value take_head(Value& document) {
  Value head;
  head.kind = Value::Kind::map;
  head.mark = document.mark;
  const auto is_body = [](const Value::Entry& entry) {
    return entry.key != "like" && !entry.key.starts_with("default_");
  };
  const auto first = std::stable_partition(document.entries.begin(), document.entries.end(), is_body);
  std::move(first, document.entries.end(), std::back_inserter(head.entries));
  document.entries.erase(first, document.entries.end());
  return head;
}

// A document with what it is `like` under it, and the defaults of each file that it comes from.
struct Document {
  Value value;
  DefaultsOfFiles defaults;
};

// What `like` leads through.
struct Chain {
  std::string shelf;
  Constants constants = Constants::fitted;
  std::string library;             // that changes constants of links; empty: none
  std::vector<std::string> files;  // that are being read, the first one first
};

// Lays what catalog/fitted.yaml has for one file of the catalogue over that file.
void lay_fitted_over(const std::string& shelf, const std::string& id, Document& document) {
  const fs::path path = data_directory() / "catalog" / "fitted.yaml";
  if (is_path(id) || !is_file(path)) return;
  static const Value fitted = read_yaml_file(path.string());
  const Value* const of_shelf = fitted.find(shelf);
  const Value* const of_file = of_shelf == nullptr ? nullptr : of_shelf->find(lower_case(id));
  if (of_file != nullptr) document.value = merge(document.value, *of_file);
}

// A file of catalog/collectives, taken apart.
struct LibraryFile {
  hardware::CollectiveLibrary library;
  Value links;  // by generation, constants
  SourceDefaults defaults;
};

LibraryFile read_library(const std::string& id) {
  Value document = read_yaml_file(path_of("collectives", id));
  LibraryFile file;
  Diagnostics diagnostics;
  if (document.kind == Value::Kind::map) {
    const Value head = take_head(document);
    file.defaults = read<FileHead>(head, diagnostics).defaults;
    if (const Value* const like = head.find("like")) diagnostics.add(like->mark, "like: not known in this file");
    const auto is_links = [](const Value::Entry& entry) { return entry.key == "links"; };
    const auto links = std::find_if(document.entries.begin(), document.entries.end(), is_links);
    if (links != document.entries.end()) {
      file.links = std::move(links->value);
      document.entries.erase(links);
    }
  }
  file.library = read<hardware::CollectiveLibrary>(document, diagnostics, DescribeByType{}, {});
  diagnostics.throw_if_any();
  return file;
}

// Lays what a library has for one link generation over the file of that generation.
void lay_library_over(const std::string& library, const std::string& id, Document& document) {
  const LibraryFile file = read_library(library);
  const Value* const of_link = is_path(id) ? nullptr : file.links.find(lower_case(id));
  if (of_link == nullptr) return;
  document.value = merge(document.value, *of_link);
  document.defaults[of_link->mark.file] = file.defaults;
}

Document read_with_like(const std::string& id, Chain& chain);

// `path`: the file that the document stands in; `id`: its own in the catalogue, or a path.
Document with_like(Value value, const std::string& path, const std::string& id, Chain& chain) {
  const std::string& shelf = chain.shelf;
  Document document{std::move(value), {}};
  if (document.value.kind != Value::Kind::map) return document;
  const Value head_value = take_head(document.value);
  Diagnostics diagnostics;
  const FileHead head = read<FileHead>(head_value, diagnostics);
  diagnostics.throw_if_any();
  document.defaults[document.value.mark.file] = head.defaults;
  if (chain.constants == Constants::fitted) lay_fitted_over(shelf, id, document);
  if (!chain.library.empty()) lay_library_over(chain.library, id, document);
  if (head.like.empty()) return document;

  const SourceMark& mark = head_value.find("like")->mark;
  chain.files.push_back(unique_name(path));
  const bool is_relative = is_path(head.like) && fs::path(head.like).is_relative();
  const std::string base_id = is_relative ? (fs::path(path).parent_path() / head.like).string() : head.like;
  Document base;
  try {
    const std::string base_file = unique_name(path_of(shelf, base_id));
    if (std::count(chain.files.begin(), chain.files.end(), base_file) > 0) {
      throw InputError("files refer to each other in a circle");
    }
    base = read_with_like(base_id, chain);
  } catch (const InputError& error) {
    std::vector<Diagnostic> messages = error.diagnostics();
    for (Diagnostic& message : messages) {
      if (message.mark.file.empty()) message = {mark, "like: " + message.message, message.hint, message.infeasible};
    }
    throw InputError(std::move(messages));
  }
  Value merged = merge(base.value, document.value);
  if (shelf == "chips") update_derived_facts(base.value, document.value, merged);
  document.value = std::move(merged);
  document.defaults.merge(base.defaults);
  return document;
}

Document read_with_like(const std::string& id, Chain& chain) {
  const std::string path = path_of(chain.shelf, id);
  Value file = read_yaml_file(path);
  if (const Value* type = file.find("model_type"); type != nullptr && chain.shelf == "models") {
    throw InputError({Diagnostic{type->mark, "this is a config.json of Hugging Face", "write model: {hf: FILE}"}});
  }
  return with_like(std::move(file), path, id, chain);
}

template <class T>
T load(const std::string& shelf, const std::string& id, Constants constants = Constants::fitted,
       const std::string& library = "") {
  Chain chain{shelf, constants, library, {}};
  const Document document = read_with_like(id, chain);
  Diagnostics diagnostics;
  T object = read<T>(document.value, diagnostics, DescribeByType{}, document.defaults);
  diagnostics.throw_if_any();
  return object;
}

// A part of a scenario, which is `like` the usual file where it does not say otherwise.
template <class T>
T read_part(const std::string& shelf, const std::string& key, const Value& value, const char* usual) {
  Value document = value;
  if (document.kind == Value::Kind::map && document.find("like") == nullptr) {
    Value like;
    like.kind = Value::Kind::scalar;
    like.text = usual;
    like.mark = document.mark;
    document.entries.push_back({"like", document.mark, like});
  }
  Chain chain{shelf, Constants::unfitted, "", {}};
  const Document whole = with_like(std::move(document), value.mark.file, value.mark.file + "/", chain);
  Diagnostics diagnostics;
  T object = read<T>(whole.value, diagnostics, DescribeByType{}, whole.defaults, {}, key);
  diagnostics.throw_if_any();
  return object;
}

// Set once, by a program that knows better.
fs::path& named_directory() {
  static fs::path folder;
  return folder;
}

fs::path find_data_directory() {
  if (const char* given = std::getenv("SIM_DATA_DIR"); given != nullptr && *given != '\0') {
    if (fs::is_directory(fs::path(given) / "catalog")) return given;
    throw InputError("SIM_DATA_DIR is " + std::string(given) + ", which has no folder catalog/");
  }
  if (!named_directory().empty()) return named_directory();
  std::error_code ignored;
  for (fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (fs::is_directory(folder / "catalog" / "chips", ignored)) return folder;
    const fs::path installed = folder / "share" / "cluster-training-simulator";
    if (fs::is_directory(installed / "catalog", ignored)) return installed;
  }
  if (fs::is_directory(SIM_SOURCE_DIR "/catalog", ignored)) return SIM_SOURCE_DIR;
  throw InputError("the catalogue is not beside the program",
                   "it is share/cluster-training-simulator of an installation; set SIM_DATA_DIR to that folder");
}

// Years between `year` (0: the last of all) and the years that the preset covers.
int years_off(const hardware::SoftwarePreset& preset, int year) {
  const int wanted = year == 0 ? std::numeric_limits<int>::max() : year;
  return std::max({preset.from_year - wanted, wanted - preset.to_year, 0});
}

// Earlier presets first, so that a year in which a stack changes belongs to the older one.
std::vector<hardware::SoftwarePreset> software_by_date(Constants constants) {
  std::vector<hardware::SoftwarePreset> presets;
  for (const std::string& id : catalog_ids("software")) presets.push_back(load_software(id, constants));
  std::stable_sort(presets.begin(), presets.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
  return presets;
}

}  // namespace

fs::path data_directory() {
  static const fs::path directory = find_data_directory();
  return directory;
}

void use_data_directory(const fs::path& folder) {
  if (!fs::is_directory(folder / "catalog")) throw InputError(folder.string() + " has no folder catalog/");
  named_directory() = folder;
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

hardware::Chip load_chip(const std::string& id) {
  return load<hardware::Chip>("chips", id);
}
hardware::KernelConstants load_kernels(const std::string& id, Constants constants) {
  return load<hardware::KernelConstants>("kernels", id, constants);
}
hardware::LinkGeneration load_link(const std::string& id, Constants constants, const std::string& library) {
  return load<hardware::LinkGeneration>("links", id, constants, library);
}
hardware::CollectiveLibrary load_library(const std::string& id) {
  const LibraryFile file = read_library(id);
  if (file.links.kind != Value::Kind::map && file.links.kind != Value::Kind::null) {
    throw InputError({Diagnostic{file.links.mark, "links: must name link generations", ""}});
  }
  for (const Value::Entry& entry : file.links.entries) {
    try {
      (void)load_link(entry.key, Constants::unfitted, id);
    } catch (const InputError& error) {
      std::vector<Diagnostic> messages = error.diagnostics();
      for (Diagnostic& message : messages) {
        if (message.mark.file.empty()) message = {entry.key_mark, "links: " + message.message, message.hint, false};
      }
      throw InputError(std::move(messages));
    }
  }
  return file.library;
}
hardware::NetworkKind load_network(const std::string& id, Constants constants) {
  return load<hardware::NetworkKind>("networks", id, constants);
}
hardware::SoftwarePreset load_software(const std::string& id, Constants constants) {
  return load<hardware::SoftwarePreset>("software", id, constants);
}
model::Transformer load_model(const std::string& id) {
  return load<model::Transformer>("models", id);
}
campaign::Reliability load_reliability(const std::string& id) {
  return load<campaign::Reliability>("reliability", id);
}
campaign::Economics load_economics(const std::string& id) {
  return load<campaign::Economics>("prices", id);
}
policy::Rule load_rule(const std::string& id) {
  return load<policy::Rule>("rules", id, Constants::unfitted);
}
hardware::Chip read_chip(const Value& value, const std::string& path) {
  Chain chain{"chips", Constants::unfitted, "", {}};
  const Document whole = with_like(value, value.mark.file, value.mark.file + "/", chain);
  Diagnostics diagnostics;
  auto chip = read<hardware::Chip>(whole.value, diagnostics, DescribeByType{}, whole.defaults, {}, path);
  diagnostics.throw_if_any();
  if (value.find("id") == nullptr) chip.id += " (changed)";
  return chip;
}
campaign::Reliability read_reliability(const Value& value) {
  return read_part<campaign::Reliability>("reliability", "reliability", value, kUsualReliability);
}
campaign::Economics read_economics(const Value& value) {
  return read_part<campaign::Economics>("prices", "economics", value, kUsualPrices);
}

hardware::SoftwarePreset software_for_stack(const std::string& stack, int year, Constants constants) {
  static const std::vector<hardware::SoftwarePreset> fitted = software_by_date(Constants::fitted);
  static const std::vector<hardware::SoftwarePreset> unfitted = software_by_date(Constants::unfitted);
  const std::vector<hardware::SoftwarePreset>& presets = constants == Constants::fitted ? fitted : unfitted;
  const hardware::SoftwarePreset* nearest = nullptr;
  const hardware::SoftwarePreset* fallback = nullptr;
  for (const hardware::SoftwarePreset& preset : presets) {
    const bool names_stack = std::find(preset.stacks.begin(), preset.stacks.end(), stack) != preset.stacks.end();
    if (names_stack && (nearest == nullptr || years_off(preset, year) < years_off(*nearest, year))) nearest = &preset;
    if (preset.any_stack && (year == 0 || preset.from_year <= year)) fallback = &preset;
  }
  if (nearest != nullptr) return *nearest;
  if (fallback == nullptr) throw InputError("no software preset is as old as " + std::to_string(year));
  return *fallback;
}

}  // namespace sim::config
