#include "sim/config/field_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/quantity.hpp"
#include "sim/base/unit_table.hpp"
#include "sim/config/json_text.hpp"

namespace sim::config {
namespace {

constexpr double kMostExactCount = 9007199254740992.0;  // 2^53: beyond it a double skips whole numbers
constexpr std::size_t kLongestEcho = 60;

std::string shortened(const std::string& text) {
  if (text.size() <= kLongestEcho) return json_string(text);
  std::size_t end = kLongestEcho;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a UTF-8 letter
  return json_string(text.substr(0, end) + "...");
}

// Keys are words but for the strange ones of the user.
std::string joined(const std::string& path, const std::string& key) {
  const bool is_word = !key.empty() && key.size() <= kLongestEcho && key.find_first_of(" \t\n") == std::string::npos;
  const std::string part = is_word ? key : shortened(key);
  return path.empty() ? part : path + "." + part;
}

std::string shown(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null:
      return "nothing";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      return "a map";
    case Value::Kind::scalar:
      break;
  }
  return (value.quoted ? "the text " : "") + shortened(value.text);
}

std::string guess(const std::string& word, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(word, names);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

std::string bound_text(double bound, const char* dimension) {
  const bool is_whole = std::abs(bound) < kMostExactCount && bound == std::trunc(bound);
  if (bound == 0 || *dimension == '\0') {
    return is_whole ? std::to_string(static_cast<std::int64_t>(bound)) : format_quantity(bound, "");
  }
  return format_quantity(bound, dimension);
}

// Arguments of Megatron that mean something else than any one key: what to write for them.
std::string instead_of(const std::string& key) {
  static const std::map<std::string, std::string> words{
      {"num-layers-per-virtual-pipeline-stage", "parallel.vpp: layers / pp / this number"},
      {"recompute-method", "parallel.recompute_layers for `block`, nothing for `uniform`"},
      {"use-distributed-optimizer", "parallel.zero: 1"},
      {"train-iters", "training.tokens: this number x global_batch x sequence_length"},
      {"train-samples", "training.tokens: this number x sequence_length"},
      {"group-query-attention", "model.kv_heads"},
      {"multi-latent-attention", "model.latent_attention with its widths"},
      {"untie-embeddings-and-output-weights", "model.tied_embeddings: false"},
      {"disable-bias-linear", "model.biases: false"},
      {"make-vocab-size-divisible-by", "model.vocabulary with the padding in it"}};
  const auto found = words.find(key);
  return found == words.end() ? "" : found->second;
}

}  // namespace

FieldReader::FieldReader(const Value& map, const SourceMark& place, std::string path, Diagnostics& diagnostics,
                         DefaultsOfFiles defaults)
    : map_(map), place_(place), path_(std::move(path)), diagnostics_(diagnostics), defaults_(std::move(defaults)) {}

std::string FieldReader::path_of(const std::string& key) const {
  return joined(path_, key);
}

const Value::Entry* FieldReader::entry_named(const std::string& name) const {
  const auto found = std::find_if(map_.entries.begin(), map_.entries.end(),
                                  [&](const Value::Entry& entry) { return entry.key == name; });
  return found == map_.entries.end() ? nullptr : &*found;
}

const Value::Entry* FieldReader::take(const char* key, const Spec& spec) {
  std::vector<std::string> names = {key};
  names.insert(names.end(), spec.aliases.begin(), spec.aliases.end());
  const Value::Entry* taken = nullptr;
  for (const std::string& name : names) {
    const Value::Entry* entry = entry_named(name);
    if (entry == nullptr) continue;
    if (taken == nullptr) {
      taken = entry;
      continue;
    }
    const std::string where = taken->key_mark.line > 0 ? " in line " + std::to_string(taken->key_mark.line) : "";
    diagnostics_.add(entry->key_mark, path_of(name) + ": means the same as " + taken->key + where, "keep one of them");
  }
  if (taken == nullptr && spec.required && needs_required_) {
    diagnostics_.add(place_, path_of(key) + ": required key is missing", fmt::format("add `{}:` ({})", key, spec.help));
  }
  known_.push_back({key, taken});
  names_.insert(names_.end(), names.begin(), names.end());
  return taken;
}

void FieldReader::expected(const Value& value, const std::string& path, const std::string& what,
                           const std::string& hint) {
  diagnostics_.add(value.mark, fmt::format("{}: expected {}, got {}", path, what, shown(value)), hint);
}

std::vector<std::string> FieldReader::unknown_keys() const {
  std::vector<std::string> unknown;
  for (const Value::Entry& entry : map_.entries) {
    if (std::find(names_.begin(), names_.end(), entry.key) == names_.end()) unknown.push_back(entry.key);
  }
  return unknown;
}

void FieldReader::report_unknown_keys() {
  std::vector<std::string> keys;
  for (const Known& known : known_) keys.push_back(known.key);
  for (const Value::Entry& entry : map_.entries) {
    if (std::find(names_.begin(), names_.end(), entry.key) != names_.end()) continue;
    const std::string nearest = diagnostics_.full() ? "" : guess(entry.key, names_);
    const std::string hint = nearest.empty() ? fmt::format("valid keys: {}", fmt::join(keys, ", ")) : "";
    const std::string instead = instead_of(entry.key);
    if (!instead.empty()) {
      diagnostics_.add(entry.key_mark, path_of(entry.key) + ": an argument of Megatron that is no key here",
                       "write " + instead + "; `simulate import megatron-args` translates whole scripts");
      continue;
    }
    diagnostics_.add(entry.key_mark, path_of(entry.key) + ": unknown key" + nearest, hint);
  }
}

void FieldReader::text(const char* key, std::string& field, const Spec& spec) {
  const Value::Entry* entry = take(key, spec);
  if (entry == nullptr) return;
  if (entry->value.kind != Value::Kind::scalar) return expected(entry->value, path_of(entry->key), "a text");
  field = entry->value.text;
}

void FieldReader::flag(const char* key, bool& field, const Spec& spec) {
  const Value::Entry* entry = take(key, spec);
  if (entry == nullptr) return;
  const Value& value = entry->value;
  const bool is_plain = value.kind == Value::Kind::scalar && !value.quoted;
  if (!is_plain || (value.text != "true" && value.text != "false")) {
    return expected(value, path_of(entry->key), "true or false");
  }
  field = value.text == "true";
}

bool FieldReader::in_range(double number, const Value& value, const std::string& path, const char* dimension,
                           const Spec& spec) {
  std::string rule;
  if (number < spec.least || (spec.above_least && number == spec.least)) {
    rule = (spec.above_least ? "above " : "at least ") + bound_text(spec.least, dimension);
  } else if (number > spec.most) {
    rule = "at most " + bound_text(spec.most, dimension);
  }
  if (rule.empty()) return true;
  diagnostics_.add(value.mark, fmt::format("{}: must be {}, got {}", path, rule, value.text));
  return false;
}

bool FieldReader::read_number(const Value& value, const std::string& path, const char* dimension, const Spec& spec,
                              double& field) {
  const bool is_plain = *dimension == '\0';
  if (value.kind != Value::Kind::scalar || (is_plain && value.quoted)) {
    const std::string unit =
        is_plain ? "" : fmt::format(" with a unit of {}, such as {}", dimension, dimension_named(dimension).example);
    const std::string hint = value.kind == Value::Kind::scalar ? "remove the quotes" : "";
    expected(value, path, "a number" + unit, hint);
    return false;
  }
  const QuantityText read = parse_quantity(value.text, dimension);
  if (!read.error.empty()) {
    diagnostics_.add(value.mark, path + ": " + read.error, read.hint);
    return false;
  }
  if (!in_range(read.value, value, path, dimension, spec)) return false;
  field = read.value;
  return true;
}

bool FieldReader::read_count(const Value& value, const std::string& path, const Spec& spec, std::int64_t& field) {
  const bool is_plain = value.kind == Value::Kind::scalar && !value.quoted;
  const QuantityText read = is_plain ? parse_quantity(value.text, "") : QuantityText{};
  if (!is_plain || !read.error.empty() || read.value != std::trunc(read.value)) {
    expected(value, path, "a whole number", value.quoted ? "remove the quotes" : read.hint);
    return false;
  }
  Spec exact = spec;
  exact.least = std::max(spec.least, -kMostExactCount);
  exact.most = std::min(spec.most, kMostExactCount);
  if (!in_range(read.value, value, path, "", exact)) return false;
  field = static_cast<std::int64_t>(read.value);
  return true;
}

std::optional<FieldReader::Written> FieldReader::take_number(const char* key, const Spec& spec) {
  const Value::Entry* entry = take(key, spec);
  if (entry == nullptr) return std::nullopt;
  const auto found = defaults_.find(entry->value.mark.file);
  const SourceDefaults defaults = found == defaults_.end() ? SourceDefaults{} : found->second;
  Written written{&entry->value, path_of(entry->key), {0, defaults.origin, defaults.source, defaults.relative_error}};
  if (entry->value.kind != Value::Kind::map) return written;

  FieldReader inner(entry->value, entry->key_mark, written.path, diagnostics_, defaults_);
  Spec required{"the number itself"};
  required.required = true;
  const Value::Entry* value = inner.take("value", required);
  Spec not_negative{"one standard deviation as a fraction of the value"};
  not_negative.least = 0;
  Fields& fields = inner;
  fields.choice("kind", written.provenance.origin, origin_names(), {"where the number comes from"});
  fields.text("source", written.provenance.source, {"who says so"});
  fields.number("relative_error", written.provenance.relative_error, not_negative);
  inner.report_unknown_keys();
  if (value == nullptr) return std::nullopt;
  written.value = &value->value;
  written.path = inner.path_of("value");
  return written;
}

void FieldReader::count(const char* key, std::int64_t& field, const Spec& spec) {
  if (const auto written = take_number(key, spec)) read_count(*written->value, written->path, spec, field);
}

void FieldReader::number(const char* key, double& field, const Spec& spec) {
  quantity(key, field, "", spec);
}

void FieldReader::quantity(const char* key, double& field, const char* dimension, const Spec& spec) {
  if (const auto written = take_number(key, spec)) read_number(*written->value, written->path, dimension, spec, field);
}

void FieldReader::sourced(const char* key, Sourced<double>& field, const char* dimension, const Spec& spec) {
  auto written = take_number(key, spec);
  if (!written) return;
  if (!read_number(*written->value, written->path, dimension, spec, written->provenance.value)) return;
  field = written->provenance;
}

void FieldReader::choice(const char* key, int& field, const std::vector<std::string>& names, const Spec& spec) {
  const Value::Entry* entry = take(key, spec);
  if (entry == nullptr) return;
  const Value& value = entry->value;
  const bool is_scalar = value.kind == Value::Kind::scalar;
  const auto found = is_scalar ? std::find(names.begin(), names.end(), value.text) : names.end();
  if (found != names.end()) {
    field = static_cast<int>(found - names.begin());
    return;
  }
  const std::string nearest = is_scalar ? guess(value.text, names) : "";
  diagnostics_.add(value.mark,
                   fmt::format("{}: expected {}{}, got {}{}", path_of(entry->key), names.size() > 1 ? "one of " : "",
                               fmt::join(names, ", "), shown(value), nearest));
}

const Value* FieldReader::take_items(const char* key, const Spec& spec, std::string& path) {
  const Value::Entry* entry = take(key, spec);
  if (entry == nullptr) return nullptr;
  path = path_of(entry->key);
  if (entry->value.kind == Value::Kind::list) return &entry->value;
  expected(entry->value, path, "a list", "write [a, b] or one `- a` a line");
  return nullptr;
}

void FieldReader::texts(const char* key, std::vector<std::string>& field, const Spec& spec) {
  std::string path;
  const Value* list = take_items(key, spec, path);
  if (list == nullptr) return;
  field.clear();
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Value& item = list->items[i];
    if (item.kind == Value::Kind::scalar) {
      field.push_back(item.text);
    } else {
      expected(item, path + "." + std::to_string(i), "a text");
    }
  }
}

