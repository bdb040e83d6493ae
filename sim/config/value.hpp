#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.hpp"

namespace sim::config {

/// One node of a parsed YAML document, with its place. Map keys keep their own places.
struct Value {
  enum class Kind { null, scalar, list, map };
  struct Entry;

  Kind kind = Kind::null;
  std::string text;     ///< of scalars
  bool quoted = false;  ///< a quoted scalar is text, never a number, a boolean or null
  SourceMark mark;
  std::vector<Value> items;    ///< of lists
  std::vector<Entry> entries;  ///< of maps, in file order, keys unique

  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);
};

struct Value::Entry {
  std::string key;
  SourceMark key_mark;
  Value value;
};

/// Reads one YAML document. Refuses (InputError, exit 2): unreadable, empty, binary, over-large (4 MB) or over-deep
/// (64 levels) files, more than one document, duplicate keys, merge keys, non-scalar keys, tags, over 200,000 nodes.
[[nodiscard]] Value read_yaml_file(const std::string& path);
[[nodiscard]] Value read_yaml_text(const std::string& text, const std::string& name);

/// Sets `path` ("parallel.tp", "fleet.0.count") to the YAML text `value`, creating maps on the way: `--set`.
void set_value(Value& root, const std::string& path, const std::string& yaml_text);

/// `over` wins; maps merge key by key, lists, scalars and numbers in their `{value, kind, source}` form are replaced.
/// Used by `include` and `like`.
[[nodiscard]] Value merge(const Value& base, const Value& over);

}  // namespace sim::config
