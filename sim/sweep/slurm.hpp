#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sim::sweep {

/// What the scripts of a Slurm array need to know; paths absolute unless said.
struct SlurmJob {
  std::string program;  ///< this program
  std::string study;    ///< the study's file
  std::string folder;   ///< where the study was asked for: relative paths start there
  std::string output;   ///< folder of the scripts, the shards and the logs
  std::string name;     ///< of the study
  std::int64_t shards = 1;
  int jobs = 0;         ///< points at a time of a task; 0: as many as Slurm gives it cores
  std::string csv;      ///< for the merge, relative to `folder`; empty: results.csv in `output`
  std::string sqlite;   ///< the same; empty: none
  std::string fail_if;  ///< condition with which the merge job fails; empty: none
};

/// Scripts by file name: shard.sh (one task of the array), merge.sh (once all are done) and submit.sh (both, the second
/// dependent on the first). Submitting again does what is missing: finished shards end at once.
[[nodiscard]] std::map<std::string, std::string> slurm_scripts(const SlurmJob& job);

/// `text` as one word of a shell.
[[nodiscard]] std::string shell_word(const std::string& text);

}  // namespace sim::sweep
