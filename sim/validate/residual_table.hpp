#pragma once

#include <string>
#include <vector>

namespace sim::validate {

/// Predictions of one measured run by differently fitted constants, seconds: a row of validation/residuals.csv, which
/// scripts/fit writes.
struct ResidualRow {
  std::string id;
  std::string chip;
  std::string generation;  ///< kernel constants of the chip, a file of catalog/kernels
  std::string family;
  std::string regime;  ///< as regime_name() spells it
  bool well_specified = false;
  double measured_seconds = 0;
  double physics_seconds = 0;              ///< nothing fitted to runs but the host time
  double fitted_seconds = 0;               ///< all records fitted
  double left_out_seconds = 0;             ///< without the records of the same family
  double generation_left_out_seconds = 0;  ///< without the records of the same chip generation
};

/// Throws InputError with every mistake.
[[nodiscard]] std::vector<ResidualRow> read_residuals(const std::string& path);
[[nodiscard]] std::vector<ResidualRow> parse_residuals(const std::string& text, const std::string& name);

/// The text that parse_residuals reads, six digits a number.
[[nodiscard]] std::string residuals_csv(const std::vector<ResidualRow>& rows);

}  // namespace sim::validate
