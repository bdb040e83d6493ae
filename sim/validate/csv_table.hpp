#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/error.hpp"

namespace sim::validate {

/// Reads a comma-separated table, row by row. The first line names the columns, in any order; cells are not quoted and
/// empty lines are skipped. Mistakes are collected with their places, so that finish() can tell all of them at once.
class CsvTable {
 public:
  /// Throws InputError unless the first line names all of `columns`, some of `optional` and no others, each once.
  /// `name` stands in messages.
  CsvTable(const std::string& text, std::string name, std::vector<std::string> columns,
           std::vector<std::string> optional = {});

  /// Goes to the next row with as many cells as there are columns; false at the end.
  [[nodiscard]] bool next();

  /// Cells of the row, by name of the column. A cell that is empty, or no number, or outside the range, is a mistake
  /// and reads as empty or as the least value.
  [[nodiscard]] std::string word(const std::string& column);
  [[nodiscard]] double positive(const std::string& column);
  [[nodiscard]] std::int64_t whole(const std::string& column, std::int64_t least, std::int64_t most);

  /// The same of optional columns: `missing` where there is no such column or the cell is empty.
  [[nodiscard]] std::string word_or(const std::string& column, const std::string& missing);
  [[nodiscard]] std::int64_t whole_or(const std::string& column, std::int64_t least, std::int64_t most,
                                      std::int64_t missing);

  /// Throws InputError with every mistake, if there was any.
  void finish() const;

 private:
  [[nodiscard]] bool read_line();
  [[nodiscard]] const std::string& cell(const std::string& column) const;
  [[nodiscard]] SourceMark mark_of(std::size_t cell) const;
  void note(const std::string& column, const std::string& message);

  std::string text_;
  std::string name_;
  std::vector<std::string> known_;
  std::size_t offset_ = 0;
  int line_ = 0;
  std::string line_text_;
  std::vector<std::string> cells_;
  std::vector<std::string> header_;
  std::vector<Diagnostic> mistakes_;
};

}  // namespace sim::validate
