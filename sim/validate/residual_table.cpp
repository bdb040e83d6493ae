#include "sim/validate/residual_table.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "sim/config/yaml_source.hpp"
#include "sim/validate/csv_table.hpp"

namespace sim::validate {
namespace {

const std::vector<std::string>& columns() {
  static const std::vector<std::string> names{"id",       "chip",           "generation",           "family",
                                              "regime",   "well_specified", "measured_s",           "physics_s",
                                              "fitted_s", "left_out_s",     "generation_left_out_s"};
  return names;
}

}  // namespace

std::vector<ResidualRow> parse_residuals(const std::string& text, const std::string& name) {
  CsvTable table(text, name, columns());
  std::vector<ResidualRow> rows;
  while (table.next()) {
    rows.push_back({.id = table.word("id"),
                    .chip = table.word("chip"),
                    .generation = table.word("generation"),
                    .family = table.word("family"),
                    .regime = table.word("regime"),
                    .well_specified = table.whole("well_specified", 0, 1) == 1,
                    .measured_seconds = table.positive("measured_s"),
                    .physics_seconds = table.positive("physics_s"),
                    .fitted_seconds = table.positive("fitted_s"),
                    .left_out_seconds = table.positive("left_out_s"),
                    .generation_left_out_seconds = table.positive("generation_left_out_s")});
  }
  table.finish();
  return rows;
}

std::vector<ResidualRow> read_residuals(const std::string& path) {
  const config::YamlSource source = config::read_source(path);
  return parse_residuals(source.text(), source.name());
}

std::string residuals_csv(const std::vector<ResidualRow>& rows) {
  std::string text = fmt::format("{}\n", fmt::join(columns(), ","));
  for (const ResidualRow& row : rows) {
    text += fmt::format("{},{},{},{},{},{},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g}\n", row.id, row.chip, row.generation,
                        row.family, row.regime, row.well_specified ? 1 : 0, row.measured_seconds, row.physics_seconds,
                        row.fitted_seconds, row.left_out_seconds, row.generation_left_out_seconds);
  }
  return text;
}

}  // namespace sim::validate
