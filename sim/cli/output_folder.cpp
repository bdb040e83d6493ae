#include "sim/cli/output_folder.hpp"

#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "sim/base/error.hpp"

namespace sim::cli {

namespace fs = std::filesystem;

OutputFolder::OutputFolder(const std::string& path) : path_(path) {
  std::error_code failed;
  fs::path target = fs::absolute(path, failed).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  target_ = target.string();
  const bool is_empty = fs::is_directory(target, failed) && fs::is_empty(target, failed);
  if (fs::exists(target, failed) && !is_empty) refuse("something is there already");
  held_ = std::make_unique<HeldSignals>();
  partial_ = target_ + "." + std::to_string(getpid()) + ".part";
  if (fs::create_directory(partial_, failed)) return;
  partial_.clear();
  refuse(failed ? failed.message() : "its temporary folder is there already");
}

OutputFolder::~OutputFolder() {
  remove();
}

void OutputFolder::remove() {
  std::error_code ignored;
  if (!partial_.empty()) fs::remove_all(std::exchange(partial_, ""), ignored);
}

void OutputFolder::add(const std::string& name, const std::string& text) {
  try {
    write_file((fs::path(partial_) / name).string(), text);
  } catch (const InputError& error) {
    const std::string& message = error.diagnostics().front().message;
    refuse(message.substr(message.rfind(": ") + 2));
  }
  if (!HeldSignals::has_come()) return;
  remove();
  held_.reset();  // the signal ends the program here
}

void OutputFolder::finish() {
  std::error_code failed;
  fs::rename(partial_, target_, failed);  // takes the place of an empty folder
  if (failed) refuse(failed.message());
  partial_.clear();
  held_.reset();
}

void OutputFolder::refuse(const std::string& reason) const {
  throw InputError(path_ + ": cannot be written: " + reason);
}

}  // namespace sim::cli
