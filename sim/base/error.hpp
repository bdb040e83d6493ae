#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace sim {

/// Exit codes of the command; the text form of each is in docs/cli.md.
enum class ExitCode : int { done = 0, internal = 1, bad_input = 2, infeasible = 3, condition_held = 4 };

/// A place in an input file. Lines and columns count from 1; line 0 means that there is no place to show.
struct SourceMark {
  std::string file;
  int line = 0;
  int column = 0;
  std::string line_text;  ///< the source line itself, for the caret under it
};

/// One message about the user's input.
struct Diagnostic {
  SourceMark mark;
  std::string message;      ///< what is wrong, lower case, no full stop
  std::string hint;         ///< what to do about it, empty if nothing helps
  bool infeasible = false;  ///< well-formed but impossible: exit 3 instead of 2
};

/// `file:line:column: error: message`, the source line, a caret and the hint, each on its own line.
[[nodiscard]] std::string render(const Diagnostic& diagnostic);

/// Malformed, unknown, contradictory or unreadable input (exit 2), or a well-formed but impossible request (exit 3).
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Diagnostic> diagnostics);
  /// An error without a place in a file, such as bad usage of the command line.
  explicit InputError(const std::string& message, const std::string& hint = "");

  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  [[nodiscard]] ExitCode exit_code() const;

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// A well-formed request that cannot be met: does not divide, does not fit, a format the chip lacks (exit 3).
[[nodiscard]] InputError infeasible(const std::string& message, const std::string& hint = "");

/// A bug of this program, never the user's fault (exit 1).
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws InternalError when `condition` is false. Stays on in release builds.
inline void check(bool condition, const char* message) {
  if (!condition) throw InternalError(message);
}

}  // namespace sim
