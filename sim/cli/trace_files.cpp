#include "sim/cli/trace_files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

#include "sim/base/error.hpp"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 1U << 31U;  // of one file
constexpr std::size_t kMostNodes = 20'000'000;    // of all of them

constexpr const char* kHint = "execution traces are NAME.RANK.et, one file a rank";

std::string text_of(const fs::path& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) throw InputError(path.string() + ": cannot be read: it is a folder");
  if (fs::is_regular_file(path, failed) && fs::file_size(path, failed) > kMostBytes) {
    throw InputError(path.string() + ": more than 2 GiB");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path.string() + ": cannot be read: " + std::strerror(errno));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw InputError(path.string() + ": cannot be read: " + std::strerror(errno));
  return text;
}

/// The parts of NAME.RANK.et; an empty name for any other file.
struct FileName {
  std::string name;
  std::uint32_t rank = 0;
};

FileName parts_of(const std::string& file) {
  constexpr std::size_t kMostDigits = 18;  // longer ones are read as that many nines, which are too many all the same
  if (!file.ends_with(".et")) return {};
  const std::string stem = file.substr(0, file.size() - 3);
  const std::size_t dot = stem.rfind('.');
  if (dot == std::string::npos || dot == 0) return {};
  const std::string digits = stem.substr(dot + 1);
  const bool is_number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos &&
                         (digits.size() == 1 || digits.front() != '0');
  if (!is_number) return {};
  const std::uint64_t rank = std::stoull(digits.size() <= kMostDigits ? digits : std::string(kMostDigits, '9'));
  if (rank >= chakra::kMostRanks) {
    throw InputError(file + ": there is no rank " + digits.substr(0, kMostDigits + 1),
                     "ranks go up to " + std::to_string(chakra::kMostRanks - 1));
  }
  return {stem.substr(0, dot), static_cast<std::uint32_t>(rank)};
}

/// Files by name and rank.
std::map<std::string, std::map<std::uint32_t, fs::path>> files_in(const fs::path& folder) {
  std::map<std::string, std::map<std::uint32_t, fs::path>> found;
  std::error_code failed;
  fs::directory_iterator entry(folder.empty() ? "." : folder, failed);
  if (failed) throw InputError(folder.string() + ": cannot be read: " + failed.message(), kHint);
  for (; entry != fs::directory_iterator(); entry.increment(failed)) {
    const FileName parts = parts_of(entry->path().filename().string());
    if (!parts.name.empty()) found[parts.name][parts.rank] = entry->path();
    if (failed) break;
  }
  return found;
}

}  // namespace

TraceFiles read_trace_files(const std::string& path, const std::string& groups_file) {
  std::error_code failed;
  const bool is_folder = fs::is_directory(path, failed);
  const fs::path folder = is_folder ? fs::path(path) : fs::path(path).parent_path();
  TraceFiles files;
  const auto found = files_in(folder);
  files.name = is_folder ? (found.empty() ? "" : found.begin()->first) : fs::path(path).filename().string();
  if (is_folder && found.size() > 1) {
    throw InputError(path + ": traces of " + found.begin()->first + " and of " + std::next(found.begin())->first,
                     "say which ones: " + (folder / found.begin()->first).string());
  }
  if (found.count(files.name) == 0) throw InputError(path + ": there are no execution traces", kHint);
  std::size_t nodes = 0;
  std::vector<std::uint32_t> all;
  for (const auto& [rank, file] : found.at(files.name)) {
    files.traces.push_back(chakra::decode(text_of(file), rank, file.string()));
    all.push_back(rank);
    nodes += files.traces.back().nodes.size();
    if (nodes > kMostNodes) throw infeasible(path + ": more than 20 million nodes", "traces of fewer ranks");
  }
  const fs::path usual = folder / (files.name + ".groups.json");
  const fs::path groups = groups_file.empty() ? usual : fs::path(groups_file);
  if (!groups_file.empty() || fs::exists(usual, failed)) {
    chakra::read_groups(text_of(groups), groups.string(), all, files.groups);
  }
  for (const chakra::Trace& trace : files.traces) chakra::read_declared_groups(trace, all, files.groups);
  return files;
}

}  // namespace sim::cli
