#include "sim/sweep/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "sim/base/error.hpp"
#include "sim/sweep/study.hpp"

namespace sim::sweep {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kFileVersion = 1;

Header header_of(const std::string& line, const std::string& path) {
  const json data = json::parse(line, nullptr, false);
  try {
    Header header{data.at("sweep"), data.at("fingerprint"), data.at("version"), data.at("axes"), data.at("points"), {}};
    if (data.at("schema_version") != kFileVersion) throw InputError(path + ":1: is of another version of this form");
    if (data.contains("shard")) header.shard = {data.at("shard").at(0), data.at("shard").at(1)};
    const Shard& shard = header.shard;
    const bool is_shard = shard.count > 0 && shard.index >= 0 && shard.index < shard.count;
    if (header.points > 0 && header.points <= kMostPoints && is_shard) return header;
  } catch (const json::exception&) {  // said below
  }
  throw InputError(path + ":1: is no header of a sweep", "`simulate sweep` writes such files");
}

bool is_row(const json& data) {
  if (!data.is_object()) return false;
  const auto has = [&data](const char* key, auto is) { return data.contains(key) && is(data[key]); };
  const auto is_text = [](const json& value) { return value.is_string(); };
  for (const char* key : {"message", "shortest_stave"}) {
    if (data.contains(key) && !data[key].is_string()) return false;
  }
  return has("index", [](const json& value) { return value.is_number_integer(); }) && has("status", is_text) &&
         has("keys", [](const json& value) { return value.is_object(); });
}

// A journal has a point that failed once more when it was done again: the later row counts.
void add_row(Results& results, const std::string& line, const std::string& place, bool is_journal) {
  const json data = json::parse(line, nullptr, false);
  if (!is_row(data)) throw InputError(place + ": is no row of a sweep");
  const auto index = data["index"].get<std::int64_t>();
  if (index < 0 || index >= results.header.points || !results.header.shard.has(index)) {
    throw InputError(fmt::format("{}: index {} does not belong here", place, index));
  }
  const auto [at, is_new] = results.rows.emplace(index, line);
  if (!is_new && !(is_journal && has_failed(at->second)))
    throw InputError(fmt::format("{}: index {} comes twice", place, index));
  at->second = line;
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code ignored;  // such as a name that is too long
  if (!std::filesystem::is_regular_file(path, ignored) || !file) throw InputError(path + ": cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string some(const std::vector<std::int64_t>& indices) {
  constexpr std::size_t kShown = 10;
  const std::size_t shown = std::min(indices.size(), kShown);
  const std::string text =
      fmt::format("{}", fmt::join(indices.begin(), indices.begin() + static_cast<long>(shown), ", "));
  return indices.size() > kShown ? fmt::format("{}, ... ({} in all)", text, indices.size()) : text;
}

}  // namespace

std::string header_line(const Header& header) {
  ordered_json data{{"sweep", header.study},     {"schema_version", kFileVersion},
                    {"version", header.version}, {"fingerprint", header.fingerprint},
                    {"axes", header.axes},       {"points", header.points}};
  if (header.shard.count > 1) data["shard"] = {header.shard.index, header.shard.count};
  return data.dump();
}

Results read_results(const std::string& path, bool may_be_torn) {
  const std::string text = text_of_file(path);
  Results results;
  std::size_t number = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', results.bytes)) {
    const std::string line = text.substr(results.bytes, end - results.bytes);
    if (++number == 1) {
      results.header = header_of(line, path);
    } else {
      add_row(results, line, fmt::format("{}:{}", path, number), may_be_torn);
    }
    results.bytes = end + 1;
  }
  if (may_be_torn) return results;
  if (number == 0) throw InputError(path + ":1: is no header of a sweep", "`simulate sweep` writes such files");
  if (results.bytes < text.size()) {
    throw InputError(fmt::format("{}:{}: the last line is torn", path, number + 1),
                     "run the sweep that wrote it once more: it goes on where it was");
  }
  return results;
}

bool has_failed(const std::string& row) {
  if (row.find("failed") == std::string::npos) return false;
  return json::parse(row).at("status") == "failed";
}

std::vector<std::int64_t> missing_points(const Results& results) {
  std::vector<std::int64_t> missing;
  const Shard& shard = results.header.shard;
  for (std::int64_t index = shard.index; index < results.header.points; index += shard.count) {
    if (results.rows.count(index) == 0) missing.push_back(index);
  }
  return missing;
}

std::vector<std::int64_t> open_points(const Results& results) {
  std::vector<std::int64_t> open = missing_points(results);
  for (const auto& [index, row] : results.rows) {
    if (has_failed(row)) open.push_back(index);
  }
  std::sort(open.begin(), open.end());
  return open;
}

Results merge_results(const std::vector<std::string>& paths) {
  Results merged;
  std::vector<std::int64_t> doubled;
  for (const std::string& path : paths) {
    const Results part = read_results(path, false);
    if (&path == &paths.front()) {
      merged.header = part.header;
      merged.header.shard = {};
    }
    if (part.header.fingerprint != merged.header.fingerprint || part.header.points != merged.header.points) {
      throw InputError(path + ": is of another study than " + paths.front(),
                       "the study, its scenario or the version of the program changed in between");
    }
    for (const auto& [index, row] : part.rows) {
      if (!merged.rows.emplace(index, row).second) doubled.push_back(index);
    }
  }
  std::sort(doubled.begin(), doubled.end());
  if (!doubled.empty()) throw InputError("points that come twice: " + some(doubled), "name each shard once");
  const std::vector<std::int64_t> missing = missing_points(merged);
  if (!missing.empty())
    throw InputError("points that are missing: " + some(missing),
                     "run their shards once more: each goes on where it was");
  return merged;
}

std::string results_text(const Results& results) {
  std::string text = header_line(results.header) + "\n";
  for (const auto& [index, row] : results.rows) text += row + "\n";
  return text;
}

}  // namespace sim::sweep
