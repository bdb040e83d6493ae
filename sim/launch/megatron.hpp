#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/config/yaml_source.hpp"
#include "sim/model/transformer.hpp"
#include "sim/parallel/strategy.hpp"

namespace sim::launch {

/// What the user adds to a script that does not say it. 0 and empty: nothing.
struct Additions {
  std::int64_t chips = 0;
  double tokens = 0;
  std::int64_t vocabulary = 0;                   ///< before padding
  std::map<std::string, std::string> variables;  ///< of the environment
};

/// A training run as arguments of Megatron-LM describe it, in our words.
struct MegatronRun {
  model::Transformer model;
  double tokens = 0;  ///< of the whole run
  std::int64_t sequence_length = 0;
  std::int64_t global_batch = 0;  ///< sequences
  double expert_capacity = 0;     ///< 0: dropless
  std::string precision;
  std::string gradient_precision;
  std::string optimizer;
  parallel::Strategy strategy;
  std::int64_t chips = 0;
  std::map<std::string, std::string> comments;  ///< what was assumed, by dotted key
  std::vector<std::string> notes;               ///< what is not understood or not modelled, for people
};

/// Reads a shell script, or the bare arguments. What is not given has the default of Megatron-LM (megatron/training/
/// arguments.py). Throws InputError with file:line:column for arguments that are missing or malformed.
[[nodiscard]] MegatronRun read_megatron(const config::YamlSource& source, const Additions& additions = {});

/// The fleet that a script does not name.
struct AssumedFleet {
  std::string chip;
  std::string topology;
  std::string software;
  std::string chip_comment, topology_comment, software_comment;  ///< why these; empty: the user said so
};

/// A scenario of it, with comments for what was assumed. `from`: what the first line calls the source.
[[nodiscard]] std::string scenario_yaml(const MegatronRun& run, const AssumedFleet& fleet, const std::string& from);

}  // namespace sim::launch
