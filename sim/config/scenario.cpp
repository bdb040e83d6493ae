#include "sim/config/scenario.hpp"

#include <algorithm>
#include <filesystem>

#include "sim/config/field_reader.hpp"
#include "sim/config/hf_config.hpp"
#include "sim/config/migration.hpp"
#include "sim/config/text_file.hpp"
#include "sim/config/value_printer.hpp"

namespace sim::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDeepestInclude = 16;

Value take(Value& map, const std::string& key) {
  for (auto entry = map.entries.begin(); entry != map.entries.end(); ++entry) {
    if (entry->key != key) continue;
    Value value = std::move(entry->value);
    map.entries.erase(entry);
    return value;
  }
  return {};
}

std::string resolved(const std::string& from, const std::string& target) {
  if (fs::path(target).is_absolute()) return target;
  return (fs::path(from).parent_path() / target).lexically_normal().string();
}

// `include` names one file or a list; later ones win over earlier ones, and the including file over all.
Value read_with_includes(const std::string& path, std::vector<std::string>& chain, std::vector<std::string>& notes) {
  Value value = read_yaml_file(path);
  for (std::string& note : migrate(value)) notes.push_back(std::move(note));
  if (value.kind != Value::Kind::map || value.find("include") == nullptr) return value;
  const Value include = take(value, "include");
  std::vector<Value> files = include.kind == Value::Kind::list ? include.items : std::vector<Value>{include};
  chain.push_back(fs::path(path).lexically_normal().string());
  Value base;
  base.kind = Value::Kind::map;
  for (const Value& file : files) {
    if (file.kind != Value::Kind::scalar) {
      throw InputError({Diagnostic{file.mark, "include: expected a file name", "write include: base.yaml"}});
    }
    const std::string target = resolved(path, file.text);
    if (std::find(chain.begin(), chain.end(), target) != chain.end() || chain.size() > kDeepestInclude) {
      std::string circle;
      for (const std::string& link : chain) circle += link + " -> ";
      throw InputError({Diagnostic{file.mark, "include: files include each other: " + circle + target, ""}});
    }
    if (!is_file(target)) {
      throw InputError(
          {Diagnostic{file.mark, "include: there is no file " + target, "paths start at the including file"}});
    }
    const Value included = read_with_includes(target, chain, notes);
    if (included.kind != Value::Kind::map) {
      throw InputError({Diagnostic{included.mark, "an included file must be a map of keys", ""}});
    }
    base = merge(base, included);
  }
  chain.pop_back();
  return merge(base, value);
}

void apply_override(Value& root, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError("--set " + text + ": expected key=value", "for example --set parallel.tp=4");
  }
  set_value(root, text.substr(0, equals), text.substr(equals + 1));
}

// `parallel: auto` is short for a map.
void write_out_auto(Value& root) {
  for (Value::Entry& entry : root.entries) {
    if (entry.key != "parallel" || entry.value.kind != Value::Kind::scalar || entry.value.text != "auto") continue;
    Value on = entry.value;
    on.text = "true";
    on.quoted = false;
    Value map;
    map.kind = Value::Kind::map;
    map.mark = entry.value.mark;
    map.entries.push_back({"auto", entry.value.mark, on});
    entry.value = map;
  }
}

bool is_of_set(const Value& value) {
  return value.mark.file.starts_with("--set ");
}

// `--set model.hf=FILE` leaves the keys that the scenario has beside it: they win, which is rarely meant.
std::string note_on_kept_keys(const Value& model, const Value& path) {
  std::string keys;
  if (path.mark.file != "--set model.hf") return keys;
  for (const Value::Entry& entry : model.entries) {
    if (!is_of_set(entry.value)) keys += (keys.empty() ? "" : ", ") + entry.key;
  }
  if (keys.empty()) return keys;
  return "model: these keys of the scenario stand beside hf and win over " + path.text + ": " + keys;
}

// `model: {hf: path/config.json, ...}` becomes the model that the file describes, with the other keys over it.
void write_out_hf_model(LoadedScenario& loaded) {
  for (Value::Entry& entry : loaded.root.entries) {
    if (entry.key != "model" || entry.value.find("hf") == nullptr) continue;
    const Value path = take(entry.value, "hf");
    if (path.kind != Value::Kind::scalar) {
      throw InputError({Diagnostic{path.mark, "model.hf: expected a file name", "write hf: path/config.json"}});
    }
    const std::string file = resolved(path.mark.file, path.text);
    if (!is_file(file)) {
      throw InputError({Diagnostic{
          path.mark, "model.hf: there is no file " + file,
          is_of_set(path) ? "with --set, paths start at the current folder" : "paths start at the scenario"}});
    }
    const std::string kept = note_on_kept_keys(entry.value, path);
    if (!kept.empty()) loaded.notes.push_back(kept);
    HfModel read = read_hf_config(file);
    loaded.notes.insert(loaded.notes.end(), read.notes.begin(), read.notes.end());
    entry.value = merge(read.model, entry.value);
    entry.value.mark = path.mark;
  }
}

