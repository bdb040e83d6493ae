#pragma once

#include <string>
#include <vector>

namespace sim::test {

/// What a command left behind.
struct Shell {
  int code = 0;
  std::string out;
  std::string err;
};

/// Runs a line of bash in the root of the repository, with `$simulate` as the built program and no terminal.
[[nodiscard]] Shell shell(const std::string& line);

/// Standard output of a line that must end with 0 and say nothing on standard error.
[[nodiscard]] std::string output_of(const std::string& line);

/// Lines of a text, without their ends.
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);

/// Names without extension of the .yaml files of a folder of the repository, sorted.
[[nodiscard]] std::vector<std::string> yaml_names(const std::string& folder);

}  // namespace sim::test
