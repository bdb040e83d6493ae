#include "sim/barrel/knobs.hpp"

namespace sim::barrel {
namespace {

using iteration::FleetEntry;
using iteration::Job;
using iteration::Stave;

template <class T>
void scale(Sourced<T>& field, double factor) {
  field.value *= factor;
}
template <class T>
void scale(std::optional<Sourced<T>>& field, double factor) {
  if (field) field->value *= factor;
}

// Vector units and caches grow with the tensor units: the chip's cores as a whole.
void turn_tensor(const Job& job, FleetEntry& entry, double factor) {
  const cost::KernelPricing pricing = iteration::pricing_of(job, entry);
  for (auto& [name, attention] : entry.kernels.attention) attention = cost::written_out(pricing, attention);
  for (auto& [format, peak] : entry.chip.peak) scale(peak, factor);
  for (auto& [format, gemm] : entry.kernels.gemm) scale(gemm.cache_rate, factor);
}

void turn_launches(FleetEntry& entry, double factor) {
  for (auto& [format, gemm] : entry.kernels.gemm) scale(gemm.fixed_time, 1 / factor);
  for (auto& [name, attention] : entry.kernels.attention) scale(attention.fixed_time, 1 / factor);
  scale(entry.kernels.streaming_fixed_time, 1 / factor);
}

void turn_host(FleetEntry& entry, double factor) {
  scale(entry.node.host_rate, factor);
  scale(entry.chip.host_link, factor);
}

void turn_entry(const Job& job, FleetEntry& entry, Knob knob, double factor) {
  switch (knob) {
    case Knob::tensor_rate:
      return turn_tensor(job, entry, factor);
    case Knob::hbm_bandwidth:
      if (entry.link) scale(entry.link->copy_rate, factor);
      return scale(entry.chip.memory_bandwidth, factor);
    case Knob::launch_rate:
      return turn_launches(entry, factor);
    case Knob::scale_up:
      if (!entry.link) return turn_host(entry, factor);
      scale(entry.link->usable_rate, factor);
      return scale(entry.link->quick_rate, factor);
    case Knob::scale_out:
      return scale(entry.node.nic_rate, factor);
    case Knob::host_link:
      return turn_host(entry, factor);
    case Knob::latency:
      return;  // of the whole job
  }
}

}  // namespace

Stave stave_of(Knob knob) {
  constexpr std::array kStaves{Stave::tensor_compute, Stave::hbm_bandwidth, Stave::launch, Stave::scale_up,
                               Stave::scale_out,      Stave::host_link,     Stave::latency};
  return kStaves[index(knob)];
}

Job turned(const Job& job, Knob knob, double factor) {
  Job changed = job;
  for (FleetEntry& entry : changed.fleet) turn_entry(job, entry, knob, factor);
  if (knob == Knob::launch_rate) {
    scale(changed.software.host_time_per_layer_pass, 1 / factor);
    scale(changed.software.fixed_time_per_iteration, 1 / factor);
  }
  if (knob == Knob::scale_out && changed.join) scale(changed.join->island_rate, factor);
  if (knob == Knob::latency) changed.step_latency /= factor;
  return changed;
}

}  // namespace sim::barrel
