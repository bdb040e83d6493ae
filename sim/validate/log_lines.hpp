#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/base/error.hpp"

namespace sim::validate {

/// Walks over the lines of a log, without their ends and without what is no printable ASCII.
class LogLines {
 public:
  LogLines(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  /// Goes to the next line; false at the end.
  [[nodiscard]] bool next();
  [[nodiscard]] const std::string& line() const { return line_; }
  [[nodiscard]] int number() const { return number_; }

  /// An error at this line, or at the file where no line is meant.
  [[nodiscard]] InputError error(const std::string& message, const std::string& hint = "") const;
  [[nodiscard]] InputError file_error(const std::string& message, const std::string& hint = "") const;

 private:
  std::string_view text_;
  std::string name_;
  std::string line_;
  int number_ = 0;
};

/// The whole of `word`, but for spaces around it, as a finite number.
[[nodiscard]] std::optional<double> number_in(std::string_view word);

}  // namespace sim::validate
