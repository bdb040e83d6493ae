#pragma once

#include <string>
#include <vector>

#include "sim/config/fields.hpp"
#include "sim/config/json_text.hpp"

namespace sim::config {

inline constexpr const char* kJsonSchemaDraft = "http://json-schema.org/draft-07/schema#";

/// Writes the JSON Schema (draft-07) of a struct through its describe() function. The schema accepts what FieldReader
/// accepts, but for what JSON cannot see: whether a number was quoted, ranges of quantities and of 13e12, complaints of
/// the describe() function itself. Describing grows the lists of the struct: use a throwaway one.
class SchemaWriter final : public Fields {
 public:
  /// Where it stands which keys must be there: in schema(), or in requirements() alone.
  enum class Required { here, apart };
  /// What a key without a value is: a mistake, or as if the key were not there.
  enum class Nulls { are_refused, are_absent };

  /// `pointer` is the JSON Pointer of the schema that is written, "#" at the root.
  explicit SchemaWriter(std::string pointer = "#", Required required = Required::here, Nulls nulls = Nulls::are_refused)
      : pointer_(std::move(pointer)), where_(required), nulls_(nulls) {}

  /// The schema of the object, compact.
  [[nodiscard]] JsonObject schema() const;

  /// Which keys the object and what is in it must have; empty: none. For files that may take them from another file.
  [[nodiscard]] JsonObject requirements() const;

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
  [[nodiscard]] bool has(const char* /*key*/) const override { return true; }
  void complain(const char* /*key*/, const std::string& /*message*/, const std::string& /*hint*/,
                bool /*infeasible*/) override {}

 private:
  void add(const char* key, const Spec& spec, const JsonObject& schema, const std::string& default_json);
  void add_requirements(const char* key, const Spec& spec, const JsonObject& nested);
  [[nodiscard]] SchemaWriter inner_of(const std::string& path, const Spec& spec) const;
  [[nodiscard]] std::string pointer_to(const char* key) const;

  std::string pointer_;
  Required where_;
  Nulls nulls_;
  JsonObject properties_;
  std::vector<std::string> required_;
  std::vector<std::string> rules_;  // which of a key and its other names may stand
  std::vector<std::string> must_;   // and which must
  JsonObject nested_;               // what the values of keys must have, by key
};

/// The whole schema as indented text. `object` is a default-made T.
template <class T, class Describe = DescribeByType>
[[nodiscard]] std::string json_schema(const std::string& title, const Describe& describe = {}, T object = {}) {
  SchemaWriter writer;
  describe(writer, object);
  JsonObject schema = writer.schema();
  schema.add("$schema", json_string(kJsonSchemaDraft)).add("title", json_string(title));
  return indented_json(schema.text());
}

}  // namespace sim::config
