#include "sim/cli/stop_signals.hpp"

#include <unistd.h>

#include <csignal>

namespace sim::cli {
namespace {

constexpr std::array<int, 2> kSignals{SIGINT, SIGTERM};
constexpr int kBase = 128;  // of exit codes after a signal

std::atomic<bool> is_asked{false};
std::atomic<int> came{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int signal) {
  if (is_asked) _exit(kBase + signal);
  came = signal;
  is_asked = true;
}

}  // namespace

StopSignals::StopSignals() {
  is_asked = false;
  came = 0;
  for (std::size_t i = 0; i < kSignals.size(); ++i) before_[i] = std::signal(kSignals[i], on_signal);
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) std::signal(kSignals[i], before_[i]);
}

const std::atomic<bool>& StopSignals::asked() {
  return is_asked;
}

int StopSignals::exit_code() {
  return kBase + came;
}

}  // namespace sim::cli
