#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "sim/config/value.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::config;

namespace {

std::string error_of(const std::string& text) {
  try {
    (void)read_yaml_text(text, "a.yaml");
  } catch (const InputError& error) {
    CHECK(error.exit_code() == ExitCode::bad_input);
    return error.what();
  }
  return "accepted";
}

std::string repeated(const std::string& part, std::size_t count) {
  std::string text;
  text.reserve(part.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

struct Trap {
  const char* text;
  const char* error;
};

// A file that goes when the test ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
      : path_((std::filesystem::temp_directory_path() / "sim_yaml_test.yaml").string()) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a document reads as a tree with places and quotes") {
  const Value root =
      read_yaml_text("name: x\nparallel: {tp: 8, 'pp': \"4\"}\nfleet:\n- 1\n- two\nnothing:\n", "a.yaml");
  REQUIRE(root.kind == Value::Kind::map);
  REQUIRE(root.entries.size() == 4);
  CHECK(root.find("name")->text == "x");
  CHECK(root.find("absent") == nullptr);
  const Value& parallel = *root.find("parallel");
  CHECK_FALSE(parallel.find("tp")->quoted);
  CHECK(parallel.find("pp")->quoted);
  CHECK(parallel.find("pp")->mark.line == 2);
  CHECK(parallel.find("pp")->mark.column == 25);
  CHECK(parallel.entries[1].key_mark.column == 19);
  CHECK(parallel.mark.line_text == "parallel: {tp: 8, 'pp': \"4\"}");
  REQUIRE(root.find("fleet")->items.size() == 2);
  CHECK(root.find("fleet")->items[1].mark.line == 5);
  CHECK(root.find("nothing")->kind == Value::Kind::null);
  CHECK(root.find("nothing")->mark.line == 6);  // its key, for there is nothing else to point at
}

TEST_CASE("columns count characters, not bytes") {
  const Value root = read_yaml_text("\u00e9\u00e9: {\u00e9: 1, b: 2}\n", "a.yaml");
  CHECK(root.entries[0].value.find("b")->mark.column == 15);
}

TEST_CASE("Windows line ends and a byte order mark change nothing") {
  const Value root = read_yaml_text(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n",
      "a.yaml");
  REQUIRE(root.entries.size() == 2);
  CHECK(root.entries[0].key == "a");
  CHECK(root.find("b")->text == "2");
  CHECK(root.find("b")->mark.line_text == "b: 2");
}

TEST_CASE("a YAML trap is refused at its place with its reason") {
  const auto trap = GENERATE(values<Trap>({
      {"a: 1\na: 2\n", "a.yaml:2:1: error: duplicate key \"a\"\n  a: 2\n  ^\n  hint: first written in line 1\n"},
      {"{a: 1, a: 2}\n",
       "a.yaml:1:8: error: duplicate key \"a\"\n  {a: 1, a: 2}\n         ^\n  hint: first written in line 1\n"},
      {"a: 1\n\"a\": 2\n",
       "a.yaml:2:1: error: duplicate key \"a\"\n  \"a\": 2\n  ^\n  hint: first written in line 1\n"},
      {"<<: {a: 1}\n",
       "a.yaml:1:1: error: merge keys (<<) are not accepted\n  <<: {a: 1}\n  ^\n  hint: write the keys out\n"},
      {"a: &x 1\n",
       "a.yaml:1:4: error: anchors (&name) are not accepted\n  a: &x 1\n     ^\n  hint: write the value out where it "
       "is "
       "used\n"},
      {"a: *x\n",
       "a.yaml:1:4: error: aliases (*name) are not accepted\n  a: *x\n     ^\n  hint: write the value out\n"},
      {"a: !!float 1\n",
       "a.yaml:1:4: error: tags (!name) are not accepted\n  a: !!float 1\n     ^\n  hint: remove the tag; quotes make "
       "a "
       "text\n"},
      {"a: ! 1\n",
       "a.yaml:1:4: error: tags (!name) are not accepted\n  a: ! 1\n     ^\n  hint: remove the tag; quotes make a "
       "text\n"},
      {"a: !map {}\n",
       "a.yaml:1:4: error: tags (!name) are not accepted\n  a: !map {}\n     ^\n  hint: remove the tag; quotes make a "
       "text\n"},
      {"[a, b]: 1\n",
       "a.yaml:1:1: error: a key must be a text, not a list or a map\n  [a, b]: 1\n  ^\n  hint: close the bracket, or "
       "quote a text that holds one\n"},
      {"? {a: 1}\n: 1\n",
       "a.yaml:1:3: error: a key must be a text, not a list or a map\n  ? {a: 1}\n    ^\n  hint: close the bracket, or "
       "quote a text that holds one\n"},
      {"~: 1\n", "a.yaml:1:1: error: a key cannot be null\n  ~: 1\n  ^\n  hint: quote \"null\" or \"~\"\n"},
      {"a: 1\n---\nb: 2\n",
       "a.yaml:2:1: error: a second document starts here\n  ---\n  ^\n  hint: one file holds one document: remove the "
       "line "
       "---\n"},
      {"[a] b\n",
       "a.yaml:1:5: error: text after the end of the document\n  [a] b\n      ^\n  hint: check the brackets and the "
       "indentation above\n"},
      {"a: \"x\nb: 1\n", "a.yaml:1:4: error: this quote is never closed\n  a: \"x\n     ^\n"},
      {"a: 'it''s\n", "a.yaml:1:4: error: this quote is never closed\n  a: 'it''s\n     ^\n"},
      {"a:\n\tb: 1\n",
       "a.yaml:2:3: error: not valid YAML: illegal map value\n  \tb: 1\n  \t ^\n  hint: indent with spaces, not with "
       "tabs\n"},
      {"a: b: c\n",
       "a.yaml:1:5: error: not valid YAML: illegal map value\n  a: b: c\n      ^\n  hint: look at this line and "
       "the one above: a key stands in its own line, as deep as its neighbours, with a space after its colon; a text "
       "with \": \" needs quotes\n"},
      {"a:\n  b: 1\n c: 2\n",
       "a.yaml:3:2: error: not valid YAML: end of map not found\n   c: 2\n   ^\n  hint: check the indentation and the "
       "quotes of this line and of the one above\n"},
      {"\na: [1, 2\nb: 3\n",
       "a.yaml:3:2: error: not valid YAML: end of sequence flow not found\n  b: 3\n   ^\n  hint: the bracket that "
       "opens "
       "in line 2 is not closed, or a comma is missing\n"},
      {"a: @x\n",
       "a.yaml:1:4: error: not valid YAML: unknown token\n  a: @x\n     ^\n  hint: quote a text that starts with @, ` "
       "or "
       "%\n"},
      {"a: 1\n]\n", "a.yaml:2:1: error: not valid YAML: illegal flow end\n  ]\n  ^\n"},
      {"a: \"\\x1b[31m\"\n",
       "a.yaml:1:4: error: a text with a control character\n  a: \"\\x1b[31m\"\n     ^\n  hint: remove the escape\n"},
      {"", "a.yaml: error: the file is empty\n"},
      {"# nothing\n", "a.yaml: error: the file is empty\n"},
      {"---\n...\n", "a.yaml: error: the file is empty\n"},
      {"a: \x1b[31m\n", "a.yaml:1:4: error: control character 0x1b\n  hint: is this a text file?\n"},
      {"a: 1\rb: 2\n", "a.yaml:1:5: error: control character 0x0d\n  hint: is this a text file?\n"},
      {"a: 1\nb: \xff\n", "a.yaml:2:4: error: not UTF-8 text: byte 0xff\n  hint: save the file as UTF-8\n"},
      {"a: \xc0\xaf\n", "a.yaml:1:4: error: not UTF-8 text: byte 0xc0\n  hint: save the file as UTF-8\n"},
      {"a: \xed\xa0\x80\n", "a.yaml:1:4: error: not UTF-8 text: byte 0xed\n  hint: save the file as UTF-8\n"},
      {"a: \xe2\x82", "a.yaml:1:4: error: not UTF-8 text: byte 0xe2\n  hint: save the file as UTF-8\n"},
  }));
  CAPTURE(trap.text);
  CHECK(error_of(trap.text) == trap.error);
}

TEST_CASE("a NUL byte is refused") {
  CHECK(error_of(std::string("a: 1\0b", 6)) ==
        "a.yaml:1:5: error: control character 0x00\n  hint: is this a text file?\n");
}

TEST_CASE("64 levels of nesting are read, a 65th is refused") {
  CHECK(error_of(repeated("[", 64) + repeated("]", 64)) == "accepted");
  CHECK_THAT(error_of(repeated("[", 65) + repeated("]", 65)),
             ContainsSubstring("a.yaml:1:65: error: more than 64 levels"));
}

TEST_CASE("a million brackets do not overflow the stack") {
  const auto trap = GENERATE(values<Trap>({
      {"- ", "more than 64 levels"},
      {"[a, ", "a key must be a text"},  // yaml-cpp takes a bracket that is never closed for a key
      {"[", "a key must be a text"},
      {"{", "a key must be a text"},
      {"? ", "a key must be a text"},
      {"{a: ", "a key must be a text"},
  }));
  CAPTURE(trap.text);
  CHECK_THAT(error_of(repeated(trap.text, 1'000'000)), ContainsSubstring(trap.error));
  CHECK_THAT(error_of("a:\n " + repeated(trap.text, 1'000'000)), !ContainsSubstring("accepted"));
}

TEST_CASE("200,000 values are read, one more is refused") {
  // The list itself is one value; a long line keeps its places cheap.
  CHECK(error_of("[" + repeated("1,", 199'999) + "]") == "accepted");
  CHECK_THAT(error_of("[" + repeated("1,", 200'000) + "]"), ContainsSubstring("more than 200,000 values in one file"));
}

TEST_CASE("a text above 4 MB is refused") {
  CHECK(error_of(std::string(4'000'000, '#')) == "a.yaml: error: the file is empty\n");
  CHECK(error_of(std::string(4'000'001, '#')) == "a.yaml: error: larger than 4 MB\n  hint: is this the right file?\n");
}

TEST_CASE("a file is read, and what cannot be read gives the reason of the system") {
  const TemporaryFile file("a: 1\n");
  CHECK(read_yaml_file(file.path()).find("a")->mark.file == file.path());
  CHECK_THROWS_WITH(read_yaml_file("/no/such.yaml"),
                    "/no/such.yaml: error: cannot be read: No such file or directory\n");
  CHECK_THROWS_WITH(read_yaml_file("/"), "/: error: cannot be read: Is a directory\n");
  CHECK_THROWS_WITH(read_yaml_file(std::string("a\0b", 3)), "error: a file name cannot hold a NUL byte\n");
}

TEST_CASE("a file of 100 MB is refused by its size") {
  const TemporaryFile file("");
  std::filesystem::resize_file(file.path(), 100'000'000);
  CHECK_THROWS_WITH(read_yaml_file(file.path()),
                    file.path() + ": error: larger than 4 MB\n  hint: is this the right file?\n");
}

TEST_CASE("an endless device is refused by its size") {
  CHECK_THROWS_WITH(read_yaml_file("/dev/zero"),
                    "/dev/zero: error: larger than 4 MB\n  hint: is this the right file?\n");
}
