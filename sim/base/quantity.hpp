#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// Result of reading a number with a unit; `error` is empty on success, otherwise says what is wrong in lower case.
struct QuantityText {
  double value = 0;  ///< in the SI unit of the dimension
  std::string error;
  std::string hint;
};

/// Reads "400 Gb/s", "80 GB", "1.5 us", "312 TFLOPS", "0.25": a finite decimal number, then a unit of `dimension`:
/// "time", "data", "data rate", "operations", "operation rate", "power", "area", "frequency", "money" or "" for a plain
/// number. b is bits and B bytes; k, M, G, T, P are powers of ten, Ki, Mi, Gi, Ti powers of two. Refuses nan, inf,
/// hexadecimal, octal-looking integers (010), missing and unknown units.
[[nodiscard]] QuantityText parse_quantity(std::string_view text, std::string_view dimension);

/// Shortest text with a unit that reads back to the same value within 1e-12 relative.
[[nodiscard]] std::string format_quantity(double value, std::string_view dimension);

/// Units that parse_quantity accepts for a dimension, for messages and documentation.
[[nodiscard]] std::vector<std::string> units_of(std::string_view dimension);

/// The candidate nearest to `word` in edit distance, empty if none is near enough to be a likely typo.
[[nodiscard]] std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace sim
