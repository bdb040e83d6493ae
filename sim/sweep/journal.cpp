#include "sim/sweep/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/base/error.hpp"

namespace sim::sweep {
namespace {

[[noreturn]] void cannot_write(const std::string& path) {
  throw InputError(path + ": cannot be written: " + std::strerror(errno));
}

}  // namespace

Journal::Journal(const std::string& path, const Header& header) : path_(path) {
  try {
    open(header);
  } catch (...) {
    if (file_ >= 0) ::close(file_);
    throw;
  }
}

void Journal::open(const Header& header) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) cannot_write(path_);
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw InputError(path_ + ": another sweep is writing it");
  struct stat mine {
  }, there{};
  const bool is_there = ::fstat(file_, &mine) == 0 && ::stat(path_.c_str(), &there) == 0 && mine.st_ino == there.st_ino;
  if (!is_there) throw InputError(path_ + ": another sweep has just finished it");
  results_ = read_results(path_, true);
  if (results_.bytes == 0) {
    results_.header = header;
  } else if (header_line(results_.header) != header_line(header)) {
    throw InputError(path_ + ": belongs to another sweep",
                     "its study, scenario, shard or the program differ: finish it with these, or remove it");
  }
  if (::ftruncate(file_, static_cast<off_t>(results_.bytes)) != 0) cannot_write(path_);
  if (results_.bytes == 0) write_line(header_line(header));
}

Journal::~Journal() {
  ::close(file_);
}

void Journal::append(std::int64_t index, const std::string& row) {
  const auto [at, is_new] = results_.rows.emplace(index, row);
  check(is_new || has_failed(at->second), "a point of a sweep is simulated once");
  at->second = row;
  write_line(row);
}

void Journal::take(const Results& finished) {
  std::string lines;
  for (const auto& [index, row] : finished.rows) {
    if (!has_failed(row) && results_.rows.emplace(index, row).second) lines += row + "\n";
  }
  write(lines);
}

void Journal::remove() {
  if (::unlink(path_.c_str()) != 0) cannot_write(path_);
}

// The end of the line goes to the disk together with it: a line without it was torn and is done again.
void Journal::write_line(const std::string& line) {
  write(line + "\n");
}

void Journal::write(const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(file_, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) cannot_write(path_);
    written += static_cast<std::size_t>(count);
  }
  if (::fsync(file_) != 0) cannot_write(path_);
}

}  // namespace sim::sweep
