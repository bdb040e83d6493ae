#pragma once

#include <array>
#include <atomic>

namespace sim::cli {

/// While it lives, the first Ctrl-C or SIGTERM (what Slurm sends before it ends a task) asks for an end after the work
/// under way; the next one ends the program at once. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Set once a signal has come; stays where it is after the object's end.
  [[nodiscard]] static const std::atomic<bool>& asked();

  /// 128 + the signal that came, as shells count.
  [[nodiscard]] static int exit_code();

 private:
  std::array<void (*)(int), 2> before_{};
};

}  // namespace sim::cli
