#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/config/fields.hpp"
#include "sim/iteration/job.hpp"

namespace sim::validate {

/// A factor on constants of the catalogue that whole runs may move: one number for every record of the chips, link
/// generations, networks or software presets that it names. An item of catalog/shared_constants.yaml.
struct SharedConstant {
  std::string name;
  std::string shelf;              ///< kernels, links, networks or software
  std::vector<std::string> ids;   ///< files of that shelf; empty: all
  std::vector<std::string> keys;  ///< numbers of such a file, "gemm.bf16.in_step_share"
  double prior_error = 0;         ///< standard deviation of log(factor) before any run is seen
  std::string reason;             ///< why a run may differ from benchmarks and counted traffic, and by how much
};

/// Describes every key of such an item.
void describe(config::Fields& fields, SharedConstant& constant);

/// Throws InputError with every mistake: unknown shelves, ids and keys, names that occur twice.
[[nodiscard]] std::vector<SharedConstant> read_shared_constants(const std::string& path);

/// Multiplies the constant where the job has it. True when it has it at all.
bool scale(iteration::Job& job, const SharedConstant& constant, double factor);

/// What a fit makes of one shared constant.
struct FittedFactor {
  double factor = 1;           ///< over the catalogue
  double error = 0;            ///< standard deviation of log(factor) that the runs leave
  std::set<std::string> seen;  ///< files that a fitted run used; in the others the factor is carried over
};

/// Files of the constant's shelf that the job uses and the constant names.
[[nodiscard]] std::set<std::string> files_used(const iteration::Job& job, const SharedConstant& constant);

/// YAML of texts by path of keys: "gemm.bf16.in_step_share" opens two maps.
[[nodiscard]] std::string nested_yaml(const std::map<std::string, std::string>& lines);

/// Text of catalog/fitted.yaml: the constants of the catalogue, without fit, times the factors (by position). Where no
/// run was seen the number is `assumed` and keeps the prior's error if that is larger.
[[nodiscard]] std::string fitted_catalogue(const std::vector<SharedConstant>& constants,
                                           const std::vector<FittedFactor>& factors);

}  // namespace sim::validate
