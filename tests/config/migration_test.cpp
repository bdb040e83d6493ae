#include "sim/config/migration.hpp"

#include "sim/config/scenario.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::config;

namespace {

// Renames as later versions might bring them: version 2 renamed two keys, version 3 one of them again.
const std::vector<Rename> kRenames{
    {1, "parallel.virtual", "chunks"}, {1, "fleet.*.rate", "monthly"}, {2, "parallel.chunks", "vpp"}};

Value document(const std::string& text) {
  return read_yaml_text(text, "old.yaml");
}

std::string at(const Value& root, const std::string& key, const std::string& inner) {
  const Value* const map = root.find(key);
  const Value* const value = map == nullptr ? nullptr : map->find(inner);
  return value == nullptr ? "(not there)" : value->text;
}

}  // namespace

TEST_CASE("a file of an older version is read with all renames since, and a note says which") {
  Value root =
      document("schema_version: 1\nparallel: {virtual: 4, tp: 2}\nfleet:\n- {chip: a, rate: 10}\n- {chip: b}\n");
  const std::vector<std::string> notes = migrate(root, 3, kRenames);
  CHECK(root.find("schema_version")->text == "3");
  CHECK(at(root, "parallel", "vpp") == "4");  // virtual, chunks, vpp
  CHECK(at(root, "parallel", "virtual") == "(not there)");
  CHECK(at(root, "parallel", "tp") == "2");
  CHECK(root.find("fleet")->items[0].find("monthly")->text == "10");
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] ==
        "old.yaml has schema_version 1 and is read as 3: parallel.virtual is now called chunks, fleet.*.rate is now "
        "called monthly, parallel.chunks is now called vpp");
}

TEST_CASE("only renames after a file's version are made") {
  Value root = document("schema_version: 2\nparallel: {virtual: 4}\n");
  CHECK(migrate(root, 3, kRenames) == std::vector<std::string>{"old.yaml has schema_version 2 and is read as 3"});
  CHECK(at(root, "parallel", "virtual") == "4");  // version 2 knew no such key: the reader refuses it
}

TEST_CASE("a file with both names keeps both, so that the reader refuses the old one") {
  Value root = document("schema_version: 2\nparallel: {chunks: 4, vpp: 2}\n");
  (void)migrate(root, 3, kRenames);
  CHECK(at(root, "parallel", "chunks") == "4");
  CHECK(at(root, "parallel", "vpp") == "2");
}

TEST_CASE("files of today's version, and those that are included without one, stay as they are") {
  const auto text = GENERATE(as<std::string>{}, "schema_version: 3\nparallel: {virtual: 4}\n",
                             "parallel: {virtual: 4}\n", "schema_version: one\nparallel: {virtual: 4}\n");
  Value root = document(text);
  CHECK(migrate(root, 3, kRenames).empty());
  CHECK(at(root, "parallel", "virtual") == "4");
}

TEST_CASE("a file of a later version is refused with the versions of the program") {
  Value root = document("schema_version: 4\n");
  CHECK_THROWS_WITH(migrate(root, 3, kRenames),
                    ContainsSubstring("old.yaml:1:17: error: schema_version: the file is of version 4; simulate ") &&
                        ContainsSubstring(" reads versions up to 3"));
}

TEST_CASE("every rename of the table belongs to a version before today's") {
  for (const Rename& rename : scenario_renames()) {
    CAPTURE(rename.path);
    CHECK(rename.until >= 1);
    CHECK(rename.until < kSchemaVersion);
  }
}
