#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/diagnostics.hpp"
#include "sim/config/fields.hpp"
#include "sim/config/value.hpp"

namespace sim::config {

/// What a sourced number takes over when the file does not say it.
struct SourceDefaults {
  Origin origin = Origin::assumed;
  std::string source;
  double relative_error = 0;
};

/// Those of each file that a document was put together from (`like`), by the file in the marks of its values.
using DefaultsOfFiles = std::map<std::string, SourceDefaults>;

/// Reads a map of a YAML file through a describe() function. Every mistake becomes a message that starts with the
/// dotted path of its key; the field then keeps its default. Nothing is thrown.
class FieldReader final : public Fields {
 public:
  /// `place` is where a missing key is reported, `path` the dotted path of the map, "" at the root. `map` must outlive
  /// the reader.
  FieldReader(const Value& map, const SourceMark& place, std::string path, Diagnostics& diagnostics,
              DefaultsOfFiles defaults = {});

  /// Missing keys keep what the fields hold, also those that a whole map must have. The `value` of a number stays.
  void allow_missing_keys() { needs_required_ = false; }

  /// To be called after describe(): reports the keys that it did not name.
  void report_unknown_keys();
  /// After describe() too: the keys of the file that it did not name.
  [[nodiscard]] std::vector<std::string> unknown_keys() const;

  void text(const char* key, std::string& field, const Spec& spec) override;
  void flag(const char* key, bool& field, const Spec& spec) override;
  void count(const char* key, std::int64_t& field, const Spec& spec) override;
  void number(const char* key, double& field, const Spec& spec) override;
  void choice(const char* key, int& field, const std::vector<std::string>& names, const Spec& spec) override;
  void texts(const char* key, std::vector<std::string>& field, const Spec& spec) override;
  void counts(const char* key, std::vector<std::int64_t>& field, const Spec& spec) override;
  void quantity(const char* key, double& field, const char* dimension, const Spec& spec) override;
  void sourced(const char* key, Sourced<double>& field, const char* dimension, const Spec& spec) override;
  void object(const char* key, const std::function<void(Fields&)>& describe, const Spec& spec) override;
  void list(const char* key, std::size_t size, const std::function<void(std::size_t, Fields&)>& make,
            const Spec& spec) override;
  void map(const char* key, const std::vector<std::string>& keys,
           const std::function<void(const std::string&, Fields&)>& make, const Spec& spec) override;
  [[nodiscard]] bool has(const char* key) const override;
  void complain(const char* key, const std::string& message, const std::string& hint, bool infeasible) override;

 private:
  struct Known {
    std::string key;
    const Value::Entry* entry;
  };
  /// A number of the file, out of its `{value, kind, source}` form if it has one.
  struct Written {
    const Value* value;
    std::string path;
    Sourced<double> provenance;
  };

  [[nodiscard]] std::string path_of(const std::string& key) const;
  [[nodiscard]] const Value::Entry* entry_named(const std::string& name) const;
  const Value::Entry* take(const char* key, const Spec& spec);
  const Value* take_items(const char* key, const Spec& spec, std::string& path);
  std::optional<Written> take_number(const char* key, const Spec& spec);
  void describe_item(const Value& value, const SourceMark& place, const std::string& path,
                     const std::function<void(Fields&)>& describe);
  bool read_count(const Value& value, const std::string& path, const Spec& spec, std::int64_t& field);
  bool read_number(const Value& value, const std::string& path, const char* dimension, const Spec& spec, double& field);
  bool in_range(double number, const Value& value, const std::string& path, const char* dimension, const Spec& spec);
  void expected(const Value& value, const std::string& path, const std::string& what, const std::string& hint = "");

  const Value& map_;
  SourceMark place_;
  std::string path_;
  Diagnostics& diagnostics_;
  DefaultsOfFiles defaults_;
  bool needs_required_ = true;
  std::vector<Known> known_;
  std::vector<std::string> names_;  // keys and aliases that describe() named
};

/// Reads `value` into a default-made T (or into `object`) through `void describe(Fields&, T&)`. Mistakes are added to
/// `diagnostics`: call throw_if_any() before the result is used. `path` is the dotted path of a value that stands
/// inside a larger document, "" for a whole one.
template <class T, class Describe = DescribeByType>
[[nodiscard]] T read(const Value& value, Diagnostics& diagnostics, const Describe& describe = {},
                     const DefaultsOfFiles& defaults = {}, T object = {}, const std::string& path = "") {
  if (value.kind != Value::Kind::map) {
    diagnostics.add(value.mark, "expected a map of keys",
                    "write one `key: value` a line, with a space after the colon");
    return object;
  }
  FieldReader reader(value, value.mark, path, diagnostics, defaults);
  describe(reader, object);
  reader.report_unknown_keys();
  return object;
}

/// Reads the keys that `value` has over those of `object`.
template <class T, class Describe = DescribeByType>
void read_over(T& object, const Value& value, Diagnostics& diagnostics, const std::string& path,
               const Describe& describe = {}) {
  FieldReader reader(value, value.mark, path, diagnostics);
  reader.allow_missing_keys();
  describe(reader, object);
  reader.report_unknown_keys();
}

}  // namespace sim::config
