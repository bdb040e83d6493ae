#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/architecture/functions.hpp"
#include "tests/architecture/tree.hpp"
#include "tests/support/catch.hpp"

namespace sim::architecture {
namespace {

constexpr int kLargestFile = 500;
constexpr int kLargestFunction = 60;

std::vector<TextFile> sources() {
  return files_under("sim/", {".hpp", ".cpp"});
}

/// The smallest value that at least `share` of all values do not exceed (nearest rank); 0 of nothing.
int quantile(std::vector<int> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

void print_row(const char* what, const std::vector<int>& sizes, int cap) {
  std::printf("%-10s %6zu %7d %5d %5d %5d\n", what, sizes.size(), quantile(sizes, 0.5), quantile(sizes, 0.9),
              quantile(sizes, 1.0), cap);
}

TEST_CASE("the sizes of the code stay small") {
  std::vector<int> file_sizes;
  std::vector<int> function_sizes;
  for (const TextFile& file : sources()) {
    file_sizes.push_back(static_cast<int>(file.lines.size()));
    for (const FunctionSize& function : functions_of(file.lines)) function_sizes.push_back(function.lines);
  }
  std::printf("lines in    number  median   p90   max   cap\n");
  print_row("files", file_sizes, kLargestFile);
  print_row("functions", function_sizes, kLargestFunction);
  std::printf("\n");
  REQUIRE_FALSE(function_sizes.empty());
  CHECK(quantile(file_sizes, 0.5) <= 150);
  CHECK(quantile(function_sizes, 0.9) <= 30);
}

TEST_CASE("no file of sim/ has more than 500 lines") {
  for (const TextFile& file : sources()) {
    CAPTURE(file.path);
    CHECK(file.lines.size() <= kLargestFile);
  }
}

TEST_CASE("no function of sim/ has more than 60 lines") {
  for (const TextFile& file : sources()) {
    for (const FunctionSize& function : functions_of(file.lines)) {
      CAPTURE(file.path, function.first_line, function.name);
      CHECK(function.lines <= kLargestFunction);
    }
  }
}

TEST_CASE("a quantile is the value at the nearest rank") {
  const std::vector<int> values = {50, 10, 40, 20, 30};
  CHECK(quantile(values, 0.5) == 30);  // rank ceil(2.5) = 3
  CHECK(quantile(values, 0.9) == 50);  // rank ceil(4.5) = 5
  CHECK(quantile(values, 0.2) == 10);  // rank 1
  CHECK(quantile({}, 0.5) == 0);
}

TEST_CASE("a function counts from its signature to its closing brace, a member too") {
  const std::vector<std::string> lines = {
      "namespace sim {",                     // 1
      "constexpr int kLimits[] = {",         // 2: data
      "    1,",                              // 3
      "};",                                  // 4
      "template <class T>",                  // 5
      "T first(const T& a,",                 // 6
      "        const T& b) {  // note {",    // 7
      "  if (a < b) {",                      // 8
      "    return a;",                       // 9
      "  }",                                 // 10
      "  return b;",                         // 11
      "}",                                   // 12
      "int declared(int);",                  // 13
      "int short_one() { return 1; }",       // 14
      "struct Thing {",                      // 15
      "  int size = 0;",                     // 16
      "  bool operator==(Thing b) const {",  // 17
      "    return size == b.size;",          // 18
      "  }",                                 // 19
      "};",                                  // 20
      "std::string help() {",                // 21
      "  return R\"(usage:",                 // 22
      "}",                                   // 23: text
      ")\";",                                // 24
      "}",                                   // 25
      "}  // namespace sim",                 // 26
  };
  const std::vector<FunctionSize> functions = functions_of(lines);
  REQUIRE(functions.size() == 4);
  CHECK(functions[0].first_line == 5);
  CHECK(functions[0].lines == 8);  // lines 5 to 12
  CHECK(functions[1].first_line == 14);
  CHECK(functions[1].lines == 1);
  CHECK(functions[2].first_line == 17);
  CHECK(functions[2].lines == 3);  // lines 17 to 19
  CHECK(functions[3].first_line == 21);
  CHECK(functions[3].lines == 5);  // lines 21 to 25: the brace in the raw string does not close it
}

}  // namespace
}  // namespace sim::architecture
