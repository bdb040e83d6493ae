#include "fuzz/feeding.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace sim::fuzz {

std::pair<std::string_view, std::string_view> cut_first_line(std::string_view input) {
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return {input, {}};
  return {input.substr(0, end), input.substr(end + 1)};
}

// In memory, and under the same name every time: a path in a message must not depend on the run.
std::string as_file(std::string_view text) {
  static const int file = memfd_create("fuzz", 0);
  check(file >= 0 && ftruncate(file, 0) == 0, "no file in memory");
  check(pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()), "no memory for the file");
  return "/proc/self/fd/" + std::to_string(file);
}

void expect_useful(const InputError& error) {
  check(!error.diagnostics().empty(), "an error without a message");
  for (const Diagnostic& diagnostic : error.diagnostics()) {
    check(!diagnostic.message.empty() && !render(diagnostic).empty(), "a message without words");
  }
  check(error.exit_code() == ExitCode::bad_input || error.exit_code() == ExitCode::infeasible,
        "an exit code that is not of bad input");
}

}  // namespace sim::fuzz
