#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
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

// As the readers tell a path from a name of the catalogue.
bool may_be_file(const std::string& text) {
  if (text.find('/') != std::string::npos) return true;
  const std::string end = fs::path(text).extension().string();
  return end == ".yaml" || end == ".json" || end == ".dot" || end == ".gv" || end == ".graphml";
}

/// Adds the bytes of files that a point names, and of those that they name (`like`), each once.
class NamedFiles {
 public:
  explicit NamedFiles(Hash& hash) : hash_(hash) {}

  /// `text` as a path from `folder` and from the current one: some keys start at the one, some at the other.
  void add(const std::string& text, const fs::path& folder) {
    if (may_be_file(text)) add_file(text, folder);
  }

  /// The same, whatever it looks like.
  void add_file(const std::string& text, const fs::path& folder) {
    for (const fs::path& path : {(folder / text).lexically_normal(), fs::path(text).lexically_normal()}) {
      std::error_code ignored;  // what cannot be looked at is refused where it is read
      if (!fs::is_regular_file(path, ignored) || !seen_.insert(path.string()).second) continue;
      std::ifstream file(path, std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      hash_.add(bytes);
      if (path.extension() == ".yaml") add_words(bytes, path.parent_path());
    }
  }

  /// Every word of `yaml` that may be a path, wherever it stands.
  void add_words(const std::string& yaml, const fs::path& folder) {
    constexpr const char* kEnds = " \t\r\n,[]{}\"'";
    for (std::size_t begin = yaml.find_first_not_of(kEnds); begin != std::string::npos;) {
      const std::size_t end = std::min(yaml.find_first_of(kEnds, begin), yaml.size());
      add(yaml.substr(begin, end - begin), folder);
      begin = yaml.find_first_not_of(kEnds, end);
    }
  }

 private:
  Hash& hash_;
  std::set<std::string> seen_;
};

void add_document(Hash& hash, NamedFiles& files, const config::Value& value) {
  hash.add(fmt::format("{} {}", static_cast<int>(value.kind), value.quoted));
  hash.add(value.text);
  files.add(value.text, fs::path(value.mark.file).parent_path());
  for (const config::Value& item : value.items) add_document(hash, files, item);
  for (const config::Value::Entry& entry : value.entries) {
    hash.add(entry.key);
    add_document(hash, files, entry.value);
  }
}

bool any_of(const InputError& error, bool (*has)(const Diagnostic&)) {
  return std::any_of(error.diagnostics().begin(), error.diagnostics().end(), has);
}

// A value that the reader refuses is a row of its point. A key that there is not is a slip of the whole study, and so
// is a scenario that cannot be read by itself.
void add_scenario(Hash& hash, NamedFiles& files, const std::string& path, const std::vector<std::string>& overrides) {
  try {
    const config::LoadedScenario loaded = config::load_scenario(path, overrides);
    files.add_file(loaded.scenario.schedule_file, {});
    files.add_file(loaded.scenario.calibration, {});
    return add_document(hash, files, loaded.root);
  } catch (const InputError& error) {
    const bool is_key = any_of(error, [](const Diagnostic& one) {
      return one.message.find(": unknown key") != std::string::npos || one.message.starts_with("there is no item") ||
             one.message == "not a path of keys";
    });
    if (is_key) throw;
    const bool is_elsewhere = any_of(error, [](const Diagnostic& one) { return !one.mark.file.starts_with("--set "); });
    if (is_elsewhere) (void)config::load_scenario(path);
  }
  files.add(fs::absolute(path).string(), {});
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

void add_files_of(NamedFiles& files, const Axis& axis, const std::string& folder) {
  const bool is_path = axis.key == "parallel.schedule_file" || axis.key == "calibration";
  for (const std::string& value : axis.values) {
    if (is_path) files.add_file(value, folder);
    files.add(value, folder);
    files.add_words(value, folder);  // "{like: half.yaml, tdp: 300 W}"
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
  NamedFiles files(hash);
  for (std::size_t i = 0; i < std::max<std::size_t>(1, study.scenarios.size()); ++i) {
    if (!study.scenarios.empty()) first.front().second = study.scenarios[i];
    const std::string path = points.scenario(first);
    add_scenario(hash, files, path, overrides);
    const std::string folder = fs::path(path).parent_path().string();
    for (const Axis& axis : study.axes) add_files_of(files, axis, folder);
  }
  return hash.text();
}

}  // namespace sim::sweep
