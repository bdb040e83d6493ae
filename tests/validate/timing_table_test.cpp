#include "sim/validate/timing_table.hpp"

#include "sim/base/error.hpp"
#include "sim/validate/kernel_table.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using validate::parse_kernels;
using validate::predict;
using validate::Status;
using validate::TimedRow;
using validate::TimingTable;

namespace {

TimedRow row(const char* chip, const char* link, const char* kind, double predicted) {
  TimedRow made;
  made.chip = chip;
  made.link = link;
  made.kind = kind;
  made.software = "library";
  made.measured_seconds = 2;
  predict(made, [predicted] { return predicted; });
  return made;
}

std::string message(const std::string& text) {
  try {
    (void)parse_kernels(text, "mine.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

const std::string kHeader = "chip,format,kernel,m,n,k,latency_us\n";

}  // namespace

TEST_CASE("timings are summarised by chip, link and kind, without rows that were refused") {
  // Measured 2 s each. A: +0.5 and -0.25 of one kind, +0.1 of another; B: +1.
  std::vector<TimedRow> rows = {row("A", "wire", "sum", 3), row("A", "wire", "sum", 1.5), row("A", "wire", "copy", 2.2),
                                row("B", "wire", "sum", 4)};
  TimedRow& refused = rows.emplace_back(row("B", "", "sum", 2));
  predict(refused, []() -> double { throw infeasible("no such wire", "take another"); });
  const TimingTable table = validate::tabulate_timings(rows);
  CHECK(table.rows.size() == 5);
  CHECK(table.rows[4].status == Status::infeasible);
  CHECK(table.rows[4].reason == "no such wire (take another)");
  CHECK(table.total.errors.n == 4);
  // Sizes 0.1 0.25 0.5 1: the middle two give 0.375; rank 0.9 x 3 = 2.7: 0.5 + 0.7 x 0.5. Signed: 1.35 / 4.
  CHECK_THAT(table.total.errors.median_ape, WithinRel(0.375, 1e-12));
  CHECK_THAT(table.total.errors.p90_ape, WithinRel(0.85, 1e-12));
  CHECK_THAT(table.total.errors.bias, WithinRel(0.3375, 1e-12));
  CHECK(table.total.worst == std::vector<std::size_t>{3, 0, 1, 2});
  CHECK_THAT(table.by_chip.at("A").by_kind.at("sum").bias, WithinRel(0.125, 1e-12));
  CHECK(table.by_chip.at("A").worst == std::vector<std::size_t>{0, 1, 2});
  CHECK(table.by_chip.at("B").errors.n == 1);
  CHECK(table.by_link.size() == 1);
  CHECK(table.by_link.at("wire").errors.n == 4);
  CHECK(table.by_software.at("library").n == 4);
}

TEST_CASE("five rows are the worst, however many there are") {
  std::vector<TimedRow> rows;
  for (int i = 0; i < 9; ++i) rows.push_back(row("A", "", "sum", 2 + 0.1 * i));
  const TimingTable table = validate::tabulate_timings(rows);
  CHECK(table.total.worst == std::vector<std::size_t>{8, 7, 6, 5, 4});
  CHECK(table.by_link.empty());
}

TEST_CASE("an error of the catalogue is not the row's fault and passes through") {
  TimedRow made;
  CHECK_THROWS_AS(predict(made,
                          []() -> double {
                            throw InputError(std::vector<Diagnostic>{{{"chip.yaml", 1, 1, ""}, "broken", ""}});
                          }),
                  InputError);
}

TEST_CASE("columns may stand in any order, lines may end in CR LF") {
  const auto rows = parse_kernels("latency_us,k,n,m,kernel,format,chip\r\n2.5,3,2,1,cublas,bf16,X\r\n\r\n", "mine.csv");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].chip == "X");
  CHECK(rows[0].shape.m == 1);
  CHECK(rows[0].shape.k == 3);
  CHECK_THAT(rows[0].seconds, WithinRel(2.5e-6, 1e-12));
}

TEST_CASE("a table with other columns is refused") {
  CHECK_THAT(message("chip,m\n"), ContainsSubstring("must name the columns chip,format,kernel,m,n,k,latency_us"));
  CHECK_THAT(message("chip,format,kernel,m,n,k,latency_us,extra\n"), ContainsSubstring("must name the columns"));
  CHECK_THAT(message(""), ContainsSubstring("must name the columns"));
}

TEST_CASE("every mistake of a table is told with its place") {
  const std::string text = message(kHeader + "X,bf16,cublas,1,2,3,4\nX,bf16,cublas,0,2,3,4\nX,bf16,cublas,1,2,3\n" +
                                   ",bf16,cublas,1,2,3,-4\nX,bf16,cublas,1,2.5,3,nan\n");
  CHECK_THAT(text, ContainsSubstring("mine.csv:3:15: error: m: must be a whole number from 1 to 1000000000"));
  CHECK_THAT(text, ContainsSubstring("mine.csv:4:1: error: the row has 6 cells, but 7 columns"));
  CHECK_THAT(text, ContainsSubstring("mine.csv:5:1: error: chip: must not be empty"));
  CHECK_THAT(text, ContainsSubstring("mine.csv:5:20: error: latency_us: must be a number above 0"));
  CHECK_THAT(text, ContainsSubstring("mine.csv:6:17: error: n: must be a whole number"));
  CHECK_THAT(text, ContainsSubstring("mine.csv:6:23: error: latency_us: must be a number above 0"));
}
