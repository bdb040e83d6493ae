#include <algorithm>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/architecture/tree.hpp"
#include "tests/support/catch.hpp"

namespace sim::architecture {
namespace {

/// The folder under which an outside library keeps its headers, or its only header, and the CMake target that stands
/// for it.
const std::map<std::string, std::string> kOutside = {
    {"CLI", "CLI11::CLI11"},
    {"Eigen", "Eigen3::Eigen"},
    {"boost/graph", "Boost::graph"},
    {"boost/math", "Boost::headers"},
    {"fmt", "fmt::fmt"},
    {"pugixml.hpp", "pugixml::pugixml"},
    {"sqlite3.h", "SQLite::SQLite3"},
    {"google/protobuf", "protobuf::libprotobuf"},
    {"nlohmann", "nlohmann_json::nlohmann_json"},
    {"oneapi", "TBB::tbb"},
    {"tbb", "TBB::tbb"},
    {"yaml-cpp", "yaml-cpp::yaml-cpp"},
    {"zlib.h", "ZLIB::ZLIB"},
};

/// What the #include lines of a file name, without quotes and brackets: "sim/base/units.hpp", "vector".
std::vector<std::string> includes_of(const std::vector<std::string>& lines) {
  static const std::regex include(R"(^\s*#\s*include\s*["<]([^">]+)[">])");
  std::vector<std::string> found;
  for (const std::string& line : lines) {
    std::smatch match;
    if (std::regex_search(line, match, include)) found.push_back(match[1]);
  }
  return found;
}

/// "base" of "sim/base/units.hpp"; empty for anything else.
std::string room_of(const std::string& path) {
  if (!path.starts_with("sim/")) return "";
  const std::size_t end = path.find('/', 4);
  return end == std::string::npos ? "" : path.substr(4, end - 4);
}

/// The CMake target of the outside library that an #include names; empty for the standard library and our own headers.
std::string outside_target(const std::string& include) {
  for (const auto& [folder, target] : kOutside) {
    if (include == folder || include.starts_with(folder + "/")) return target;
  }
  return "";
}

bool contains(const std::vector<std::string>& list, const std::string& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

TEST_CASE("a folder of sim/ includes only its own headers and those of the folders that it links") {
  for (const Library& library : libraries()) {
    for (const TextFile& file : files_under("sim/" + library.name + "/", {".hpp", ".cpp"})) {
      for (const std::string& include : includes_of(file.lines)) {
        const std::string room = room_of(include);
        CAPTURE(file.path, include, library.links);
        CHECK((room.empty() || room == library.name || contains(library.links, room)));
      }
    }
  }
}

TEST_CASE("sim/ includes its own headers by their path from the root") {
  for (const TextFile& file : files_under("sim/", {".hpp", ".cpp"})) {
    for (const std::string& include : includes_of(file.lines)) {
      CAPTURE(file.path, include);
      const bool own_name =
          include.ends_with(".hpp") && !include.starts_with("catch2/") && outside_target(include).empty();
      CHECK((!own_name || exists(include)));
    }
  }
}

TEST_CASE("headers of sim/ include no outside library") {
  for (const TextFile& file : files_under("sim/", {".hpp"})) {
    for (const std::string& include : includes_of(file.lines)) {
      CAPTURE(file.path, include);
      CHECK(outside_target(include).empty());
    }
  }
}

TEST_CASE("a folder of sim/ includes only the outside libraries that its CMakeLists.txt names") {
  for (const Library& library : libraries()) {
    for (const TextFile& file : files_under("sim/" + library.name + "/", {".cpp"})) {
      for (const std::string& include : includes_of(file.lines)) {
        const std::string target = outside_target(include);
        CAPTURE(file.path, include, library.external);
        CHECK((target.empty() || contains(library.external, target)));
      }
    }
  }
}

TEST_CASE("links run one way: a folder links only folders that sim/CMakeLists.txt adds before it") {
  std::set<std::string> before;
  for (const Library& library : libraries()) {
    for (const std::string& link : library.links) {
      CAPTURE(library.name, link);
      CHECK(before.count(link) == 1);
    }
    before.insert(library.name);
  }
  CHECK(before.count("base") == 1);
}

TEST_CASE("every folder of sim/ is added to the build") {
  std::set<std::string> added;
  for (const Library& library : libraries()) added.insert(library.name);
  for (const TextFile& file : files_under("sim/", {".hpp", ".cpp"})) {
    CAPTURE(file.path);
    CHECK(added.count(room_of(file.path)) == 1);
  }
}

TEST_CASE("include lines, rooms and outside libraries are recognised") {
  const std::vector<std::string> lines = {"#pragma once", "#include <vector>", "  #  include \"sim/base/units.hpp\"",
                                          "#include <boost/graph/adjacency_list.hpp>", "// #include <Eigen/Dense>"};
  const std::vector<std::string> expected = {"vector", "sim/base/units.hpp", "boost/graph/adjacency_list.hpp"};
  CHECK(includes_of(lines) == expected);
  CHECK(room_of("sim/base/units.hpp") == "base");
  CHECK(room_of("tests/support/catch.hpp").empty());
  CHECK(outside_target("boost/graph/adjacency_list.hpp") == "Boost::graph");
  CHECK(outside_target("vector").empty());
}

TEST_CASE("calls in a CMakeLists.txt are read with their links and outside libraries") {
  const TextFile file{"x",
                      {"# sim_library(no)", "sim_library(flow LINKS base engine", "  EXTERNAL fmt::fmt)", "other(a)"}};
  const std::vector<Library> expected = {{"flow", {"base", "engine"}, {"fmt::fmt"}}};
  CHECK(calls_of("sim_library", file) == expected);
}

}  // namespace
}  // namespace sim::architecture
