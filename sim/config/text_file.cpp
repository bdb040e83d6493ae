#include "sim/config/text_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include "sim/base/error.hpp"

namespace sim::config {
namespace {

constexpr std::size_t kMostBytes = 256'000'000;

struct Close {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

[[noreturn]] void refuse(const std::string& name, const std::string& message, const std::string& hint = "") {
  throw InputError({Diagnostic{{name, 0, 0, ""}, message, hint}});
}

}  // namespace

std::string read_text(const std::string& path) {
  const std::string name = path == "-" ? "standard input" : path;
  const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file) refuse(name, std::string("cannot be read: ") + std::strerror(errno));
  std::string text;
  char block[65536];
  while (const std::size_t got = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, got);
    if (text.size() > kMostBytes)
      refuse(name, "larger than 256 MB", "keep the lines of the iterations: grep 'elapsed time'");
  }
  if (std::ferror(file.get()) != 0) refuse(name, std::string("cannot be read: ") + std::strerror(errno));
  return text;
}

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

std::string unique_name(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path name = std::filesystem::weakly_canonical(path, failed);
  return failed ? path.string() : name.string();
}

}  // namespace sim::config
