#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/iteration/job.hpp"

namespace CLI {
class Option;
}

namespace sim::cli {

/// The execution traces that a run writes beside its answer.
struct ChakraOptions {
  std::string folder;  ///< empty: none
  std::vector<std::uint32_t> ranks;
};

/// Returns the option that the others need.
CLI::Option* add_chakra_options(CLI::App& command, ChakraOptions& options);

/// Writes FOLDER/NAME.RANK.et for each rank and FOLDER/NAME.groups.json. The folder must not be there, or be empty: it
/// takes its place when all files are written. Throws InputError where that cannot be.
void write_chakra_folder(const ChakraOptions& options, const iteration::Job& job, const CommonOptions& common);

}  // namespace sim::cli
