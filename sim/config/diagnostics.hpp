#pragma once

#include <string>
#include <vector>

#include "sim/base/error.hpp"

namespace sim::config {

/// Collects messages about the user's input, so that one run names all mistakes and not only the first.
class Diagnostics {
 public:
  /// `message` starts with the dotted path of the key. Beyond kMostKept messages only their number is kept.
  void add(const SourceMark& mark, const std::string& message, const std::string& hint = "",
           bool is_infeasible = false);

  [[nodiscard]] bool empty() const { return list_.empty(); }
  /// True when further messages are only counted: costly hints need not be made any more.
  [[nodiscard]] bool full() const { return list_.size() >= kMostKept; }
  /// In the order in which they were added.
  [[nodiscard]] const std::vector<Diagnostic>& list() const { return list_; }

  /// Throws InputError with the messages in the order of the file, if there are any.
  void throw_if_any() const;

 private:
  static constexpr std::size_t kMostKept = 100;
  std::vector<Diagnostic> list_;
  std::size_t dropped_ = 0;
};

/// Throws InputError with this message alone, where reading cannot go on.
[[noreturn]] void refuse(const SourceMark& mark, const std::string& message, const std::string& hint = "");

}  // namespace sim::config
