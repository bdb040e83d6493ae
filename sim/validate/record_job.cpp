#include "sim/validate/record_job.hpp"

#include "sim/config/catalog.hpp"
#include "sim/validate/record_machine.hpp"
#include "sim/validate/record_model.hpp"
#include "sim/validate/record_strategy.hpp"

namespace sim::validate {
namespace {

using config::Constants;
using hardware::AttentionKernel;
using hardware::SoftwarePreset;

// Releases: FlashAttention May 2022, FlashAttention-2 July 2023, FlashAttention-3 July 2024; stacks follow a year
// later.
AttentionKernel flash_kernel_of(int year) {
  if (year <= 2022) return AttentionKernel::flash_1;
  return year <= 2024 ? AttentionKernel::flash_2 : AttentionKernel::flash_3;
}

bool is_unfused(AttentionKernel kernel) {
  return kernel == AttentionKernel::unfused_2019 || kernel == AttentionKernel::unfused_fused_softmax;
}

SoftwarePreset software_of(const RecordSoftware& record, Constants constants) {
  const int year = record.year.value_or(0);
  SoftwarePreset software = config::software_for_stack(record.stack, year, constants);
  if (!record.flash_attention) return software;
  if (!*record.flash_attention) software.attention = software.attention_without_flash;
  if (*record.flash_attention && is_unfused(software.attention)) software.attention = flash_kernel_of(year);
  return software;
}

iteration::Training training_of(const Record& record, const SoftwarePreset& software) {
  const std::optional<hardware::Format> format = hardware::format_from_name(record.run.precision);
  if (!format) throw Unsupported("precision " + record.run.precision + " is not a known format");
  iteration::Training training;
  training.sequence_length = record.model.sequence_length;
  training.global_batch = record.run.global_batch;
  training.tokens = training.tokens_per_step();
  training.precision = *format;
  training.gradient_wire_bytes = software.gradient_bytes.value;
  return training;
}

iteration::FleetEntry fleet_entry(const Record& record, const std::string& library, Constants constants) {
  iteration::FleetEntry entry;
  entry.chip = config::load_chip(record.chip);
  entry.kernels = config::load_kernels(entry.chip.kernels, constants);
  if (entry.chip.scale_up && !entry.chip.scale_up->link.empty()) {
    entry.link = config::load_link(entry.chip.scale_up->link, constants, library);
  }
  entry.node = node_of(record, entry.chip);
  entry.count = record.gpus;
  return entry;
}

}  // namespace

iteration::Job make_job(const Record& record, Constants constants) {
  iteration::Job job;
  job.name = record.id;
  job.software = software_of(record.software, constants);
  job.strategy = strategy_of(record, job.software);
  if (denies_tensor_overlap(record.run)) job.software.overlap_tensor_parallel_backward = false;
  job.model = model_of(record);
  job.training = training_of(record, job.software);
  job.fleet.push_back(fleet_entry(record, job.software.collectives, constants));
  job.fabric = fabric_of(record, job.fleet.front().node);
  if (job.fabric.kind != topology::FabricKind::none) job.network = config::load_network(job.fabric.network, constants);
  return job;
}

}  // namespace sim::validate
