#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/architecture/tree.hpp"
#include "tests/support/catch.hpp"

namespace sim::architecture {
namespace {

/// A place on somebody's machine or beside the repository: a reader of a clone has no such file. A slash in the middle
/// of a longer path or an address is none.
bool names_an_outside_path(const std::string& line) {
  static const std::regex outside(R"((^|[^A-Za-z0-9_.\-/$}])((\.\./)+shared\b|/(work|home|Users)/[a-z]))");
  return std::regex_search(line, outside);
}

/// A Catch2 tag that hides a test or lets it fail.
bool hides_a_test(const std::string& line) {
  static const std::regex hidden(R"("[^"]*\[(\.[A-Za-z_]*|!hide|!mayfail|!shouldfail)\])");
  return std::regex_search(line, hidden);
}

/// The targets of the links of a Markdown line that are neither addresses nor places in the same page.
std::vector<std::string> local_links(const std::string& line) {
  static const std::regex link(R"(\]\(([^)#: ]+)(#[^) ]*)?\))");
  std::vector<std::string> found;
  for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) found.push_back((*at)[1]);
  return found;
}

TEST_CASE("no file names a path outside of the repository") {
  for (const TextFile& file : repository_files()) {
    for (const std::string& line : file.lines) {
      CAPTURE(file.path, line);
      if (names_an_outside_path(line)) FAIL_CHECK("a path outside of the repository");
    }
  }
  CHECK(repository_files().size() > 50);
}

TEST_CASE("no test is hidden or allowed to fail") {
  for (const TextFile& file : files_under("tests/", {".cpp", ".hpp"})) {
    for (const std::string& line : file.lines) {
      CAPTURE(file.path, line);
      if (hides_a_test(line)) FAIL_CHECK("a tag that keeps a test from counting");
    }
  }
  CHECK(files_under("tests/", {".cpp"}).size() > 1);
}

TEST_CASE("every folder of tests/ with sources is a test program") {
  std::set<std::string> programs;
  for (const Library& program : calls_of("sim_test", file_at("tests/CMakeLists.txt"))) programs.insert(program.name);
  for (const TextFile& file : files_under("tests/", {".cpp"})) {
    const std::string folder = std::filesystem::path(file.path).parent_path().generic_string().substr(6);
    CAPTURE(file.path);
    CHECK((folder == "support" || programs.count(folder) == 1));
  }
}

TEST_CASE("links in the documents lead to files that exist") {
  for (const TextFile& file : files_under("", {".md"})) {
    const std::filesystem::path folder = std::filesystem::path(file.path).parent_path();
    for (const std::string& line : file.lines) {
      for (const std::string& link : local_links(line)) {
        CAPTURE(file.path, link);
        CHECK(exists((folder / link).lexically_normal().generic_string()));
      }
    }
  }
  CHECK_FALSE(files_under("", {".md"}).empty());
}

TEST_CASE("comments name sections of docs/model.md that it has") {
  std::set<std::string> sections;
  for (const std::string& line : file_at("docs/model.md").lines) {
    if (line.starts_with("#")) sections.insert(line.substr(line.find(' ') + 1));
  }
  static const std::regex reference(R"x(model\.md, \\?"([^"\\]+))x");
  int named = 0;
  for (const TextFile& file : files_under("sim/", {".cpp", ".hpp"})) {
    for (const std::string& line : file.lines) {
      for (std::sregex_iterator at(line.begin(), line.end(), reference), end; at != end; ++at, ++named) {
        CAPTURE(file.path, line);
        CHECK(sections.count((*at)[1]) == 1);
      }
    }
  }
  CHECK(named > 15);
}

// The samples are put together from two pieces, so that this file does not break the rules that it states.
TEST_CASE("outside paths are told from paths inside and from addresses") {
  CHECK(
      names_an_outside_path("see ../"
                            "shared/notes.md"));
  CHECK(
      names_an_outside_path("\"/wo"
                            "rk/main\""));
  CHECK(
      names_an_outside_path("/ho"
                            "me/me/log"));
  CHECK_FALSE(names_an_outside_path("https://example.org/work/papers"));
  CHECK_FALSE(names_an_outside_path("../catalog/chips/h20.yaml"));
  CHECK_FALSE(names_an_outside_path("tokens/s and work/rank"));
}

TEST_CASE("hiding tags are told from other brackets") {
  CHECK(
      hides_a_test("TEST_CASE(\"x\", \"["
                   ".]\")"));
  CHECK(
      hides_a_test("TEST_CASE(\"x\", \"[slow]["
                   ".oracle]\")"));
  CHECK(
      hides_a_test("TEST_CASE(\"x\", \"["
                   "!mayfail]\")"));
  CHECK_FALSE(hides_a_test("TEST_CASE(\"a list [...] in text\", \"[flow]\")"));
}

TEST_CASE("links of a document are read without their places in the page") {
  const std::vector<std::string> expected = {"docs/a.md", "b.md"};
  CHECK(local_links("[a](docs/a.md#top), [b](b.md), [c](https://example.org), [d](#here)") == expected);
}

}  // namespace
}  // namespace sim::architecture
