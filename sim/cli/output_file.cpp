#include "sim/cli/output_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

#include "sim/base/error.hpp"

namespace sim::cli {

namespace fs = std::filesystem;

namespace {

// A signal may only look at plain memory and call what is safe then, as unlink() is.
std::array<char, 4096> partial_name{};

extern "C" void remove_partial(int signal) {
  unlink(partial_name.data());
  raise(signal);  // comes through once this returns: SA_RESETHAND has put the usual end back
}

constexpr std::array<int, 3> kEndings{SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t held_signal = 0;
bool signals_are_held = false;

extern "C" void hold(int signal) {
  held_signal = signal;
}

using Actions = std::array<struct sigaction, kEndings.size()>;

void handle_endings(const struct sigaction& action, Actions& before) {
  for (std::size_t i = 0; i < kEndings.size(); ++i) {
    sigaction(kEndings[i], nullptr, &before[i]);
    if (before[i].sa_handler != SIG_IGN) sigaction(kEndings[i], &action, nullptr);  // nohup stays nohup
  }
}

void restore_endings(const Actions& before) {
  for (std::size_t i = 0; i < kEndings.size(); ++i) sigaction(kEndings[i], &before[i], nullptr);
}

}  // namespace

struct HeldSignals::Before {
  Actions actions{};
};

HeldSignals::HeldSignals() : before_(std::make_unique<Before>()) {
  check(!signals_are_held, "signals are held twice");
  held_signal = 0;
  signals_are_held = true;
  struct sigaction action {};
  action.sa_handler = hold;
  action.sa_flags = SA_RESTART;
  handle_endings(action, before_->actions);
}

HeldSignals::~HeldSignals() {
  restore_endings(before_->actions);
  signals_are_held = false;
  if (held_signal != 0) raise(held_signal);
}

bool HeldSignals::has_come() {
  return held_signal != 0;
}

struct OutputFile::Guard {
  explicit Guard(const std::string& partial) {
    if (signals_are_held) return;
    if (partial.size() >= partial_name.size()) return;  // longer than a path can be: it does not open either
    check(partial_name.front() == '\0', "two output files at a time");
    std::copy(partial.begin(), partial.end(), partial_name.begin());
    struct sigaction action {};
    action.sa_handler = remove_partial;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    handle_endings(action, before);
    is_set = true;
  }
  ~Guard() {
    if (!is_set) return;
    restore_endings(before);
    partial_name.fill('\0');
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  bool is_set = false;
  Actions before{};
};

OutputFile::OutputFile(const std::string& path) : path_(path), target_(path) {
  std::error_code ignored;  // what cannot be looked at cannot be written either, and that is reported
  const fs::file_status status = fs::status(path, ignored);
  const bool is_special = fs::exists(status) && !fs::is_regular_file(status);
  if (!is_special) {
    if (fs::exists(status)) target_ = fs::canonical(path, ignored).string();
    partial_ = target_ + "." + std::to_string(getpid()) + ".part";
  }
  if (!partial_.empty()) guard_ = std::make_unique<Guard>(partial_);
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
  if (!partial_.empty() && fsync(fileno(file_)) != 0) refuse(errno);  // its bytes before its name
  const bool is_closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  const bool is_done = is_closed && (partial_.empty() || std::rename(partial_.c_str(), target_.c_str()) == 0);
  const int reason = errno;
  if (!is_done && !partial_.empty()) std::remove(partial_.c_str());
  guard_.reset();
  if (!is_done) refuse(reason);
}

void OutputFile::refuse(int reason) const {
  throw InputError(path_ + ": cannot be written: " + std::strerror(reason));
}

void check_outputs(const std::vector<NamedOutput>& outputs) {
  std::vector<std::pair<std::string, fs::path>> seen;
  for (const auto& [option, path] : outputs) {
    std::error_code ignored;  // what cannot be looked at cannot be written either, and that is reported
    if (path.empty() || fs::is_character_file(path, ignored) || fs::is_fifo(path, ignored)) continue;
    const fs::path whole = fs::weakly_canonical(fs::absolute(path), ignored);
    for (const auto& [other, there] : seen) {
      if (there == whole) throw InputError(path + ": is named for " + other + " and for " + option, "name two files");
    }
    seen.emplace_back(option, whole);
  }
}

void write_file(const std::string& path, const std::string& text) {
  OutputFile file(path);
  file.add(text);
  file.finish();
}

void write_new_file(const std::string& path, const std::string& text, bool force) {
  std::error_code ignored;  // what cannot be looked at cannot be written either, and that is reported
  if (!force && std::filesystem::is_regular_file(path, ignored)) {
    throw InputError(path + " is there already", "name another file, or add --force to write over it");
  }
  write_file(path, text);
}

}  // namespace sim::cli
