#pragma once

#include <string>
#include <vector>

namespace sim::architecture {

struct FunctionSize {
  std::string name;  ///< the first line of the definition
  int first_line = 0;
  int lines = 0;  ///< from the first line of the signature to the closing brace
};

/// The function definitions of a file laid out by clang-format: those that start in column 0 (namespaces do not indent)
/// and, inside a class or struct of column 0, those that start in column 2. A heuristic on the layout, not a parser.
[[nodiscard]] std::vector<FunctionSize> functions_of(const std::vector<std::string>& lines);

}  // namespace sim::architecture
