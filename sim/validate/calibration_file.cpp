#include <fmt/core.h>

#include <map>

#include "sim/base/error.hpp"
#include "sim/base/quantity.hpp"
#include "sim/config/describe_hardware.hpp"
#include "sim/validate/calibrate.hpp"
#include "sim/validate/field_scaler.hpp"

namespace sim::validate {
namespace {

constexpr const char* kHead =
    "# Written by `simulate calibrate`. A scenario uses it with the line `calibration: PATH-OF-THIS-FILE`; the "
    "numbers\n"
    "# stand over those of the catalogue.\n";

template <class T>
void find_in(T object, const std::string& id, FieldScaler& number) {
  if (object.id == id) config::describe(number, object);
}

// The number at `key` of one file, as the first job that uses the file has it.
FieldScaler number_of(const std::vector<iteration::Job>& jobs, const SharedConstant& constant, const std::string& key) {
  const std::string& id = constant.ids.front();
  for (const iteration::Job& job : jobs) {
    FieldScaler number(key, 1);
    if (constant.shelf == "software") find_in(job.software, id, number);
    for (const iteration::FleetEntry& entry : job.fleet) {
      if (constant.shelf == "kernels") find_in(entry.kernels, id, number);
      if (constant.shelf == "links" && entry.link) find_in(*entry.link, id, number);
      if (constant.shelf == "networks" && entry.network) find_in(*entry.network, id, number);
    }
    if (constant.shelf == "networks" && job.network) find_in(*job.network, id, number);
    if (constant.shelf == "networks" && job.join_network) find_in(*job.join_network, id, number);
    if (number.found()) return number;
  }
  return {key, 1};
}

std::string source_of(const CalibratedFactor& factor, const Calibration& calibration) {
  const bool from_runs = factor.constant.keys.front() == "host_time_per_layer_pass" ||
                         factor.constant.shelf == "kernels" || factor.constant.keys.front() == "in_step_share";
  const std::size_t count = from_runs ? calibration.runs.size() : calibration.collectives.size();
  return fmt::format("{:.4f} x what it was: {}; simulate calibrate over {} {}", factor.estimate.factor,
                     factor.constant.name, count,
                     std::string(from_runs ? "training log" : "output") + (count == 1 ? "" : "s") +
                         (from_runs ? "" : " of nccl-tests"));
}

}  // namespace

std::string calibration_file(const Calibration& calibration, const std::vector<iteration::Job>& jobs) {
  std::map<std::string, std::string> lines;
  for (const CalibratedFactor& factor : calibration.factors) {
    if (!factor.estimate.moved) continue;
    for (const std::string& key : factor.constant.keys) {
      const FieldScaler number = number_of(jobs, factor.constant, key);
      if (number.value() == 0) continue;  // a term that never binds
      const double value = std::stod(fmt::format("{:.6g}", number.value() * factor.estimate.factor));
      lines[factor.constant.shelf + "." + factor.constant.ids.front() + "." + key] = fmt::format(
          "{{value: {}, kind: fitted, source: \"{}\", relative_error: {:.2g}}}",
          format_quantity(value, number.dimension()), source_of(factor, calibration), factor.estimate.error);
    }
  }
  if (lines.empty()) {
    throw InputError("these measurements determine no constant: there is nothing to write",
                     "leave out -o to see the errors, and give more runs that differ");
  }
  return kHead + nested_yaml(lines);
}

}  // namespace sim::validate
