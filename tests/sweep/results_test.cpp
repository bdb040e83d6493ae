#include "sim/sweep/results.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/base/error.hpp"
#include "sim/sweep/journal.hpp"
#include "sim/sweep/table.hpp"
#include "sim/sweep/work.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::sweep;
using Catch::Matchers::Contains;

namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("sweep_test_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name, const std::string& text = "") const {
    const std::string path = (path_ / name).string();
    if (!text.empty()) std::ofstream(path, std::ios::binary) << text;
    return path;
  }

 private:
  std::filesystem::path path_;
};

Header header_of(std::int64_t points, Shard shard = {}) {
  return {"s", "0123456789abcdef", "0.1.0", {"a"}, points, shard};
}

std::string row_of(std::int64_t index) {
  return R"({"index":)" + std::to_string(index) + R"(,"keys":{"a":)" + std::to_string(10 * index) +
         R"(},"status":"ok","days":{"p50":1.5},"shortest_stave":"say \"so\", please"})";
}

std::string file_text(const Header& header, const std::vector<std::int64_t>& indices) {
  std::string text = header_line(header) + "\n";
  for (const std::int64_t index : indices) text += row_of(index) + "\n";
  return text;
}

std::string said(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing";
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("Shards join to the bytes of one process, in whatever order they come") {
  const Folder folder;
  const std::string a = folder.file("a", file_text(header_of(5, {0, 2}), {4, 0, 2}));
  const std::string b = folder.file("b", file_text(header_of(5, {1, 2}), {1, 3}));
  CHECK(results_text(merge_results({b, a})) == file_text(header_of(5), {0, 1, 2, 3, 4}));
}

TEST_CASE("A merge names what is missing, doubled, torn or foreign") {
  const Folder folder;
  const std::string a = folder.file("a", file_text(header_of(4, {0, 2}), {0, 2}));
  const std::string b = folder.file("b", file_text(header_of(4, {1, 2}), {1}));
  CHECK_THAT(said([&] { (void)merge_results({a, b}); }), Contains("missing: 3"));
  CHECK_THAT(said([&] { (void)merge_results({a, a}); }), Contains("twice: 0, 2"));
  Header other = header_of(4, {1, 2});
  other.fingerprint = "fedcba9876543210";
  CHECK_THAT(said([&] {
               (void)merge_results({a, folder.file("c", file_text(other, {1, 3}))});
             }),
             Contains("another study"));
  CHECK_THAT(said([&] {
               (void)merge_results({a, folder.file("d", file_text(header_of(4, {1, 2}), {1}) + row_of(3))});
             }),
             Contains("d:3: the last line is torn"));
  CHECK_THAT(said([&] {
               (void)read_results(folder.file("e", file_text(header_of(4, {1, 2}), {2})));
             }),
             Contains("e:2: index 2 does not belong here"));
  CHECK_THAT(said([&] { (void)read_results(folder.file("f", "hello\n")); }), Contains("f:1: is no header"));
  CHECK_THAT(said([&] { (void)read_results(folder.file("none")); }), Contains("cannot be read"));
}

TEST_CASE("A journal keeps whole lines, cuts a torn one and asks for the rest") {
  const Folder folder;
  const std::string path = folder.file("j", file_text(header_of(4), {2, 0}) + row_of(1).substr(0, 20));
  {
    Journal journal(path, header_of(4));
    CHECK(missing_points(journal.results()) == std::vector<std::int64_t>{1, 3});
    CHECK_THAT(said([&] { Journal again(path, header_of(4)); }), Contains("another sweep is writing it"));
    journal.append(3, row_of(3));
  }
  CHECK(contents(path) == file_text(header_of(4), {2, 0, 3}));
  CHECK_THAT(said([&] { Journal other(path, header_of(5)); }), Contains("belongs to another sweep"));
}

TEST_CASE("A point that failed is done again, and its later row counts in a journal alone") {
  const Folder folder;
  const std::string failed = R"({"index":1,"keys":{"a":10},"status":"failed","message":"m"})";
  const std::string path = folder.file("j", file_text(header_of(3), {0}) + failed + "\n");
  Journal journal(path, header_of(3));
  CHECK(open_points(journal.results()) == std::vector<std::int64_t>{1, 2});
  CHECK(missing_points(journal.results()) == std::vector<std::int64_t>{2});
  journal.append(1, row_of(1));
  journal.append(2, row_of(2));
  CHECK(results_text(read_results(path, true)) == file_text(header_of(3), {0, 1, 2}));
  CHECK_THAT(said([&] { (void)read_results(path); }), Contains("index 1 comes twice"));

  Results finished;
  finished.header = header_of(3);
  finished.rows = {{0, row_of(0)}, {1, failed}, {2, row_of(2)}};
  Journal again(folder.file("k"), header_of(3));
  again.take(finished);
  CHECK(open_points(again.results()) == std::vector<std::int64_t>{1});
}

TEST_CASE("Rows without keys or with a status that is no text are refused by their line") {
  const Folder folder;
  for (const char* row :
       {R"({"index":0,"status":"ok"})", R"({"index":0,"keys":{},"status":1})", R"({"index":0,"keys":[],"status":"ok"})",
        R"({"index":0,"keys":{},"status":"ok","message":1})"}) {
    const std::string path = folder.file("r", header_line(header_of(1)) + "\n" + row + "\n");
    CHECK_THAT(said([&] { (void)read_results(path); }), Contains("r:2: is no row of a sweep"));
  }
}

TEST_CASE("A journal that was torn inside its first line begins anew") {
  const Folder folder;
  const std::string path = folder.file("j", header_line(header_of(4)).substr(0, 30));
  { const Journal journal(path, header_of(4)); }
  CHECK(contents(path) == header_line(header_of(4)) + "\n");
}

TEST_CASE("Threads do each missing point once") {
  const Folder folder;
  Journal journal(folder.file("j", file_text(header_of(40), {7, 9})), header_of(40));
  std::atomic<int> calls = 0;
  Work work;
  work.jobs = 4;
  work.row = [&calls](std::int64_t index) {
    ++calls;
    return row_of(index);
  };
  CHECK(work_off(journal, work));
  CHECK(calls == 38);
  std::vector<std::int64_t> all(40);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  CHECK(results_text(journal.results()) == file_text(header_of(40), all));
}

TEST_CASE("A stopped sweep begins no further point, and says that it is not done") {
  const Folder folder;
  Journal journal(folder.file("j"), header_of(40));
  std::atomic<bool> stops = false;
  Work work;
  work.jobs = 1;
  work.stops = &stops;
  work.row = [&stops](std::int64_t index) {
    stops = true;
    return row_of(index);
  };
  CHECK_FALSE(work_off(journal, work));
  CHECK(journal.results().rows.size() == 1);
}

TEST_CASE("A table has the study's keys by their names, and quotes as RFC 4180 does") {
  Results results;
  results.header = header_of(2);
  results.rows = {{0, row_of(0)}, {1, R"({"index":1,"keys":{"a":10},"status":"infeasible","message":"no"})"}};
  CHECK(csv_text(table_of(results)) ==
        "index,a,status,days.p50,shortest_stave,message\r\n"
        "0,0,ok,1.5,\"say \"\"so\"\", please\",\r\n"
        "1,10,infeasible,,,no\r\n");
}
