#include "sim/base/version.hpp"
#include "sim/cli/command.hpp"

namespace sim::cli {

extern const char* const kCommit;  // made by cmake/Commit.cmake; empty where the sources are no clone

namespace {

#ifdef __clang__
constexpr const char* kCompiler = "";  // __VERSION__ names it
#else
constexpr const char* kCompiler = "g++ ";
#endif

}  // namespace

std::string version_text() {
  const std::string commit = kCommit;
  return std::string("simulate ") + kVersion + "\n" + (commit.empty() ? "" : "commit " + commit + ", ") +
         SIM_BUILD_TYPE + " build, " + kCompiler + __VERSION__;
}

}  // namespace sim::cli
