#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/docs/exceptions.hpp"
#include "tests/docs/page.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim::test;

namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// A folder that looks like a fresh clone with the program built, in which a page's commands may write. What the pages
// take for granted (logs of a run of one's own) lies there too.
class Clone {
 public:
  Clone() {
    std::string name = (fs::temp_directory_path() / "sim_docs_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    const fs::path source = sim::test::source_folder();
    for (const char* part : {"catalog", "docs", "schema", "studies", "topologies", "validation"})
      fs::create_directory_symlink(source / part, folder_ / part);
    fs::copy(source / "scenarios", folder_ / "scenarios");
    fs::copy(source / "tests" / "docs" / "files", folder_);
    const fs::path scripts = source / "tests" / "launch" / "scripts";
    fs::copy_file(scripts / "llama3_8b_fp8.sh", folder_ / "run.sh");
    fs::copy_file(scripts / "deepseek_v3.txt", folder_ / "args.txt");
    for (const char* part : {"scripts", "build/release", "bin"}) {
      fs::create_directories(folder_ / part);
      fs::create_symlink(SIM_PROGRAM, folder_ / part / "simulate");
    }
  }
  ~Clone() { fs::remove_all(folder_); }
  Clone(const Clone&) = delete;
  Clone& operator=(const Clone&) = delete;

  void write(const std::string& file, const std::string& text) const { std::ofstream(folder_ / file) << text; }

  // Runs a command as people do and gives what they see.
  int run(const std::string& command, std::string& seen) const {
    const fs::path out = folder_ / "bin" / "seen";
    const fs::path script = folder_ / "bin" / "script";
    std::ofstream(script) << "cd '" << folder_.string() << "'; PATH=\"$PWD/bin:$PATH\"; { " << command << "\n} >'"
                          << out.string() << "' 2>&1 </dev/null\n";
    const int status = std::system(("bash '" + script.string() + "'").c_str());
    seen = contents(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  fs::path folder_;
};

bool is_wanted(const NotRun& exception) {
  return exception.why == Why::slow && std::getenv("SIM_DOCS_SLOW") != nullptr;
}

std::string plain(const std::string& command) {
  for (const std::string prefix : {"scripts/", "build/release/"}) {
    if (command.rfind(prefix, 0) == 0) return command.substr(prefix.size());
  }
  return command;
}

// Whether an entry of the list means the command; a star at its end stands for further words.
bool means(const NotRun& exception, const std::string& command) {
  const std::string& start = exception.start;
  if (start.back() != '*') return command == start;
  return command.compare(0, start.size() - 1, start, 0, start.size() - 1) == 0;
}

const NotRun* exception_of(const Step& step) {
  for (const NotRun& exception : commands_not_run()) {
    if (means(exception, plain(step.text))) return &exception;
  }
  return nullptr;
}

// The help of the command that a synopsis is of.
std::string help_of(const std::string& synopsis) {
  std::istringstream words(synopsis);
  std::string program, command;
  words >> program >> command;
  return program + (command == "FILE" ? "" : " " + command) + " --help";
}

void take(const Step& step, const Clone& clone) {
  if (!step.file.empty()) return clone.write(step.file, step.text);
  std::string seen;
  const int code = clone.run(step.is_synopsis ? help_of(step.text) : step.text, seen);
  CAPTURE(step.line, step.text, seen);
  CHECK(code == step.exit_code);
  if (!step.expected.empty()) CHECK(difference(step.expected, lines_of(seen)) == "");
}

std::vector<Step> steps_of_page(const std::string& page) {
  return steps_of(contents(fs::path(sim::test::source_folder()) / page));
}

std::vector<std::string> all_pages() {
  std::vector<std::string> pages;
  std::istringstream names(SIM_DOCS_PAGES);
  for (std::string page; std::getline(names, page, ':');) pages.push_back(page);
  return pages;
}

// Commands that a page before `page` has too, or that `page` itself shows with what they print: they are run there.
std::set<std::string> commands_run_elsewhere(const std::string& page) {
  std::set<std::string> commands;
  for (const std::string& other : all_pages()) {
    for (const Step& step : steps_of_page(other)) {
      if (other != page || !step.expected.empty()) commands.insert(plain(step.text));
    }
    if (other == page) break;
  }
  return commands;
}

void take_page(const std::string& page) {
  CAPTURE(page);
  const Clone clone;
  const std::set<std::string> elsewhere = commands_run_elsewhere(page);
  for (const Step& step : steps_of_page(page)) {
    if (step.file.empty() && step.expected.empty() && elsewhere.count(plain(step.text)) > 0) continue;
    const NotRun* const exception = exception_of(step);
    if (exception == nullptr || is_wanted(*exception)) take(step, clone);
  }
}

}  // namespace

// One case for each page, so that ctest runs them side by side.
TEST_CASE("README.md: every command does what the page says", "[page]") {
  take_page("README.md");
}
TEST_CASE("README.zh.md: every command does what the page says", "[page]") {
  take_page("README.zh.md");
}
TEST_CASE("catalog/README.md: every command does what the page says", "[page]") {
  take_page("catalog/README.md");
}
TEST_CASE("docs/architecture.md: every command does what the page says", "[page]") {
  take_page("docs/architecture.md");
}
TEST_CASE("docs/barrel.md: every command does what the page says", "[page]") {
  take_page("docs/barrel.md");
}
TEST_CASE("docs/calibrate.md: every command does what the page says", "[page]") {
  take_page("docs/calibrate.md");
}
TEST_CASE("docs/cli.md: every command does what the page says", "[page]") {
  take_page("docs/cli.md");
}
TEST_CASE("docs/compliant_chips.md: every command does what the page says", "[page]") {
  take_page("docs/compliant_chips.md");
}
TEST_CASE("docs/export_rules.md: every command does what the page says", "[page]") {
  take_page("docs/export_rules.md");
}
TEST_CASE("docs/export_rules.zh.md: every command does what the page says", "[page]") {
  take_page("docs/export_rules.zh.md");
}
TEST_CASE("docs/headline.md: every command does what the page says", "[page]") {
  take_page("docs/headline.md");
}
TEST_CASE("docs/howto.md: every command does what the page says", "[page]") {
  take_page("docs/howto.md");
}
TEST_CASE("docs/import.md: every command does what the page says", "[page]") {
  take_page("docs/import.md");
}
TEST_CASE("docs/limits.md: every command does what the page says", "[page]") {
  take_page("docs/limits.md");
}
TEST_CASE("docs/model.md: every command does what the page says", "[page]") {
  take_page("docs/model.md");
}
TEST_CASE("docs/packages.md: every command does what the page says", "[page]") {
  take_page("docs/packages.md");
}
TEST_CASE("docs/performance.md: every command does what the page says", "[page]") {
  take_page("docs/performance.md");
}
TEST_CASE("docs/scenario.md: every command does what the page says", "[page]") {
  take_page("docs/scenario.md");
}
TEST_CASE("docs/sweeps.md: every command does what the page says", "[page]") {
  take_page("docs/sweeps.md");
}
TEST_CASE("docs/testing.md: every command does what the page says", "[page]") {
  take_page("docs/testing.md");
}
TEST_CASE("docs/tutorial.md: every command does what the page says", "[page]") {
  take_page("docs/tutorial.md");
}
TEST_CASE("docs/validation.md: every command does what the page says", "[page]") {
  take_page("docs/validation.md");
}
TEST_CASE("scenarios/README.md: every command does what the page says", "[page]") {
  take_page("scenarios/README.md");
}
TEST_CASE("topologies/README.md: every command does what the page says", "[page]") {
  take_page("topologies/README.md");
}
TEST_CASE("validation/README.md: every command does what the page says", "[page]") {
  take_page("validation/README.md");
}

TEST_CASE("every page has a case of its own", "[runner]") {
  const std::string cases = contents(fs::path(sim::test::source_folder()) / "tests" / "docs" / "docs_test.cpp");
  for (const std::string& page : all_pages()) {
    CAPTURE(page);
    CHECK(cases.find("take_page(\"" + page + "\")") != std::string::npos);
  }
}

TEST_CASE("a page's files, commands and what they print are found", "[runner]") {
  const std::vector<Step> steps = steps_of(
      "Write it to `a.yaml`:\n\n    id: x\n\n    like: y\n\nRun it:\n\n    scripts/simulate a.yaml --set 'a=[# b]'  # "
      "go\n\n"
      "      1.5 days\n    ...\n    simulate chips \\\n      --rule x    # no (exit 3)\n\nAnd:\n\n"
      "    simulate schema [--table]     prints\n\n```\nsimulate models\nllama2-7b\n```\n");
  REQUIRE(steps.size() == 5);
  CHECK(steps[0].file == "a.yaml");
  CHECK(steps[0].text == "id: x\n\nlike: y\n");
  CHECK(steps[1].text == "scripts/simulate a.yaml --set 'a=[# b]'");
  CHECK(steps[1].expected == std::vector<std::string>{"  1.5 days", "..."});
  CHECK(steps[1].line == 9);
  CHECK(steps[2].text == "simulate chips --rule x");
  CHECK(steps[2].exit_code == 3);
  CHECK(steps[3].is_synopsis);
  CHECK(steps[4].text == "simulate models");
  CHECK(steps[4].expected == std::vector<std::string>{"llama2-7b"});
}

TEST_CASE("what is printed agrees with what is shown but for what three dots leave out", "[runner]") {
  const std::vector<std::string> printed{"", "one 1.5", "two", "three  ", ""};
  CHECK(difference({"one 1.5", "two", "three"}, printed) == "");
  CHECK(difference({"one ...", "...", "three"}, printed) == "");
  CHECK(difference({"one 1.5", "..."}, printed) == "");
  CHECK(difference({"...", "two", "..."}, printed) == "");
  CHECK(difference({"one 1.6", "two", "three"}, printed) != "");
  CHECK(difference({"one 1.5", "three"}, printed) != "");
  CHECK(difference({"one 1.5"}, printed) != "");
  CHECK(difference({"one 1.5", "two", "three", "four"}, printed) != "");
  CHECK(difference({"...", "four"}, printed) != "");
}

TEST_CASE("what is not run is on some page", "[runner]") {
  std::vector<std::string> commands;
  for (const std::string& page : all_pages()) {
    for (const Step& step : steps_of_page(page)) commands.push_back(plain(step.text));
  }
  for (const NotRun& exception : commands_not_run()) {
    CAPTURE(exception.start, exception.reason);
    CHECK(
        std::any_of(commands.begin(), commands.end(), [&](const auto& command) { return means(exception, command); }));
    CHECK(!exception.reason.empty());
  }
}

TEST_CASE("the Chinese README has the files, commands and answers of the English one", "[runner]") {
  const std::vector<Step> english = steps_of_page("README.md");
  const std::vector<Step> chinese = steps_of_page("README.zh.md");
  REQUIRE(chinese.size() == english.size());
  for (std::size_t i = 0; i < english.size(); ++i) {
    CAPTURE(english[i].line, chinese[i].line);
    CHECK(chinese[i].file == english[i].file);
    CHECK(chinese[i].text == english[i].text);
    CHECK(chinese[i].expected == english[i].expected);
  }
}
