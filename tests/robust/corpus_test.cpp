#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "fuzz/targets.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace fs = std::filesystem;

const std::map<std::string, void (*)(std::string_view)> kTargets{
    {"yaml", sim::fuzz::feed_yaml},         {"scenario", sim::fuzz::feed_scenario},
    {"catalog", sim::fuzz::feed_catalog},   {"topology", sim::fuzz::feed_topology},
    {"units", sim::fuzz::feed_units},       {"policy", sim::fuzz::feed_policy},
    {"logs", sim::fuzz::feed_logs},         {"hf", sim::fuzz::feed_hf},
    {"megatron", sim::fuzz::feed_megatron}, {"chakra", sim::fuzz::feed_chakra},
    {"graph", sim::fuzz::feed_graph},       {"import", sim::fuzz::feed_import}};

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

// fuzz/corpus holds what fuzzing found and the seeds that it starts from; scripts/fuzz makes up further inputs.
TEST_CASE("no reader is broken by an input of the fuzzing corpus") {
  std::map<std::string, int> fed;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(SIM_SOURCE_DIR "/fuzz/corpus")) {
    if (!entry.is_regular_file()) continue;
    const std::string target = entry.path().parent_path().filename().string();
    CAPTURE(entry.path());
    REQUIRE(kTargets.count(target) == 1);
    CHECK_NOTHROW(kTargets.at(target)(bytes_of(entry.path())));
    ++fed[target];
  }
  CHECK(fed.size() == kTargets.size());
}

// Every prefix of a good file is a file that was cut off while it was copied.
TEST_CASE("no reader is broken by an input of the fuzzing corpus that ends too early") {
  for (const auto& [target, feed] : kTargets) {
    for (const fs::directory_entry& entry : fs::directory_iterator(SIM_SOURCE_DIR "/fuzz/corpus/" + target)) {
      const std::string bytes = bytes_of(entry.path());
      constexpr std::size_t kSteps = 12;
      for (std::size_t step = 0; step < kSteps; ++step) {
        CAPTURE(entry.path(), step);
        CHECK_NOTHROW(feed(std::string_view(bytes).substr(0, bytes.size() * step / kSteps)));
      }
    }
  }
}
