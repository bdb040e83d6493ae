#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/sourced.hpp"
#include "sim/base/units.hpp"

namespace sim::config {

/// What a key is, for the reader, the JSON Schema, the table in docs/scenario.md and `--print-config`.
struct Spec {
  std::string help;  ///< one sentence for people
  bool required = false;
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool above_least = false;               ///< `least` itself is refused
  std::string or_map = {};                ///< a text key that may also be a map: a file of this kind, written out
  bool or_file = false;                   ///< a map (or list) of which one file may be named instead, or `like` it
  bool partial = false;                   ///< an object or map that changes something: nothing of it is required
  std::string or_word = {};               ///< an object key that may also be this word, short for {word: true}
  std::vector<std::string> aliases = {};  ///< Megatron's long names, without the leading dashes
};

/// One description of a struct, used four ways (reading, JSON Schema, documentation, printing). A describe() function
/// calls one member per key, in the order in which people should read them; the default is the value that the field
/// has before the call.
class Fields {
 public:
  virtual ~Fields() = default;

  virtual void text(const char* key, std::string& field, const Spec& spec) = 0;
  virtual void flag(const char* key, bool& field, const Spec& spec) = 0;
  virtual void count(const char* key, std::int64_t& field, const Spec& spec) = 0;
  virtual void number(const char* key, double& field, const Spec& spec) = 0;  ///< without a unit: ratios, tokens
  virtual void choice(const char* key, int& field, const std::vector<std::string>& names, const Spec& spec) = 0;
  virtual void texts(const char* key, std::vector<std::string>& field, const Spec& spec) = 0;
  virtual void counts(const char* key, std::vector<std::int64_t>& field, const Spec& spec) = 0;

  /// A number with a unit. `dimension` names the units that are accepted (see base/quantity.hpp).
  virtual void quantity(const char* key, double& field, const char* dimension, const Spec& spec) = 0;

  /// A number that may also be written `{value, kind, source, relative_error}`. "" is the dimension of plain numbers.
  virtual void sourced(const char* key, Sourced<double>& field, const char* dimension, const Spec& spec) = 0;

  virtual void object(const char* key, const std::function<void(Fields&)>& describe, const Spec& spec) = 0;
  /// `make(i)` grows the list to i + 1 items and describes item i. Readers never shrink a list.
  virtual void list(const char* key, std::size_t size, const std::function<void(std::size_t, Fields&)>& make,
                    const Spec& spec) = 0;
  /// A map with free keys; `make(key)` creates and describes one entry.
  virtual void map(const char* key, const std::vector<std::string>& keys,
                   const std::function<void(const std::string&, Fields&)>& make, const Spec& spec) = 0;
  /// True while reading when the key was written; true in every other use. Aliases count once the key has been
  /// described.
  [[nodiscard]] virtual bool has(const char* key) const = 0;
  /// Adds a message about `key` while reading; ignored in every other use.
  virtual void complain(const char* key, const std::string& message, const std::string& hint, bool infeasible) = 0;

  // Conveniences over the virtual members.
  void whole(const char* key, int& field, const Spec& spec);
  template <class Tag>
  void quantity(const char* key, Quantity<Tag>& field, const Spec& spec);
  template <class Tag>
  void sourced(const char* key, Sourced<Quantity<Tag>>& field, const Spec& spec);
  template <class Enum>
  void choice(const char* key, Enum& field, const std::vector<std::string>& names, const Spec& spec) {
    int index = static_cast<int>(field);
    choice(key, index, names, spec);
    field = static_cast<Enum>(index);
  }
};

template <class Tag>
constexpr const char* dimension_of();
template <>
constexpr const char* dimension_of<SecondsTag>() {
  return "time";
}
template <>
constexpr const char* dimension_of<BytesTag>() {
  return "data";
}
template <>
constexpr const char* dimension_of<BytesPerSecondTag>() {
  return "data rate";
}
template <>
constexpr const char* dimension_of<FlopsTag>() {
  return "operations";
}
template <>
constexpr const char* dimension_of<FlopsPerSecondTag>() {
  return "operation rate";
}
template <>
constexpr const char* dimension_of<WattsTag>() {
  return "power";
}
template <>
constexpr const char* dimension_of<AreaTag>() {
  return "area";
}
template <>
constexpr const char* dimension_of<HertzTag>() {
  return "frequency";
}
template <>
constexpr const char* dimension_of<DollarsTag>() {
  return "money";
}

template <class Tag>
void Fields::quantity(const char* key, Quantity<Tag>& field, const Spec& spec) {
  double value = field.value();
  quantity(key, value, dimension_of<Tag>(), spec);
  field = Quantity<Tag>(value);
}

template <class Tag>
void Fields::sourced(const char* key, Sourced<Quantity<Tag>>& field, const Spec& spec) {
  Sourced<double> plain{field.value.value(), field.origin, field.source, field.relative_error};
  sourced(key, plain, dimension_of<Tag>(), spec);
  field = {Quantity<Tag>(plain.value), plain.origin, plain.source, plain.relative_error};
}

/// Names of Origin in its order, as `kind:` takes them.
[[nodiscard]] const std::vector<std::string>& origin_names();

/// Finds `void describe(Fields&, T&)` of a struct by its type, so that an overloaded name can be handed on.
struct DescribeByType {
  template <class T>
  void operator()(Fields& fields, T& object) const {
    describe(fields, object);
  }
};

}  // namespace sim::config
