#include "sim/base/error.hpp"

#include <algorithm>
#include <utility>

#include "sim/base/characters.hpp"

namespace sim {
namespace {

constexpr std::size_t kLongestShownLine = 160;

std::string join(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += render(diagnostic);
  return text;
}

// The caret stays under its column when tabs precede it, because the tabs are copied.
std::string caret_line(const std::string& line, int column) {
  std::string indent;
  for (int i = 0; i + 1 < column && i < static_cast<int>(line.size()); ++i) {
    indent += line[static_cast<std::size_t>(i)] == '\t' ? '\t' : ' ';
  }
  return indent + "^";
}

}  // namespace

std::string render(const Diagnostic& diagnostic) {
  const SourceMark& mark = diagnostic.mark;
  std::string text;
  if (!mark.file.empty()) {
    text += visible(mark.file) + ":";
    if (mark.line > 0) text += std::to_string(mark.line) + ":" + std::to_string(mark.column) + ":";
    text += " ";
  }
  text += "error: " + visible(diagnostic.message) + "\n";
  const bool line_is_short = mark.line_text.size() <= kLongestShownLine;
  if (mark.line > 0 && !mark.line_text.empty() && line_is_short) {
    text += "  " + mark.line_text + "\n  " + caret_line(mark.line_text, mark.column) + "\n";
  }
  if (!diagnostic.hint.empty()) text += "  hint: " + visible(diagnostic.hint) + "\n";
  return text;
}

InputError::InputError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(join(diagnostics)), diagnostics_(std::move(diagnostics)) {}

InputError::InputError(const std::string& message, const std::string& hint)
    : InputError(std::vector<Diagnostic>{Diagnostic{{}, message, hint, false}}) {}

ExitCode InputError::exit_code() const {
  const bool malformed = std::any_of(diagnostics_.begin(), diagnostics_.end(),
                                     [](const Diagnostic& diagnostic) { return !diagnostic.infeasible; });
  return malformed ? ExitCode::bad_input : ExitCode::infeasible;
}

InputError infeasible(const std::string& message, const std::string& hint) {
  return InputError(std::vector<Diagnostic>{Diagnostic{{}, message, hint, true}});
}

}  // namespace sim
