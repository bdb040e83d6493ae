#pragma once

#include <string>
#include <vector>

namespace sim::test {

enum class Why {
  slow,      ///< more than a few seconds: only with SIM_DOCS_SLOW (ctest -C docs_slow -L docs_slow)
  elsewhere  ///< needs what a test machine does not have, or is run by another test
};

/// A command of the pages that the usual pass does not run.
struct NotRun {
  std::string start;  ///< the command without `scripts/`; a star at its end stands for further words
  Why why = Why::slow;
  std::string reason;
};

[[nodiscard]] const std::vector<NotRun>& commands_not_run();

}  // namespace sim::test
