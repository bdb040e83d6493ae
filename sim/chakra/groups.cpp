#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/base/error.hpp"
#include "sim/chakra/trace.hpp"

namespace sim::chakra {
namespace {

using nlohmann::json;

std::vector<std::uint32_t> ranks_of(const json& list, const std::string& where) {
  if (!list.is_array() || list.empty()) throw InputError(where + " is no list of ranks");
  std::vector<std::uint32_t> ranks;
  for (const json& item : list) {
    const bool is_rank = item.is_number_integer() && item.get<std::int64_t>() >= 0;
    if (!is_rank || item.get<std::int64_t>() >= kMostRanks) {
      throw InputError(where + ": " + (item.is_structured() ? "what stands there" : item.dump().substr(0, 80)) +
                       " is no rank");
    }
    ranks.push_back(item.get<std::uint32_t>());
  }
  std::vector<std::uint32_t> sorted = ranks;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) throw InputError(where + " has rank " + std::to_string(*twice) + " twice");
  return ranks;
}

void add(const std::string& name, std::vector<std::uint32_t> ranks, const std::string& where, Groups& groups) {
  const auto [place, is_new] = groups.try_emplace(name, std::move(ranks));
  if (!is_new && place->second != ranks) throw InputError(where + " is there already, with other ranks");
}

}  // namespace

std::string groups_json(const Groups& groups) {
  json object = json::object();
  for (const auto& [name, ranks] : groups) object[name] = ranks;
  return object.dump() + "\n";
}

void read_groups(std::string_view text, const std::string& file, const std::vector<std::uint32_t>& all,
                 Groups& groups) {
  const char* const hint = "a map of groups, such as {\"1\": [0, 1]}";
  const json root = json::parse(text, nullptr, false);
  if (root.is_discarded()) throw InputError(file + ": no JSON", hint);
  if (root.is_object()) {
    for (const auto& [name, list] : root.items()) {
      const std::string where = file + ": group " + name.substr(0, 80);
      std::vector<std::uint32_t> ranks = ranks_of(list, where);
      add(name, std::move(ranks), where, groups);
    }
    return;
  }
  if (!root.is_array()) throw InputError(file + ": no map of groups", hint);
  for (const json& item : root) {
    if (!item.is_object() || !item.contains("pg_name") || !item["pg_name"].is_string() || !item.contains("ranks")) {
      throw InputError(file + ": a group without pg_name and ranks", hint);
    }
    const std::string name = item["pg_name"].get<std::string>();
    const std::string where = file + ": group " + name.substr(0, 80);
    const bool has_all = item["ranks"].is_array() && item["ranks"].empty();  // as PyTorch has it
    add(name, has_all ? all : ranks_of(item["ranks"], where), where, groups);
  }
}

// PyTorch's list stands in the text of an input, between brackets and quotes that differ with its version.
void read_declared_groups(const Trace& trace, const std::vector<std::uint32_t>& all, Groups& groups) {
  for (const Node& node : trace.nodes) {
    const std::size_t begin = node.declaration.find("[{"), end = node.declaration.rfind("}]");
    if (begin == std::string::npos || end == std::string::npos || end < begin) continue;
    const std::string_view list = std::string_view(node.declaration).substr(begin, end + 2 - begin);
    read_groups(list, trace.file + ": node " + std::to_string(node.id), all, groups);
  }
}

}  // namespace sim::chakra
