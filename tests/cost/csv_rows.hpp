#pragma once

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace sim::test {

/// Rows of a comma-separated table of validation/ without quoted fields, header left out.
inline std::vector<std::vector<std::string>> csv_rows(const std::string& path_in_repository) {
  std::ifstream file(std::string(SIM_SOURCE_DIR) + "/" + path_in_repository);
  REQUIRE(file.is_open());
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> fields;
    std::stringstream stream(line);
    for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
    rows.push_back(fields);
  }
  return rows;
}

/// Share of `quantile` (0.5: median) of absolute errors. Needs at least one.
inline double absolute_quantile(std::vector<double> errors, double quantile) {
  REQUIRE_FALSE(errors.empty());
  for (double& error : errors) error = std::abs(error);
  std::sort(errors.begin(), errors.end());
  return errors[static_cast<std::size_t>(quantile * static_cast<double>(errors.size() - 1))];
}

}  // namespace sim::test
