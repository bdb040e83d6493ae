#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::cli {

/// A file that is written whole or not at all: a temporary file beside it takes its name at the end, and what stood
/// there stays until then. What is no regular file (a device, a pipe) is written to as it is. Ctrl-C and the like
/// remove the temporary file before they end the program. One file is written at a time. All throw InputError with the
/// system's reason.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  /// Removes what was written unless it was finished.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void add(std::string_view text);
  /// Puts the file in its place; once, after the last part.
  void finish();

 private:
  [[noreturn]] void refuse(int reason) const;

  std::string path_;
  std::string target_;
  std::string partial_;  ///< empty where the file is written to as it is
  std::FILE* file_ = nullptr;
  struct Guard;
  std::unique_ptr<Guard> guard_;  ///< what signals do meanwhile
};

/// While it lives, Ctrl-C and the like are only noted, for somebody who has more to remove than one file; they end the
/// program when it ends. One at a time.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  [[nodiscard]] static bool has_come();

 private:
  struct Before;
  std::unique_ptr<Before> before_;
};

/// An output as people name it, such as "--csv", and its path; an empty path is none.
using NamedOutput = std::pair<std::string, std::string>;

/// Throws InputError when two of the outputs of one command are the same file or folder, of which the second would
/// write over the first. For devices and pipes that does not matter.
void check_outputs(const std::vector<NamedOutput>& outputs);

/// Writes a whole file or leaves what stood there, as OutputFile.
void write_file(const std::string& path, const std::string& text);

/// The same, for a file that people go on to change: one that is there is only written over with `force`, else
/// InputError.
void write_new_file(const std::string& path, const std::string& text, bool force);

}  // namespace sim::cli
