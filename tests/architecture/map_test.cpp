#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/architecture/tree.hpp"
#include "tests/support/catch.hpp"

namespace sim::architecture {
namespace {

/// A row of the table of rooms in docs/architecture.md.
struct Room {
  int layer = 0;
  Library library;
};

std::vector<std::string> words_of(std::string list) {
  std::replace(list.begin(), list.end(), ',', ' ');
  std::istringstream stream(list);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    if (word != "-") words.push_back(word);
  }
  return words;
}

/// The rows `| L1 | sim/flow | links | outside libraries | ...` of a document, in order.
std::vector<Room> rooms_of(const std::vector<std::string>& lines) {
  static const std::regex row(R"(^\| L(\d) \| `sim/(\w+)` \| ([^|]*) \| ([^|]*) \|.*)");
  std::vector<Room> rooms;
  for (const std::string& line : lines) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    rooms.push_back({std::stoi(match[1]), {match[2], words_of(match[3]), words_of(match[4])}});
  }
  return rooms;
}

TEST_CASE("the table of docs/architecture.md has the rooms and links of the CMake files") {
  std::map<std::string, Library> built;
  for (const Library& library : libraries()) built[library.name] = library;
  const std::vector<Room> rooms = rooms_of(file_at("docs/architecture.md").lines);
  CHECK(rooms.size() == built.size());
  for (const Room& room : rooms) {
    CAPTURE(room.library.name);
    CHECK(room.library.links == built[room.library.name].links);
    CHECK(room.library.external == built[room.library.name].external);
  }
}

TEST_CASE("every room has a folder of tests with its name") {
  for (const Library& library : libraries()) {
    CAPTURE(library.name);
    CHECK(exists("tests/" + library.name));
  }
}

TEST_CASE("links of the map point down, or to the side within a layer") {
  std::map<std::string, int> layers;
  for (const Room& room : rooms_of(file_at("docs/architecture.md").lines)) layers[room.library.name] = room.layer;
  CHECK(layers.size() > 10);
  for (const Library& library : libraries()) {
    for (const std::string& link : library.links) {
      CAPTURE(library.name, link);
      CHECK(layers[link] <= layers[library.name]);
    }
  }
}

/// "browser" of "tests/browser/run.sh" under "tests/"; a file that lies in the folder itself by its own name.
std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const TextFile& file : files_under(folder, {""})) {
    const std::size_t end = file.path.find('/', folder.size());
    names.insert(file.path.substr(folder.size(), end == std::string::npos ? end : end + 1 - folder.size()));
  }
  return names;
}

TEST_CASE("docs/architecture.md names every folder of the root and of tests/, every script and every page") {
  std::string map;
  for (const std::string& line : file_at("docs/architecture.md").lines) map += line + "\n";
  const auto is_named = [&map](const std::string& words) { return map.find(words) != std::string::npos; };
  for (const std::string& name : names_in("")) {
    CAPTURE(name);
    CHECK((!name.ends_with("/") || is_named("`" + name)));
  }
  for (const std::string& name : names_in("tests/")) {
    CAPTURE(name);
    CHECK((!name.ends_with("/") || is_named("`" + name + "`") ||
           is_named("`sim/" + name.substr(0, name.size() - 1) + "`")));
  }
  for (const std::string& name : names_in("scripts/")) {
    CAPTURE(name);
    CHECK(is_named("`" + name + "`"));
  }
  for (const std::string& name : names_in("docs/")) {
    CAPTURE(name);
    CHECK((!name.ends_with(".md") || name == "architecture.md" || is_named("](" + name + ")")));
  }
}

TEST_CASE("paths that docs/architecture.md names are there") {
  static const std::regex path(R"(`((sim|tests|catalog|cmake|scripts|fuzz|bench|examples)/[A-Za-z0-9_./]*)`)");
  int named = 0;
  for (const std::string& line : file_at("docs/architecture.md").lines) {
    for (std::sregex_iterator at(line.begin(), line.end(), path), end; at != end; ++at, ++named) {
      CAPTURE(line);
      CHECK(exists((*at)[1]));
    }
  }
  CHECK(named > 50);
}

TEST_CASE("a row of the map is read with its layer, links and outside libraries") {
  const std::vector<Room> rooms = rooms_of({"| layer | folder |", "| --- | --- |",
                                            "| L2 | `sim/topology` | base, hardware | Boost::graph | the fabric |",
                                            "| L0 | `sim/base` | - | - | units |"});
  REQUIRE(rooms.size() == 2);
  CHECK(rooms[0].layer == 2);
  CHECK(rooms[0].library == Library{"topology", {"base", "hardware"}, {"Boost::graph"}});
  CHECK(rooms[1].library == Library{"base", {}, {}});
}

}  // namespace
}  // namespace sim::architecture
