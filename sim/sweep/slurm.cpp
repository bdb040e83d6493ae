#include "sim/sweep/slurm.hpp"

#include <fmt/format.h>

namespace sim::sweep {
namespace {

constexpr const char* kShard =
    "#!/bin/bash\n"
    "# One task of the array: its share of the points of {study}.\n"
    "set -eu\n"
    "cd {folder}\n"
    "exec {program} sweep {study} --shard \"$SLURM_ARRAY_TASK_ID/{shards}\" --jobs {jobs} \\\n"
    "  --quiet -o {output}/\"shard_$SLURM_ARRAY_TASK_ID.jsonl\"\n";

constexpr const char* kMerge =
    "#!/bin/bash\n"
    "# Runs once every task of the array has ended well.\n"
    "set -eu\n"
    "cd {folder}\n"
    "exec {program} merge -o {output}/results.jsonl{options} \\\n"
    "  {output}/shard_{{0..{last}}}.jsonl\n";

// The merge of an earlier attempt that can never run is removed by Slurm itself.
constexpr const char* kSubmit =
    "#!/bin/bash\n"
    "# Submits the shards of {study} and their merge. Arguments go to the array: --cpus-per-task=4 --time=1:00:00\n"
    "# After a failure submit again: what is done is kept, and only the rest is simulated.\n"
    "set -eu\n"
    "folder={output}\n"
    "array=$(sbatch --parsable --job-name={name} --array=0-{last} --requeue --open-mode=append \\\n"
    "  --output=\"$folder/shard_%a.log\" \"$@\" \"$folder/shard.sh\")\n"
    "merge=$(sbatch --parsable --job-name={name} --dependency=\"afterok:$array\" --kill-on-invalid-dep=yes \\\n"
    "  --output=\"$folder/merge.log\" \"$folder/merge.sh\")\n"
    "echo \"array job $array, merge job $merge; the results will be in $folder/results.jsonl\"\n";

// What the merge does besides.
std::string merge_options(const SlurmJob& job) {
  std::string text = " --csv " + (job.csv.empty() ? shell_word(job.output) + "/results.csv" : shell_word(job.csv));
  if (!job.sqlite.empty()) text += " --sqlite " + shell_word(job.sqlite);
  if (!job.fail_if.empty()) text += " --fail-if " + shell_word(job.fail_if);
  return text;
}

}  // namespace

std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char character : text) word += character == '\'' ? std::string("'\\''") : std::string(1, character);
  return word + "'";
}

std::map<std::string, std::string> slurm_scripts(const SlurmJob& job) {
  const auto filled = [&job](const char* script) {
    return fmt::format(fmt::runtime(script), fmt::arg("program", shell_word(job.program)),
                       fmt::arg("study", shell_word(job.study)), fmt::arg("folder", shell_word(job.folder)),
                       fmt::arg("output", shell_word(job.output)), fmt::arg("name", shell_word(job.name)),
                       fmt::arg("jobs", job.jobs > 0 ? std::to_string(job.jobs) : "\"${SLURM_CPUS_PER_TASK:-1}\""),
                       fmt::arg("options", merge_options(job)), fmt::arg("shards", job.shards),
                       fmt::arg("last", job.shards - 1));
  };
  return {{"shard.sh", filled(kShard)}, {"merge.sh", filled(kMerge)}, {"submit.sh", filled(kSubmit)}};
}

}  // namespace sim::sweep
