#include "sim/report/facts.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace sim::report {
namespace {

using json = nlohmann::ordered_json;  // facts come in the order of the answer

std::vector<std::string> names_of(const json& list) {
  for (const char* key : {"stave", "id", "scenario"}) {
    std::vector<std::string> names;
    for (const json& item : list) {
      if (item.is_object() && item.contains(key) && item[key].is_string()) names.push_back(item[key]);
    }
    const bool are_distinct = std::set<std::string>(names.begin(), names.end()).size() == list.size();
    if (are_distinct && names.size() == list.size()) return names;
  }
  std::vector<std::string> places;
  for (std::size_t i = 0; i < list.size(); ++i) places.push_back(std::to_string(i));
  return places;
}

void collect(const json& value, const std::string& path, std::vector<Fact>& facts) {
  const auto below = [&path](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) collect(inner, below(key), facts);
  } else if (value.is_array()) {
    const std::vector<std::string> names = names_of(value);
    for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], below(names[i]), facts);
  } else if (value.is_string()) {
    facts.push_back({path, value.get<std::string>(), std::nullopt});
  } else if (!value.is_null()) {
    facts.push_back({path, value.dump(), value.is_number() ? std::optional(value.get<double>()) : std::nullopt});
  }
}

std::string on_one_line(std::string text) {
  for (char& c : text) {
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

}  // namespace

std::vector<Fact> facts_of(const std::string& json_text) {
  std::vector<Fact> facts;
  const json whole = json::parse(json_text, nullptr, false);
  if (!whole.is_discarded()) {
    collect(whole, "", facts);
    return facts;
  }
  std::istringstream lines(json_text);
  std::size_t place = 0;
  for (std::string line; std::getline(lines, line); ++place) collect(json::parse(line), std::to_string(place), facts);
  return facts;
}

std::string plain_text(const std::string& json_text) {
  std::string text;
  for (const Fact& fact : facts_of(json_text)) text += on_one_line(fact.name) + "\t" + on_one_line(fact.value) + "\n";
  return text;
}

}  // namespace sim::report
