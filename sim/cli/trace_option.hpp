#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/solve.hpp"

namespace CLI {
class Option;
}

namespace sim::cli {

/// The trace that a run writes beside its answer.
struct TraceOptions {
  std::string file;  ///< empty: none; compressed if it ends in .gz
  std::vector<std::uint32_t> ranks;
  int iterations = 1;
};

/// Returns the option that the others need.
CLI::Option* add_trace_options(CLI::App& command, TraceOptions& options);

/// Writes the timeline of a solved scenario, and says on standard error what it leaves out. Throws InputError for a
/// rank that the job does not have, and where the file cannot be written.
void write_trace_file(const TraceOptions& options, const Solved& solved, const iteration::Options& simulation,
                      const CommonOptions& common);

}  // namespace sim::cli
