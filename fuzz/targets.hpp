#pragma once

#include <string_view>

namespace sim::fuzz {

// One function a reader: takes any bytes and reads them as far as the first thing that is run. Only InputError, the
// answer to bad input, is caught; whatever else leaves is a mistake of the reader, and so is a broken promise of it
// (check()).

/// The first line is `path=value` of `--set`, the rest a YAML document.
void feed_yaml(std::string_view input);
/// A scenario, up to the job and the inputs of the campaign, and its print.
void feed_scenario(std::string_view input);
/// The first line names a shelf of the catalogue, or `schedule` or `calibration`; the rest is a file of it.
void feed_catalog(std::string_view input);
/// A topology file, and the fabric of a few dozen chips by it.
void feed_topology(std::string_view input);
/// The first line is `graphml` or `dot`; the rest is a graph, which is recognised, written and read again.
void feed_graph(std::string_view input);
/// The first line is `nccl` or `slurm`; the rest is a topology file of NCCL, or a topology.conf.
void feed_import(std::string_view input);
/// A text read as a quantity of every dimension, and back.
void feed_units(std::string_view input);
/// A condition of a rule, its text read again, and its truth for a part.
void feed_policy(std::string_view input);
/// The first line names the kind of log or table, the rest is the file.
void feed_logs(std::string_view input);
/// An execution trace of one rank, which is replayed on one and on two; or a file of process groups.
void feed_chakra(std::string_view input);
/// A config.json of Hugging Face, up to the model and its count of parameters.
void feed_hf(std::string_view input);
/// A launch script of Megatron; what it gives must be a scenario that can be read.
void feed_megatron(std::string_view input);

}  // namespace sim::fuzz
