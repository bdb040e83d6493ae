#include "sim/cli/study_files.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/sweep/table.hpp"

namespace sim::cli {
namespace {

// SQLite writes its file by itself: beside its place, and then into it.
void write_database(const std::string& path, const sweep::Header& header, const sweep::Table& table) {
  const std::string partial = path + "." + std::to_string(getpid()) + ".part";
  try {
    sweep::write_sqlite(partial, header, table);
    if (std::rename(partial.c_str(), path.c_str()) != 0)
      throw InputError(path + ": cannot be written: " + std::strerror(errno));
  } catch (const InputError&) {
    std::remove(partial.c_str());
    throw;
  }
}

std::optional<double> plain_number(const std::string& text) {
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

bool agree(const std::string& a, const std::string& b) {
  const std::optional<double> first = plain_number(a), second = plain_number(b);
  return a == b || (first && second && *first == *second);
}

std::string values_text(const std::vector<report::StudyPoint>& points, const std::string& key) {
  constexpr std::size_t kShown = 12;
  std::vector<std::string> values;
  std::string text;
  for (const report::StudyPoint& point : points) {
    const std::string value = report::key_of(point, key);
    if (std::find(values.begin(), values.end(), value) != values.end()) continue;
    if (values.size() == kShown) return text + ", ...";
    values.push_back(value);
    text += (text.empty() ? "" : ", ") + value;
  }
  return text;
}

}  // namespace

void add_table_options(CLI::App& command, StudyTables& tables) {
  command.add_option("--csv", tables.csv, "also as comma-separated values")->type_name("FILE.csv");
  command.add_option("--sqlite", tables.sqlite, "also as an SQLite database, tables `points` and `study`")
      ->type_name("FILE.sqlite");
}

void write_tables(const StudyTables& tables, const sweep::Results& results) {
  if (tables.csv.empty() && tables.sqlite.empty()) return;
  const sweep::Table table = sweep::table_of(results);
  if (!tables.csv.empty()) write_file(tables.csv, sweep::csv_text(table));
  if (!tables.sqlite.empty()) write_database(tables.sqlite, results.header, table);
}

void add_selection_options(CLI::App& command, StudySelection& selection) {
  command.add_option("results", selection.file, "results of `simulate sweep`")->type_name("FILE.jsonl")->required();
  command.add_option("--where", selection.where, "only points at which a key has a value")->type_name("KEY=VALUE");
}

SelectedPoints selected_points(const StudySelection& selection) {
  const sweep::Results results = sweep::read_results(selection.file);
  SelectedPoints selected{results.header, report::points_of(results)};
  for (const std::string& condition : selection.where) {
    const std::size_t equals = condition.find('=');
    if (equals == std::string::npos) throw InputError("--where " + condition + ": expected KEY=VALUE");
    const std::string key = condition.substr(0, equals), value = condition.substr(equals + 1);
    std::vector<report::StudyPoint> kept;
    std::copy_if(selected.points.begin(), selected.points.end(), std::back_inserter(kept),
                 [&](const auto& point) { return agree(report::key_of(point, key), value); });
    if (kept.empty()) {
      throw InputError("--where " + condition + ": no point has this value",
                       "values of " + key + ": " + values_text(selected.points, key));
    }
    selected.points = std::move(kept);
  }
  return selected;
}

}  // namespace sim::cli