void FieldReader::counts(const char* key, std::vector<std::int64_t>& field, const Spec& spec) {
  std::string path;
  const Value* list = take_items(key, spec, path);
  if (list == nullptr) return;
  field.clear();
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    std::int64_t item = 0;
    if (read_count(list->items[i], path + "." + std::to_string(i), spec, item)) field.push_back(item);
  }
}

void FieldReader::describe_item(const Value& value, const SourceMark& place, const std::string& path,
                                const std::function<void(Fields&)>& describe) {
  if (value.kind != Value::Kind::map) {
    const bool lacks_space =
        value.kind == Value::Kind::scalar && !value.quoted && value.text.find(':') != std::string::npos;
    return expected(value, path, "a map of keys", lacks_space ? "write a space after the colon" : "");
  }
  FieldReader inner(value, place, path, diagnostics_, defaults_);
  inner.needs_required_ = needs_required_;
  describe(inner);
  inner.report_unknown_keys();
}

void FieldReader::object(const char* key, const std::function<void(Fields&)>& describe, const Spec& spec) {
  const Value::Entry* entry = take(key, spec);
  if (entry == nullptr) return;
  describe_item(entry->value, entry->key_mark, path_of(entry->key), describe);
}

void FieldReader::list(const char* key, std::size_t /*size*/, const std::function<void(std::size_t, Fields&)>& make,
                       const Spec& spec) {
  std::string path;
  const Value* list = take_items(key, spec, path);
  if (list == nullptr) return;
  if (static_cast<double>(list->items.size()) < spec.least) {
    diagnostics_.add(list->mark,
                     fmt::format("{}: needs {} or more items, has {}", path, spec.least, list->items.size()));
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Value& item = list->items[i];
    describe_item(item, item.mark, path + "." + std::to_string(i), [&](Fields& fields) { make(i, fields); });
  }
}

