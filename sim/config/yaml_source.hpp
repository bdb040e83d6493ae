#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/characters.hpp"
#include "sim/base/error.hpp"

namespace sim::config {

/// The text of an input file, checked, with places by byte offset. Lines may end in LF or CR LF.
class YamlSource {
 public:
  /// Throws InputError for more than kMostBytes, for bytes that are not UTF-8 and for control characters (NUL, ESC).
  YamlSource(std::string name, std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Line and column count from 1, the column in characters and not in bytes. An offset beyond the end is the end.
  [[nodiscard]] SourceMark mark_at(std::size_t offset) const;
  /// A line by its number, without its end; empty where there is none.
  [[nodiscard]] std::string line(int number) const;
  /// NUL at the end of the text and beyond.
  [[nodiscard]] char byte_at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

  static constexpr std::size_t kMostBytes = 4'000'000;

 private:
  [[nodiscard]] std::size_t characters_before(std::size_t offset) const;

  std::string name_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
  std::vector<std::size_t> block_characters_;  // characters before each block of bytes: columns of long lines are cheap
};

/// Reads a whole file, or standard input for "-". Throws InputError with the system's reason, or when the file is
/// larger than YamlSource::kMostBytes (nothing beyond is read).
[[nodiscard]] YamlSource read_source(const std::string& path);

}  // namespace sim::config
