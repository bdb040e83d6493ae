#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/hardware/chip.hpp"
#include "sim/hardware/kernels.hpp"
#include "sim/hardware/link.hpp"
#include "sim/hardware/software.hpp"
#include "sim/model/transformer.hpp"

namespace sim::config {

/// The folder that holds catalog/ and topologies/: $SIM_DATA_DIR, else the first such folder above the executable, else
/// the source tree that it was built from.
[[nodiscard]] std::filesystem::path data_directory();

/// Ids of a shelf of the catalogue ("chips", "models", "kernels", "links", "networks", "software"): its file names,
/// sorted.
[[nodiscard]] std::vector<std::string> catalog_ids(const std::string& shelf);

// Each takes an id, in any case, or a path to a file (with a slash, or ending in .yaml). A file may start from another
// one with `like: id` and change some keys. Throws InputError with the nearest id for unknown ones.
[[nodiscard]] hardware::Chip load_chip(const std::string& id);
[[nodiscard]] hardware::KernelConstants load_kernels(const std::string& id);
[[nodiscard]] hardware::LinkGeneration load_link(const std::string& id);
[[nodiscard]] hardware::NetworkKind load_network(const std::string& id);
[[nodiscard]] hardware::SoftwarePreset load_software(const std::string& id);
[[nodiscard]] model::Transformer load_model(const std::string& id);

/// The preset that covers a training stack in a year; a stack that no preset names falls back to the latest preset of
/// Megatron's line whose date is not after the year (year 0: the latest of all).
[[nodiscard]] hardware::SoftwarePreset software_for_stack(const std::string& stack, int year);

}  // namespace sim::config