void FieldReader::map(const char* key, const std::vector<std::string>& /*keys*/,
                      const std::function<void(const std::string&, Fields&)>& make, const Spec& spec) {
  const Value::Entry* entry = take(key, spec);
  if (entry == nullptr) return;
  const std::string path = path_of(entry->key);
  if (entry->value.kind != Value::Kind::map) return expected(entry->value, path, "a map of names");
  for (const Value::Entry& item : entry->value.entries) {
    if (item.key.empty()) {
      diagnostics_.add(item.key_mark, path + ": expected a name, got an empty text");
      continue;
    }
    describe_item(item.value, item.key_mark, joined(path, item.key), [&](Fields& fields) { make(item.key, fields); });
  }
}

bool FieldReader::has(const char* key) const {
  for (const Known& known : known_) {
    if (known.key == key) return known.entry != nullptr;
  }
  return entry_named(key) != nullptr;
}

void FieldReader::complain(const char* key, const std::string& message, const std::string& hint, bool infeasible) {
  const Value::Entry* entry = entry_named(key);
  for (const Known& known : known_) {
    if (known.key == key) entry = known.entry;
  }
  const bool is_nested = entry != nullptr && entry->value.kind != Value::Kind::scalar;
  const SourceMark& mark = entry == nullptr ? place_ : is_nested ? entry->key_mark : entry->value.mark;
  diagnostics_.add(mark, path_of(entry == nullptr ? key : entry->key) + ": " + message, hint, infeasible);
}

}  // namespace sim::config
