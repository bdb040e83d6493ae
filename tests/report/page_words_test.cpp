#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

#include "sim/report/page_assets.hpp"
#include "tests/support/catch.hpp"

namespace {

using nlohmann::json;

std::set<std::string> keys_of(const json& words) {
  std::set<std::string> keys;
  for (const auto& item : words.items()) keys.insert(item.key());
  return keys;
}

// Every say("...") of the script: whole keys, and beginnings that are completed by a name ("stave." + name).
std::set<std::string> said(const std::string& script) {
  const std::regex call(R"re(say\([`"]([A-Za-z_.]+))re");
  std::set<std::string> keys;
  for (std::sregex_iterator it(script.begin(), script.end(), call), end; it != end; ++it) keys.insert((*it)[1]);
  return keys;
}

}  // namespace

TEST_CASE("Both languages of the page have the same words, and none is empty") {
  const json english = json::parse(sim::report::kPageWordsEnglish),
             chinese = json::parse(sim::report::kPageWordsChinese);
  CHECK(keys_of(english) == keys_of(chinese));
  for (const json* words : {&english, &chinese}) {
    for (const auto& item : words->items()) {
      CAPTURE(item.key());
      CHECK_FALSE(item.value().empty());
      if (item.value().is_string()) CHECK_FALSE(item.value().get<std::string>().empty());
    }
  }
}

TEST_CASE("Every word that the page says exists") {
  const std::set<std::string> keys = keys_of(json::parse(sim::report::kPageWordsEnglish));
  const std::set<std::string> used = said(std::string(sim::report::kPageScript));
  REQUIRE(used.size() > 40);
  for (const std::string& key : used) {
    CAPTURE(key);
    const auto next = keys.lower_bound(key);  // the key itself, or the first that begins so
    REQUIRE(next != keys.end());
    CHECK((key.back() == '.' ? next->rfind(key, 0) == 0 : *next == key));
  }
}
