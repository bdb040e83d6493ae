#include "sim/config/table_writer.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/base/quantity.hpp"
#include "sim/base/unit_table.hpp"

namespace sim::config {
namespace {

std::string bound(double value, const char* dimension) {
  return value == 0 ? "0" : format_quantity(value, dimension);
}

std::string range(const Spec& spec, const char* dimension) {
  const bool has_least = std::isfinite(spec.least);
  const bool has_most = std::isfinite(spec.most);
  std::string text;
  if (has_least) text = (spec.above_least ? "above " : "at least ") + bound(spec.least, dimension);
  if (has_most) text += (has_least ? ", at most " : "at most ") + bound(spec.most, dimension);
  return text;
}

std::string finite(double value, const char* dimension) {
  return std::isfinite(value) ? format_quantity(value, dimension) : "none";
}

std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

std::string code(const std::string& text) {
  return text.empty() ? "" : "`" + cell(text) + "`";
}

}  // namespace

void TableWriter::add(const char* key, const Spec& spec, Row row) {
  row.key = path_of(key);
  row.meaning = spec.help;
  if (spec.required) row.default_text = "required";
  if (!spec.aliases.empty()) {
    row.meaning += fmt::format("{}also written {}", spec.help.empty() ? "" : "; ", fmt::join(spec.aliases, ", "));
  }
  rows_.push_back(std::move(row));
}

void TableWriter::add_nested(const char* key, const Spec& spec, const std::string& type, const TableWriter& inner) {
  add(key, spec, {"", type, "", "none", "", ""});
  rows_.insert(rows_.end(), inner.rows_.begin(), inner.rows_.end());
}

void TableWriter::text(const char* key, std::string& field, const Spec& spec) {
  add(key, spec, {"", "text", "", field.empty() ? "none" : field, "", ""});
}

void TableWriter::flag(const char* key, bool& field, const Spec& spec) {
  add(key, spec, {"", "flag", "", field ? "true" : "false", "true, false", ""});
}

void TableWriter::count(const char* key, std::int64_t& field, const Spec& spec) {
  add(key, spec, {"", "whole number", "", std::to_string(field), range(spec, ""), ""});
}

void TableWriter::number(const char* key, double& field, const Spec& spec) {
  add(key, spec, {"", "number", "", finite(field, ""), range(spec, ""), ""});
}

void TableWriter::choice(const char* key, int& field, const std::vector<std::string>& names, const Spec& spec) {
  const auto index = static_cast<std::size_t>(field);
  add(key, spec,
      {"", "choice", "", index < names.size() ? names[index] : "none", fmt::format("{}", fmt::join(names, ", ")), ""});
}

void TableWriter::texts(const char* key, std::vector<std::string>& field, const Spec& spec) {
  add(key, spec, {"", "list of texts", "", fmt::format("[{}]", fmt::join(field, ", ")), "", ""});
}

void TableWriter::counts(const char* key, std::vector<std::int64_t>& field, const Spec& spec) {
  add(key, spec, {"", "list of whole numbers", "", fmt::format("[{}]", fmt::join(field, ", ")), range(spec, ""), ""});
}

void TableWriter::quantity(const char* key, double& field, const char* dimension, const Spec& spec) {
  const std::string unit = *dimension == '\0' ? "" : dimension_named(dimension).example;
  const std::string type = *dimension == '\0' ? "number" : dimension;
  add(key, spec, {"", type, unit, finite(field, dimension), range(spec, dimension), ""});
}

void TableWriter::sourced(const char* key, Sourced<double>& field, const char* dimension, const Spec& spec) {
  quantity(key, field.value, dimension, spec);
  rows_.back().type += ", with source";
}

void TableWriter::object(const char* key, const std::function<void(Fields&)>& describe, const Spec& spec) {
  TableWriter inner(path_of(key) + ".");
  describe(inner);
  add_nested(key, spec, "map", inner);
}

void TableWriter::list(const char* key, std::size_t /*size*/, const std::function<void(std::size_t, Fields&)>& make,
                       const Spec& spec) {
  TableWriter inner(path_of(key) + "[].");
  make(0, inner);
  add_nested(key, spec, "list of maps", inner);
}

void TableWriter::map(const char* key, const std::vector<std::string>& /*keys*/,
                      const std::function<void(const std::string&, Fields&)>& make, const Spec& spec) {
  TableWriter inner(path_of(key) + ".<name>.");
  make("name", inner);
  add_nested(key, spec, "map by name", inner);
}

std::string markdown_table(const std::vector<TableWriter::Row>& rows) {
  std::string text = "| key | type | unit | default | allowed | meaning |\n| --- | --- | --- | --- | --- | --- |\n";
  for (const TableWriter::Row& row : rows) {
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", code(row.key), cell(row.type), cell(row.unit),
                        cell(row.default_text), cell(row.allowed), cell(row.meaning));
  }
  return text;
}

}  // namespace sim::config
