#include "sim/cli/output_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "sim/base/error.hpp"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

bool write_all(const fs::path& path, const char* mode, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), mode);
  if (file == nullptr) return false;
  const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
  const int reason = errno;
  const bool is_closed = std::fclose(file) == 0;
  if (!is_written) errno = reason;
  return is_written && is_closed;
}

[[noreturn]] void refuse(const std::string& path, int reason) {
  throw InputError(path + ": cannot be written: " + std::strerror(reason));
}

}  // namespace

void write_file(const std::string& path, const std::string& text) {
  std::error_code ignored;  // what cannot be looked at cannot be written either, and that is reported
  const fs::file_status status = fs::status(path, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (!write_all(path, "wb", text)) refuse(path, errno);
    return;
  }
  const fs::path target = fs::exists(status) ? fs::canonical(path, ignored) : fs::path(path);
  const fs::path partial = target.string() + "." + std::to_string(getpid()) + ".part";
  const bool is_done = write_all(partial, "wbx", text) && std::rename(partial.c_str(), target.c_str()) == 0;
  if (is_done) return;
  const int reason = errno;
  if (reason != EEXIST) std::remove(partial.c_str());
  refuse(path, reason);
}

}  // namespace sim::cli
