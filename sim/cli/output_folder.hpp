#pragma once

#include <memory>
#include <string>

#include "sim/cli/output_file.hpp"

namespace sim::cli {

/// A folder whose files appear together or not at all: they are written into a folder beside it that takes its name at
/// the end. What stands there may only be an empty folder. Ctrl-C and the like end the program between two files, when
/// what was written is removed. All throw InputError with the system's reason.
class OutputFolder {
 public:
  explicit OutputFolder(const std::string& path);
  /// Removes what was written unless it was finished.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  void add(const std::string& name, const std::string& text);
  void finish();

 private:
  void remove();
  [[noreturn]] void refuse(const std::string& reason) const;

  std::string path_, target_, partial_;
  std::unique_ptr<HeldSignals> held_;
};

}  // namespace sim::cli
