#include "tests/cli/shell.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

namespace sim::test {
namespace {

namespace fs = std::filesystem;

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + "'";
}

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

Shell shell(const std::string& line) {
  const fs::path out = fs::temp_directory_path() / ("sim_test_" + std::to_string(getpid()) + ".out");
  const fs::path err = fs::path(out).replace_extension(".err");
  const std::string script = std::string("simulate=") + quoted(SIM_PROGRAM) + "; cd " +
                             quoted(sim::test::source_folder()) + " && { " + line + "\n} >" + quoted(out.string()) +
                             " 2>" + quoted(err.string()) + " </dev/null";
  const int status = std::system(("bash -c " + quoted(script)).c_str());
  const Shell result{WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(out), contents(err)};
  fs::remove(out);
  fs::remove(err);
  return result;
}

std::string output_of(const std::string& line) {
  const Shell result = shell(line);
  CAPTURE(line, result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.empty());
  return result.out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> yaml_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& file : fs::directory_iterator(fs::path(sim::test::source_folder()) / folder)) {
    if (file.path().extension() == ".yaml") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace sim::test
