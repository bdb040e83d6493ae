#include "sim/validate/csv_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sim::validate {
namespace {

// As many as the other readers of files tell at once.
constexpr std::size_t kMostMistakes = 100;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char letter : line) {
    if (letter == ',') {
      cells.emplace_back();
    } else {
      cells.back() += letter;
    }
  }
  return cells;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

template <class Number>
bool parse(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

}  // namespace

CsvTable::CsvTable(const std::string& text, std::string name, std::vector<std::string> columns,
                   std::vector<std::string> optional)
    : text_(text), name_(std::move(name)), known_(columns) {
  known_.insert(known_.end(), optional.begin(), optional.end());
  const bool has_line = read_line();
  header_ = cells_;
  const auto times = [](const std::vector<std::string>& list, const std::string& column) {
    return std::count(list.begin(), list.end(), column);
  };
  const bool has_all = std::all_of(columns.begin(), columns.end(),
                                   [&](const std::string& column) { return times(header_, column) == 1; });
  const bool knows_all = std::all_of(header_.begin(), header_.end(), [&](const std::string& column) {
    return times(known_, column) == 1 && times(header_, column) == 1;
  });
  if (has_line && has_all && knows_all) return;
  const std::string hint = optional.empty() ? "" : "and may name " + joined(optional);
  throw InputError(std::vector<Diagnostic>{
      {{name_, std::max(line_, 1), 1, line_text_}, "the first line must name the columns " + joined(columns), hint}});
}

bool CsvTable::read_line() {
  while (offset_ < text_.size()) {
    const std::size_t end = std::min(text_.find('\n', offset_), text_.size());
    line_text_ = text_.substr(offset_, end - offset_);
    offset_ = end + 1;
    ++line_;
    if (!line_text_.empty() && line_text_.back() == '\r') line_text_.pop_back();
    if (line_text_.empty()) continue;
    cells_ = split(line_text_);
    return true;
  }
  return false;
}

bool CsvTable::next() {
  while (read_line()) {
    if (cells_.size() == header_.size()) return true;
    const std::string counts = std::to_string(cells_.size()) + " cells, but " + std::to_string(header_.size());
    mistakes_.push_back({mark_of(0), "the row has " + counts + " columns", ""});
  }
  return false;
}

std::string CsvTable::word(const std::string& column) {
  if (cell(column).empty()) note(column, "must not be empty");
  return cell(column);
}

double CsvTable::positive(const std::string& column) {
  double value = 0;
  if (parse(cell(column), value) && std::isfinite(value) && value > 0) return value;
  note(column, "must be a number above 0");
  return 0;
}

std::int64_t CsvTable::whole(const std::string& column, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  if (parse(cell(column), value) && value >= least && value <= most) return value;
  note(column, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

void CsvTable::finish() const {
  if (mistakes_.empty()) return;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(mistakes_.size(), kMostMistakes));
  throw InputError(std::vector<Diagnostic>(mistakes_.begin(), mistakes_.begin() + shown));
}

std::string CsvTable::word_or(const std::string& column, const std::string& missing) {
  return cell(column).empty() ? missing : word(column);
}

std::int64_t CsvTable::whole_or(const std::string& column, std::int64_t least, std::int64_t most,
                                std::int64_t missing) {
  return cell(column).empty() ? missing : whole(column, least, most);
}

// Empty where the table has no such column.
const std::string& CsvTable::cell(const std::string& column) const {
  static const std::string kEmpty;
  check(std::count(known_.begin(), known_.end(), column) == 1, "a column that the table was not asked for");
  const auto found = std::find(header_.begin(), header_.end(), column);
  return found == header_.end() ? kEmpty : cells_[static_cast<std::size_t>(found - header_.begin())];
}

SourceMark CsvTable::mark_of(std::size_t index) const {
  std::size_t column = 1;
  for (std::size_t before = 0; before < index; ++before) column += cells_[before].size() + 1;
  return {name_, line_, static_cast<int>(column), line_text_};
}

void CsvTable::note(const std::string& column, const std::string& message) {
  const auto found = std::find(header_.begin(), header_.end(), column);
  const auto index = found == header_.end() ? 0 : found - header_.begin();
  mistakes_.push_back({mark_of(static_cast<std::size_t>(index)), column + ": " + message, ""});
}

}  // namespace sim::validate
