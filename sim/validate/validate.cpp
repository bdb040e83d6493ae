#include "sim/validate/validate.hpp"

#include "sim/iteration/simulate.hpp"
#include "sim/validate/record_job.hpp"

namespace sim::validate {
namespace {

std::string size_of(const RecordResult& result) {
  return result.model + ", " + std::to_string(result.gpus) + " x " + result.chip;
}

// Names the work of a step too: runs of one group differ in nothing but how it is cut, and in software.
std::string work_of(const RecordResult& result) {
  return size_of(result) + ", " + std::to_string(result.global_batch) + " x " + std::to_string(result.sequence_length);
}

RankCorrelation correlate(const std::vector<const RecordResult*>& results,
                          std::string (*group_of)(const RecordResult&)) {
  std::map<std::string, PairedTimes> groups;
  for (const RecordResult* result : results) {
    PairedTimes& times = groups[group_of(*result)];
    times.predicted.push_back(result->predicted_seconds);
    times.measured.push_back(result->measured_seconds);
  }
  return correlate_ranks(groups);
}

std::vector<std::string> parallelism_of(const RecordResult& result) {
  const RecordRun& run = result.run;
  std::vector<std::string> kinds{result.has_experts ? "experts" : "dense"};
  if (run.tp > 1) kinds.push_back("tp > 1");
  if (run.pp > 1) kinds.push_back(run.vpp > 1 ? "pp > 1, interleaved" : "pp > 1");
  if (run.cp > 1) kinds.push_back("cp > 1");
  if (run.ep > 1) kinds.push_back("ep > 1");
  if (run.zero_stage == 3) kinds.push_back("zero 3");
  if (run.precision.rfind("fp8", 0) == 0) kinds.push_back("fp8");
  return kinds;
}

std::string size_class(int chips) {
  if (chips <= 8) return "1 to 8 chips";
  if (chips <= 64) return "9 to 64 chips";
  return chips <= 512 ? "65 to 512 chips" : "more than 512 chips";
}

}  // namespace

RecordResult validate_record(const Record& record) {
  RecordResult result;
  result.id = record.id;
  result.chip = record.chip;
  result.family = record.family;
  result.well_specified = record.well_specified;
  result.measured_seconds = record.iteration_seconds;
  result.model = record.model.name;
  result.gpus = record.gpus;
  result.sequence_length = record.model.sequence_length;
  result.global_batch = record.run.global_batch;
  result.layers = record.model.layers;
  result.hidden = record.model.hidden;
  result.has_experts = record.model.experts.has_value();
  result.run = record.run;
  const std::optional<Refusal> refusal = refusal_of([&] {
    const iteration::IterationResult step =
        iteration::simulate(make_job(record), {.fold = true, .check_memory = false, .check_stability = false});
    result.predicted_seconds = step.seconds.value();
    result.regime = regime_of(step.pacing.staves);
    result.error = result.predicted_seconds / result.measured_seconds - 1;
  });
  if (refusal) {
    result.status = refusal->status;
    result.reason = refusal->reason;
  }
  return result;
}

Validation validate_records(const std::vector<Record>& records,
                            const std::function<void(std::size_t, std::size_t)>& progress) {
  Validation validation;
  for (const Record& record : records) {
    validation.records.push_back(validate_record(record));
    if (progress) progress(validation.records.size(), records.size());
  }
  validation.well_specified = tabulate(validation.records, true);
  validation.all = tabulate(validation.records, false);
  return validation;
}

SummaryTable tabulate(const std::vector<RecordResult>& results, bool only_well_specified) {
  std::vector<double> errors;
  std::vector<const RecordResult*> scored;
  std::map<std::string, std::vector<double>> by_chip, by_family, by_regime, by_parallelism, by_size;
  for (const RecordResult& result : results) {
    if (result.status != Status::ok || (only_well_specified && !result.well_specified)) continue;
    scored.push_back(&result);
    errors.push_back(result.error);
    by_chip[result.chip].push_back(result.error);
    by_family[result.family].push_back(result.error);
    by_regime[regime_name(result.regime)].push_back(result.error);
    by_size[size_class(result.gpus)].push_back(result.error);
    for (const std::string& kind : parallelism_of(result)) by_parallelism[kind].push_back(result.error);
  }
  SummaryTable table;
  table.total = summarise(errors);
  table.by_chip = summarise_each(by_chip);
  table.by_family = summarise_each(by_family);
  table.by_regime = summarise_each(by_regime);
  table.by_parallelism = summarise_each(by_parallelism);
  table.by_size = summarise_each(by_size);
  table.rank_correlation = correlate(scored, size_of);
  table.same_work_correlation = correlate(scored, work_of);
  return table;
}

}  // namespace sim::validate
