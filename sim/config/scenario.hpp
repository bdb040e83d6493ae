#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/campaign/inputs.hpp"
#include "sim/config/fields.hpp"
#include "sim/config/migration.hpp"
#include "sim/config/value.hpp"
#include "sim/iteration/job.hpp"

namespace sim::config {

/// Stands for a model or topology that is written in the scenario itself.
inline constexpr const char* kInline = "(inline)";

[[nodiscard]] const std::vector<std::string>& optimizer_names();
[[nodiscard]] const std::vector<std::string>& gradient_names();

/// `training` of a scenario.
struct TrainingSpec {
  double tokens = 0;
  std::int64_t sequence_length = 0;  ///< 0: the model's context
  std::int64_t global_batch = 0;
  std::int64_t document_length = 0;
  double expert_imbalance = 0;  ///< 0: the model's
  double expert_capacity = 0;   ///< 0: dropless
  hardware::Format precision = hardware::Format::bf16;
  int optimizer = 0;           ///< index of optimizer_names()
  int gradient_precision = 0;  ///< index of gradient_names()
  std::vector<campaign::PhaseInput> phases;
};

/// One item of `fleet`.
struct FleetSpec {
  std::string chip;  ///< a name, a path or kInline
  int count = 0;
  std::string topology;  ///< a name, a path or kInline
  std::string arrives;   ///< a date; empty: it is there
  std::int64_t monthly = 0;
};

/// `constraint` of a scenario: what the law lets the fleet have.
struct ConstraintSpec {
  std::string rule;         ///< a name or a path; empty: all rules of the catalogue that are in force
  std::string on;           ///< a date; empty: the rule alone counts
  std::string destination;  ///< empty: kUsualDestination
};

/// One item of `degrade`: exactly one of chip, node and link is given.
struct DegradeSpec {
  int chip = -1;
  int node = -1;
  std::string link;
  double factor = std::numeric_limits<double>::quiet_NaN();
};

/// A strategy whose dp and etp are left to make_job(): 0 means as many replicas as the fleet holds, and as tp.
[[nodiscard]] parallel::Strategy unsized_strategy();

/// Storage of a scenario that says nothing of it.
[[nodiscard]] campaign::Storage usual_storage();

/// A scenario file as it stands, before names are looked up.
struct Scenario {
  int schema_version = kSchemaVersion;
  std::vector<std::string> include;  ///< for documentation: includes are merged before a scenario is read
  std::string name;
  std::string description;
  std::string model;  ///< a name, a path or kInline
  TrainingSpec training;
  std::vector<FleetSpec> fleet;
  topology::JoinSpec join;  ///< `fabric`; an empty network: the entries have one fabric
  iteration::Division placement{iteration::Division::By::automatic, {}, {}};
  parallel::Strategy strategy = unsized_strategy();
  bool searches = false;                ///< the fastest strategy is wanted
  std::set<std::string> strategy_keys;  ///< axes of the search that the file gives; only known after reading
  std::string schedule_file;            ///< as the current folder sees it; empty: strategy.schedule says the order
  std::vector<DegradeSpec> degrade;
  std::optional<ConstraintSpec> constraint;
  std::string software;
  std::string calibration;    ///< as the current folder sees it; empty: the catalogue's constants
  double published_days = 0;  ///< what somebody else says of the run; 0: nobody
  std::string published_source;
  std::string start;        ///< a date; empty: when the chips are there
  std::string reliability;  ///< a name, a path or kInline; empty: kUsualReliability
  std::string economics;    ///< a name, a path or kInline; empty: kUsualPrices
  campaign::Storage storage = usual_storage();
  campaign::Uncertainty uncertainty;
};

/// Describes every key of a scenario: reader, schema, documentation and --print-config use it.
void describe(Fields& fields, Scenario& scenario);

/// A scenario together with the document that it was read from, for messages about it.
struct LoadedScenario {
  Scenario scenario;
  Value root;
  std::vector<std::string> notes = {};  ///< what people should hear of what was read: older files, keys left out
};

/// Reads `path` ("-": standard input), its includes, and `key=value` overrides. Throws InputError with all mistakes.
[[nodiscard]] LoadedScenario load_scenario(const std::string& path, const std::vector<std::string>& overrides = {});

/// Looks up everything that the scenario names. How several fleet entries share the job may stay open, for
/// plan::divide(). Throws InputError at the key that names something unknown.
[[nodiscard]] iteration::Job make_job(const LoadedScenario& loaded);

/// What `constraint` says of the fleet of `job`. Throws infeasible, with the paragraph and the margin, for chips that a
/// rule forbids on the date on which they come, and for those of which nobody knows; what a licence may allow gives a
/// line for people.
[[nodiscard]] std::vector<std::string> check_constraint(const LoadedScenario& loaded, const iteration::Job& job);

/// What people should hear before the answer: old files, what was left out while reading, licences that the fleet
/// needs, chips that nobody could build.
[[nodiscard]] std::vector<std::string> fleet_notes(const LoadedScenario& loaded, const iteration::Job& job);

/// What the scenario says of the whole run. Throws InputError at the key that names something unknown.
[[nodiscard]] campaign::Inputs make_campaign_inputs(const LoadedScenario& loaded);

/// Gives messages without a place the place of the key that they start with ("parallel.tp: ...").
[[nodiscard]] InputError with_places(const InputError& error, const Value& root);

/// The resolved scenario as YAML, each key with where its value comes from.
[[nodiscard]] std::string print_config(const LoadedScenario& loaded);

}  // namespace sim::config
