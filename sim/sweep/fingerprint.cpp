#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "sim/base/version.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/scenario.hpp"
#include "sim/sweep/points.hpp"

namespace sim::sweep {
namespace {

namespace fs = std::filesystem;

// FNV-1a of 64 bits (Fowler, Noll, Vo): it need only tell studies apart, not resist an attacker.
class Hash {
 public:
  void add(const std::string& text) {
    for (const char character : text) step(static_cast<unsigned char>(character));
    step(0);  // "ab", "c" is not "a", "bc"
  }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_); }

 private:
  void step(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ULL; }
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// Names and contents, in the order of the names.
void add_folder(Hash& hash, const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    hash.add(fs::relative(path, folder).string());
    hash.add(std::string(std::istreambuf_iterator<char>(file), {}));
  }
}

void add_document(Hash& hash, const config::Value& value) {
  hash.add(fmt::format("{} {}", static_cast<int>(value.kind), value.quoted));
  hash.add(value.text);
  for (const config::Value& item : value.items) add_document(hash, item);
  for (const config::Value::Entry& entry : value.entries) {
    hash.add(entry.key);
    add_document(hash, entry.value);
  }
}

void add_study(Hash& hash, const Study& study) {
  hash.add(fmt::format("{} {} {}", static_cast<int>(study.design), study.samples, study.seed));
  for (const std::string& scenario : study.scenarios) hash.add(scenario);
  for (const Axis& axis : study.axes) {
    hash.add(axis.key);
    hash.add(fmt::format("{} {} {}", axis.steps, axis.log, axis.multiple_of));
    hash.add(axis.from);
    hash.add(axis.to);
    for (const std::string& value : axis.values) hash.add(value);
  }
}

}  // namespace

std::string fingerprint(const Study& study, const Points& points) {
  Hash hash;
  hash.add(kVersion);
  add_study(hash, study);
  for (const char* folder : {"catalog", "topologies"}) add_folder(hash, config::data_directory() / folder);
  Place first = points.place(0);
  const std::vector<std::string> overrides = Points::overrides(first);
  for (std::size_t i = 0; i < std::max<std::size_t>(1, study.scenarios.size()); ++i) {
    if (!study.scenarios.empty()) first.front().second = study.scenarios[i];
    add_document(hash, config::load_scenario(points.scenario(first), overrides).root);
  }
  return hash.text();
}

}  // namespace sim::sweep