// A model or topology that stands in the scenario itself is read from the document later; to the scenario's own
// description it is a text key like a name.
Value with_names_for_inline_parts(Value root) {
  const auto name_it = [](Value& map, const std::string& key) {
    for (Value::Entry& entry : map.entries) {
      if (entry.key != key || entry.value.kind != Value::Kind::map) continue;
      const SourceMark mark = entry.value.mark;
      entry.value = Value{};
      entry.value.kind = Value::Kind::scalar;
      entry.value.text = kInline;
      entry.value.mark = mark;
    }
  };
  name_it(root, "model");
  name_it(root, "reliability");
  name_it(root, "economics");
  for (Value::Entry& entry : root.entries) {
    if (entry.key != "fleet" || entry.value.kind != Value::Kind::list) continue;
    for (Value& item : entry.value.items) {
      name_it(item, "topology");
      name_it(item, "chip");
    }
  }
  return root;
}

struct Step {
  const Value* value = nullptr;
  SourceMark mark;  // a map shows best at its key, anything else where it stands
};

Step step_into(const Value& value, const std::string& key) {
  for (const Value::Entry& entry : value.entries) {
    if (entry.key == key)
      return {&entry.value, entry.value.kind == Value::Kind::map ? entry.key_mark : entry.value.mark};
  }
  if (value.kind != Value::Kind::list || key.empty() || key.find_first_not_of("0123456789") != std::string::npos) {
    return {};
  }
  const std::size_t index = key.size() > 6 ? value.items.size() : std::stoul(key);
  return index < value.items.size() ? Step{&value.items[index], value.items[index].mark} : Step{};
}

// The deepest part of `path` that the document has; its file alone where it has none.
SourceMark place_of(const Value& root, const std::string& path) {
  const Value* value = &root;
  SourceMark mark{root.mark.file, 0, 0, ""};
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    const Step step = step_into(*value, path.substr(begin, dot - begin));
    if (step.value == nullptr) break;
    value = step.value;
    mark = step.mark;
    begin = dot + 1;
  }
  return mark;
}

// A path starts at the file that it was written in; from --set and standard input at the current folder.
void resolve_paths(LoadedScenario& loaded) {
  const auto resolve = [&loaded](const char* key, std::string& file) {
    if (!file.empty()) file = resolved(place_of(loaded.root, key).file, file);
  };
  resolve("parallel.schedule_file", loaded.scenario.schedule_file);
  resolve("calibration", loaded.scenario.calibration);
}

}  // namespace

LoadedScenario load_scenario(const std::string& path, const std::vector<std::string>& overrides) {
  std::vector<std::string> chain;
  LoadedScenario loaded;
  loaded.root = read_with_includes(path, chain, loaded.notes);
  for (const std::string& text : overrides) apply_override(loaded.root, text);
  write_out_auto(loaded.root);
  write_out_hf_model(loaded);
  Diagnostics diagnostics;
  loaded.scenario = read<Scenario>(with_names_for_inline_parts(loaded.root), diagnostics);
  diagnostics.throw_if_any();
  resolve_paths(loaded);
  if (loaded.scenario.name.empty()) loaded.scenario.name = path == "-" ? "scenario" : fs::path(path).stem().string();
  return loaded;
}

InputError with_places(const InputError& error, const Value& root) {
  std::vector<Diagnostic> diagnostics = error.diagnostics();
  for (Diagnostic& diagnostic : diagnostics) {
    const std::size_t colon = diagnostic.message.find(':');
    if (!diagnostic.mark.file.empty()) continue;
    diagnostic.mark = place_of(root, diagnostic.message.substr(0, std::min(colon, diagnostic.message.size())));
  }
  return InputError(std::move(diagnostics));
}

std::string print_config(const LoadedScenario& loaded) {
  return print_yaml(loaded.scenario, ValuePrinter::Comments::places, &loaded.root);
}

}  // namespace sim::config
