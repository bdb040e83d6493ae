#include "sim/cli/output_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "sim/base/error.hpp"

namespace sim::cli {

namespace fs = std::filesystem;

OutputFile::OutputFile(const std::string& path) : path_(path), target_(path) {
  std::error_code ignored;  // what cannot be looked at cannot be written either, and that is reported
  const fs::file_status status = fs::status(path, ignored);
  const bool is_special = fs::exists(status) && !fs::is_regular_file(status);
  if (!is_special) {
    if (fs::exists(status)) target_ = fs::canonical(path, ignored).string();
    partial_ = target_ + "." + std::to_string(getpid()) + ".part";
  }
  file_ = is_special ? std::fopen(path.c_str(), "wb") : std::fopen(partial_.c_str(), "wbx");
  if (file_ == nullptr) refuse(errno);
}

OutputFile::~OutputFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  if (!partial_.empty()) std::remove(partial_.c_str());
}

void OutputFile::add(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) refuse(errno);
}

void OutputFile::finish() {
  if (std::fflush(file_) != 0) refuse(errno);
  const bool is_closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (is_closed && (partial_.empty() || std::rename(partial_.c_str(), target_.c_str()) == 0)) return;
  const int reason = errno;
  if (!partial_.empty()) std::remove(partial_.c_str());
  refuse(reason);
}

void OutputFile::refuse(int reason) const {
  throw InputError(path_ + ": cannot be written: " + std::strerror(reason));
}

void write_file(const std::string& path, const std::string& text) {
  OutputFile file(path);
  file.add(text);
  file.finish();
}

}  // namespace sim::cli
