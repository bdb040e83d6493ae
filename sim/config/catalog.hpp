#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/inputs.hpp"
#include "sim/config/value.hpp"
#include "sim/hardware/chip.hpp"
#include "sim/hardware/kernels.hpp"
#include "sim/hardware/link.hpp"
#include "sim/hardware/software.hpp"
#include "sim/model/transformer.hpp"
#include "sim/policy/rule.hpp"

namespace sim::config {

/// The folder that holds catalog/ and topologies/: $SIM_DATA_DIR, else the one that use_data_directory named, else the
/// first such folder above the executable (or share/cluster-training-simulator there, as it is installed), else the
/// source tree that it was built from. Throws InputError when $SIM_DATA_DIR has no catalog/, or there is none at all.
[[nodiscard]] std::filesystem::path data_directory();

/// For programs that link the library and stand elsewhere than its data; before the first use of the catalogue. Throws
/// InputError when it has no catalog/.
void use_data_directory(const std::filesystem::path& folder);

/// Ids of a shelf of the catalogue ("chips", "models", "kernels", "links", "networks", "collectives", "software",
/// "reliability", "prices", "rules"): its file names, sorted.
[[nodiscard]] std::vector<std::string> catalog_ids(const std::string& shelf);

/// Which constants: those that stand in the catalogue (datasheets, micro-benchmarks, judgement), or with the factors
/// over them that `scripts/fit` found on whole runs, which catalog/fitted.yaml holds. A file that a user gives by path
/// has only what it says; what it is `like` has its fitted constants.
enum class Constants { fitted, unfitted };

// Each takes an id, in any case, or a path to a file (with a slash, or ending in .yaml). A file may start from another
// one with `like: id` and change some keys; each number keeps the `default_kind`, `default_source` and
// `default_relative_error` of the file that it stands in. Throws InputError with the nearest id for unknown ones.
[[nodiscard]] hardware::Chip load_chip(const std::string& id);
[[nodiscard]] hardware::KernelConstants load_kernels(const std::string& id, Constants constants = Constants::fitted);
/// `library`: age of the collective library, a file of catalog/collectives that may change constants; empty: none.
[[nodiscard]] hardware::LinkGeneration load_link(const std::string& id, Constants constants = Constants::fitted,
                                                 const std::string& library = "");
/// Also checks every constant of a link that it changes. Has no `like`.
[[nodiscard]] hardware::CollectiveLibrary load_library(const std::string& id);
[[nodiscard]] hardware::NetworkKind load_network(const std::string& id, Constants constants = Constants::fitted);
[[nodiscard]] hardware::SoftwarePreset load_software(const std::string& id, Constants constants = Constants::fitted);
[[nodiscard]] model::Transformer load_model(const std::string& id);
[[nodiscard]] campaign::Reliability load_reliability(const std::string& id);
[[nodiscard]] campaign::Economics load_economics(const std::string& id);
[[nodiscard]] policy::Rule load_rule(const std::string& id);

/// Rules of the catalogue that are law somewhere on `date` ("2023-11-17"): not those that are marked as hypothetical.
[[nodiscard]] std::vector<policy::Rule> rules_in_force(const std::string& date);

/// Where chips go when nobody says.
inline constexpr const char* kUsualDestination = "china";

/// Throws InputError for a destination that neither a rule of the catalogue nor one of `rules` names; `where` says
/// whose.
void check_destination(const std::string& destination, const std::vector<policy::Rule>& rules,
                       const std::string& where);

/// A chip that is written out in a scenario, at `path` of it. One that is `like` another and gives itself no id is
/// called by the other's with "(changed)" behind it.
[[nodiscard]] hardware::Chip read_chip(const Value& value, const std::string& path);

/// What a scenario that says nothing of failures gets.
inline constexpr const char* kUsualReliability = "llama-3-2024";

/// What a scenario that says nothing of prices gets.
inline constexpr const char* kUsualPrices = "estimates-2024";

/// `reliability` of a scenario as a map: what it says over the file that it is `like`, else over kUsualReliability.
[[nodiscard]] campaign::Reliability read_reliability(const Value& value);
/// `economics` of a scenario as a map, in the same way over kUsualPrices.
[[nodiscard]] campaign::Economics read_economics(const Value& value);

/// The preset of a training stack nearest to a year, of two that cover it the older one; year 0 means the latest. A
/// stack that no preset names gets the latest preset for any stack whose first year is not after the year. Throws
/// InputError when the year is before all of them.
[[nodiscard]] hardware::SoftwarePreset software_for_stack(const std::string& stack, int year,
                                                          Constants constants = Constants::fitted);

}  // namespace sim::config
