#pragma once

#include <string>

#include "sim/sweep/results.hpp"

namespace sim::sweep {

/// The rows of a sweep at work, on disk one by one. Only one process may have it open.
class Journal {
 public:
  /// Opens or makes the file. What it holds of the same sweep is kept, a torn last line is cut off. Throws InputError
  /// when it belongs to another sweep, is in use or cannot be written.
  Journal(const std::string& path, const Header& header);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  [[nodiscard]] const Results& results() const { return results_; }
  /// Takes over the rows of a finished sweep of which some failed, without those.
  void take(const Results& finished);
  /// On the disk when it returns; in place of a row that failed. Not for two threads at a time.
  void append(std::int64_t index, const std::string& row);
  /// Removes the file, once its rows stand elsewhere.
  void remove();

 private:
  void open(const Header& header);
  void write_line(const std::string& line);
  void write(const std::string& text);

  std::string path_;
  Results results_;
  int file_ = -1;
};

}  // namespace sim::sweep
