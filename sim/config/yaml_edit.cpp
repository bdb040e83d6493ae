#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "sim/config/diagnostics.hpp"
#include "sim/config/value.hpp"

namespace sim::config {
namespace {

constexpr std::size_t kMostLevels = 64;

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts(1);
  for (const char c : path) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Value& item_of(Value& list, const std::string& part, const SourceMark& mark) {
  std::size_t index = 0;
  const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), index);
  const bool is_number = code == std::errc() && end == part.data() + part.size();
  if (!is_number || index >= list.items.size()) {
    refuse(mark, "there is no item \"" + part + "\" in a list of " + std::to_string(list.items.size()),
           "items count from 0");
  }
  return list.items[index];
}

Value& entry_of(Value& map, const std::string& part, const SourceMark& mark) {
  if (map.kind == Value::Kind::null) {
    map.kind = Value::Kind::map;
    map.mark = mark;
  }
  const auto found = std::find_if(map.entries.begin(), map.entries.end(),
                                  [&](const Value::Entry& entry) { return entry.key == part; });
  if (found != map.entries.end()) return found->value;
  map.entries.push_back({part, mark, {}});
  map.entries.back().value.mark = mark;
  return map.entries.back().value;
}

}  // namespace

const Value* Value::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

void set_value(Value& root, const std::string& path, const std::string& yaml_text) {
  const SourceMark mark{"--set " + path, 0, 0, ""};
  const std::vector<std::string> parts = parts_of(path);
  const bool has_gap = std::find(parts.begin(), parts.end(), "") != parts.end();
  if (has_gap || parts.size() > kMostLevels) {
    refuse(mark, "not a path of keys", "write keys with dots between them, such as parallel.tp=8");
  }
  if (yaml_text.find_first_not_of(" \t\n") == std::string::npos) {
    refuse(mark, "the value is missing", "write \"\" in quotes for an empty text");
  }
  Value value = read_yaml_text(yaml_text, mark.file);
  if (value.kind == Value::Kind::scalar) value.mark = mark;  // the command line shows it well enough
  Value* target = &root;
  for (const std::string& part : parts) {
    if (target->kind == Value::Kind::scalar) {
      refuse(mark, "\"" + part + "\" is looked for in a single value", "set the key above it as a whole");
    }
    target = target->kind == Value::Kind::list ? &item_of(*target, part, mark) : &entry_of(*target, part, mark);
  }
  *target = std::move(value);
}

Value merge(const Value& base, const Value& over) {
  if (base.kind != Value::Kind::map || over.kind != Value::Kind::map) return over;
  if (over.find("value") != nullptr) return over;  // another number does not keep the source of the first
  if (over.find("hf") != nullptr) return over;     // another config.json does not keep the numbers of the first model
  Value merged = base;
  merged.mark = over.mark;
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < base.entries.size(); ++i) index.emplace(base.entries[i].key, i);
  for (const Value::Entry& entry : over.entries) {
    const auto found = index.find(entry.key);
    if (found == index.end()) {
      merged.entries.push_back(entry);
      continue;
    }
    Value::Entry& target = merged.entries[found->second];
    target.key_mark = entry.key_mark;
    target.value = merge(base.entries[found->second].value, entry.value);
  }
  return merged;
}

}  // namespace sim::config
