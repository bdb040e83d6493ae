#include "sim/sweep/table.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

namespace sim::sweep {
namespace {

using nlohmann::ordered_json;

class Maker {
 public:
  void add_row(const ordered_json& row) {
    table.rows.emplace_back(table.columns.size());
    for (const auto& [key, value] : row.items()) {
      if (key != "keys") add(key, value);
      if (key != "keys") continue;
      for (const auto& [name, text] : value.items()) put(name, text);
    }
  }
  Table table;

 private:
  void add(const std::string& path, const ordered_json& value) {
    if (!value.is_object()) return put(path, value);
    for (const auto& [key, inner] : value.items()) add(path + "." + key, inner);
  }
  void put(const std::string& column, const ordered_json& value) {
    const auto [at, is_new] = places_.emplace(column, table.columns.size());
    if (is_new) {
      table.columns.push_back(column);
      for (std::vector<Cell>& cells : table.rows) cells.emplace_back();
    }
    Cell& cell = table.rows.back()[at->second];
    if (value.is_number()) cell = value.get<double>();
    if (value.is_string()) cell = value.get<std::string>();
    if (!value.is_number() && !value.is_string() && !value.is_null()) cell = value.dump();
  }
  std::map<std::string, std::size_t> places_;
};

std::string csv_cell(const Cell& cell) {
  if (const double* number = std::get_if<double>(&cell)) return fmt::format("{}", *number);
  const std::string* text = std::get_if<std::string>(&cell);
  if (text == nullptr) return "";
  if (text->find_first_of(",\"\r\n") == std::string::npos) return *text;
  std::string quoted = "\"";
  for (const char character : *text) quoted += character == '"' ? std::string("\"\"") : std::string(1, character);
  return quoted + "\"";
}

}  // namespace

Table table_of(const Results& results) {
  Maker maker;
  for (const auto& [index, row] : results.rows) maker.add_row(ordered_json::parse(row));
  return maker.table;
}

std::string csv_text(const Table& table) {
  std::string text;
  const auto add_line = [&text](const auto& cells, const auto& print) {
    for (const auto& cell : cells) text += (&cell == &cells.front() ? "" : ",") + print(cell);
    text += "\r\n";
  };
  add_line(table.columns, [](const std::string& name) { return csv_cell(name); });
  for (const std::vector<Cell>& row : table.rows) add_line(row, csv_cell);
  return text;
}

}  // namespace sim::sweep
