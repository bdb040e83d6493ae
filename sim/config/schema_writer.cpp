#include "sim/config/schema_writer.hpp"

#include <cmath>

#include "sim/base/quantity.hpp"

namespace sim::config {
namespace {

const char* const kUnsigned = "((0|[1-9][0-9]*)(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?";
// The reader takes any scalar for a text.
const char* const kScalar = R"(["string","number","boolean"])";
// YAML 1.1 programs take 13e12 for a text, so the schema must let that text pass.
const char* const kExponentForm = "^[-+]?(0|[1-9][0-9]*)(\\.[0-9]+)?[eE][-+]?[0-9]+$";

JsonObject of_type(const std::string& type) {
  return JsonObject().add("type", json_string(type));
}

JsonObject with_range(JsonObject schema, const Spec& spec) {
  if (std::isfinite(spec.least)) {
    schema.add(spec.above_least ? "exclusiveMinimum" : "minimum", json_number(spec.least));
  }
  if (std::isfinite(spec.most)) schema.add("maximum", json_number(spec.most));
  return schema;
}

JsonObject matching(const std::string& pattern) {
  return of_type("string").add("pattern", json_string(pattern));
}

std::string escaped_for_pattern(const std::string& unit) {
  std::string text;
  for (const char c : unit) {
    if (c == '^' || c == '$') text += '\\';
    text += c;
  }
  return text;
}

// The forms of a number, without its `{value, kind, source}` form.
std::vector<std::string> number_forms(const std::string& type, const char* dimension, const Spec& spec) {
  if (*dimension == '\0') {
    return {with_range(of_type(type), spec).text(), matching(kExponentForm).text()};
  }
  std::string units;
  for (const std::string& unit : units_of(dimension)) units += (units.empty() ? "" : "|") + escaped_for_pattern(unit);
  const char* const sign = spec.least >= 0 ? "\\+?" : "[-+]?";
  return {matching(std::string("^\\s*") + sign + kUnsigned + "\\s*(" + units + ")\\s*$").text()};
}

std::string text_schema() {
  return JsonObject().add("type", kScalar).text();
}

std::string any_of(const std::vector<std::string>& forms) {
  return forms.size() == 1 ? forms.front() : JsonObject().add("anyOf", json_array(forms)).text();
}

std::vector<std::string> quoted(const std::vector<std::string>& names) {
  std::vector<std::string> json;
  for (const std::string& name : names) json.push_back(json_string(name));
  return json;
}

JsonObject number_schema(const std::string& type, const char* dimension, const Spec& spec) {
  std::vector<std::string> forms = number_forms(type, dimension, spec);
  Spec not_negative;
  not_negative.least = 0;
  JsonObject properties;
  properties.add("value", any_of(forms));
  properties.add("kind", JsonObject().add("enum", json_array(quoted(origin_names()))).text());
  properties.add("source", text_schema());
  properties.add("relative_error", any_of(number_forms("number", "", not_negative)));
  JsonObject with_source = of_type("object");
  with_source.add("properties", properties.text()).add("required", R"(["value"])").add("additionalProperties", "false");
  forms.push_back(with_source.text());
  return JsonObject().add("anyOf", json_array(forms));
}

std::string default_quantity(double value, const char* dimension) {
  if (!std::isfinite(value)) return "";
  return *dimension == '\0' ? json_number(value) : json_string(format_quantity(value, dimension));
}

std::string requires_key(const std::string& name) {
  return JsonObject().add("required", json_array({json_string(name)})).text();
}

bool is_whole_number(const std::string& name) {
  const bool is_digits = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
  return is_digits && (name.size() == 1 || name[0] != '0');
}

}  // namespace

std::string SchemaWriter::pointer_to(const char* key) const {
  return pointer_ + "/properties/" + key;
}

void SchemaWriter::add(const char* key, const Spec& spec, const JsonObject& schema, const std::string& default_json) {
  JsonObject described;
  if (!spec.help.empty()) described.add("description", json_string(spec.help));
  if (!default_json.empty() && !spec.required) described.add("default", default_json);
  const std::string null = of_type("null").text();
  const bool may_be_null = nulls_ == Nulls::are_absent && !spec.required;
  const std::string body =
      may_be_null ? JsonObject().add("anyOf", json_array({schema.text(), null})).text() : schema.text();
  const std::string start = described.text();
  const bool needs_comma = !described.empty() && !schema.empty();
  properties_.add(key, start.substr(0, start.size() - 1) + (needs_comma ? "," : "") + body.substr(1));

  std::vector<std::string> names = {key};
  for (const std::string& alias : spec.aliases) {
    properties_.add(alias, JsonObject().add("$ref", json_string(pointer_to(key))).text());
    for (const std::string& other : names) {
      const std::string both = JsonObject().add("required", json_array(quoted({other, alias}))).text();
      rules_.push_back(JsonObject().add("not", both).text());
    }
    names.push_back(alias);
  }
  if (!spec.required) return;
  if (names.size() == 1) {
    required_.push_back(json_string(key));
    return;
  }
  std::vector<std::string> ways;
  for (const std::string& name : names) ways.push_back(requires_key(name));
  must_.push_back(any_of(ways));
}

JsonObject SchemaWriter::schema() const {
  JsonObject schema = of_type("object");
  schema.add("properties", properties_.text());
  std::vector<std::string> rules = rules_;
  if (where_ == Required::here) {
    if (!required_.empty()) schema.add("required", json_array(required_));
    rules.insert(rules.end(), must_.begin(), must_.end());
  }
  if (!rules.empty()) schema.add("allOf", json_array(rules));
  return schema.add("additionalProperties", "false");
}

JsonObject SchemaWriter::requirements() const {
  JsonObject needs;
  if (!required_.empty()) needs.add("required", json_array(required_));
  if (!must_.empty()) needs.add("allOf", json_array(must_));
  if (!nested_.empty()) needs.add("properties", nested_.text());
  return needs;
}

void SchemaWriter::add_requirements(const char* key, const Spec& spec, const JsonObject& nested) {
  if (nested.empty() || spec.partial) return;
  nested_.add(key, nested.text());
  for (const std::string& alias : spec.aliases) nested_.add(alias, nested.text());
}

SchemaWriter SchemaWriter::inner_of(const std::string& path, const Spec& spec) const {
  return SchemaWriter(path, spec.partial ? Required::apart : where_, nulls_);
}

void SchemaWriter::text(const char* key, std::string& field, const Spec& spec) {
  const std::string default_json = field.empty() ? "" : json_string(field);
  if (spec.or_map.empty()) return add(key, spec, JsonObject().add("type", kScalar), default_json);
  const std::string map = JsonObject().add("$ref", json_string("#/definitions/" + spec.or_map)).text();
  add(key, spec, JsonObject().add("anyOf", json_array({of_type("string").text(), map})), default_json);
}

void SchemaWriter::flag(const char* key, bool& field, const Spec& spec) {
  add(key, spec, of_type("boolean"), field ? "true" : "false");
}

void SchemaWriter::count(const char* key, std::int64_t& field, const Spec& spec) {
  add(key, spec, number_schema("integer", "", spec), std::to_string(field));
}

void SchemaWriter::number(const char* key, double& field, const Spec& spec) {
  quantity(key, field, "", spec);
}

void SchemaWriter::choice(const char* key, int& field, const std::vector<std::string>& names, const Spec& spec) {
  std::vector<std::string> allowed = quoted(names);
  for (const std::string& name : names) {
    if (is_whole_number(name) || name == "true" || name == "false") allowed.push_back(name);
  }
  const auto index = static_cast<std::size_t>(field);
  add(key, spec, JsonObject().add("enum", json_array(allowed)), index < names.size() ? json_string(names[index]) : "");
}

void SchemaWriter::texts(const char* key, std::vector<std::string>& field, const Spec& spec) {
  const JsonObject list = of_type("array").add("items", text_schema());
  const JsonObject either = JsonObject().add("anyOf", json_array({list.text(), text_schema()}));
  add(key, spec, spec.or_file ? either : list, json_array(quoted(field)));
}

void SchemaWriter::counts(const char* key, std::vector<std::int64_t>& field, const Spec& spec) {
  std::vector<std::string> items;
  for (const std::int64_t item : field) items.push_back(std::to_string(item));
  add(key, spec, of_type("array").add("items", any_of(number_forms("integer", "", spec))), json_array(items));
}

void SchemaWriter::quantity(const char* key, double& field, const char* dimension, const Spec& spec) {
  add(key, spec, number_schema("number", dimension, spec), default_quantity(field, dimension));
}

void SchemaWriter::sourced(const char* key, Sourced<double>& field, const char* dimension, const Spec& spec) {
  quantity(key, field.value, dimension, spec);
}

void SchemaWriter::object(const char* key, const std::function<void(Fields&)>& describe, const Spec& spec) {
  const bool has_other_form = spec.or_file || !spec.or_word.empty();
  SchemaWriter inner = inner_of(pointer_to(key) + (has_other_form ? "/anyOf/1" : ""), spec);
  if (spec.or_file) {
    std::string base;
    inner.text("like", base, {.help = "file that this changes"});
  }
  describe(inner);
  add_requirements(key, spec, inner.requirements());
  const std::string map = inner.schema().text();
  if (!spec.or_word.empty()) {
    const std::string word = JsonObject().add("const", json_string(spec.or_word)).text();
    add(key, spec, JsonObject().add("anyOf", json_array({word, map})), "");
  } else if (spec.or_file) {
    add(key, spec, JsonObject().add("anyOf", json_array({of_type("string").text(), map})), "");
  } else {
    add(key, spec, inner.schema(), "");
  }
}

void SchemaWriter::list(const char* key, std::size_t /*size*/, const std::function<void(std::size_t, Fields&)>& make,
                        const Spec& spec) {
  SchemaWriter inner(pointer_to(key) + "/items", Required::here, nulls_);  // a list replaces the one below it
  make(0, inner);
  JsonObject schema = of_type("array").add("items", inner.schema().text());
  if (spec.least > 0) schema.add("minItems", json_number(spec.least));
  add(key, spec, schema, "");
}

void SchemaWriter::map(const char* key, const std::vector<std::string>& /*keys*/,
                       const std::function<void(const std::string&, Fields&)>& make, const Spec& spec) {
  SchemaWriter inner = inner_of(pointer_to(key) + "/additionalProperties", spec);
  make("name", inner);
  const JsonObject needs = inner.requirements();
  if (!needs.empty()) add_requirements(key, spec, JsonObject().add("additionalProperties", needs.text()));
  JsonObject schema = of_type("object").add("additionalProperties", inner.schema().text());
  add(key, spec, schema.add("propertyNames", R"({"minLength":1})"), "");
}

}  // namespace sim::config
