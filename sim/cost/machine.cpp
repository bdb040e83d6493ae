#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "sim/base/error.hpp"
#include "sim/cost/gemm.hpp"
#include "sim/cost/rates.hpp"

namespace sim::cost {
namespace {

using hardware::Chip;
using hardware::Format;
using hardware::GemmConstants;
using hardware::KernelConstants;

constexpr std::array<Tile, 5> kTiles{{{256, 128}, {128, 256}, {128, 128}, {128, 64}, {64, 128}}};
constexpr std::array<int, 7> kSplits{1, 2, 3, 4, 6, 8, 16};
constexpr double kUnknownCores = 64;  // only sizes the region of C that shares operands; waves are fluid then

// The power rule: e1 = 0.785 sqrt(w), w in W per TFLOPS of 16-bit products; short bursts go 1.25 times higher.
constexpr double kPowerRule = 0.785;
constexpr double kBurstOverSustained = 1.25;

// Tensor cores run both 16-bit formats at one rate and through the same kernels.
Format twin(Format format) {
  if (format == Format::fp16) return Format::bf16;
  if (format == Format::bf16) return Format::fp16;
  return format;
}

std::string formats_of(const Chip& chip) {
  std::string text;
  for (const auto& [format, peak] : chip.peak) text += (text.empty() ? "" : ", ") + std::string(name(format));
  return text;
}

// Constants of the format, of its 16-bit twin, or of 16-bit products when only those were measured: ceilings and
// main-loop efficiency are shares of the format's own peak.
const GemmConstants& gemm_constants(const KernelConstants& constants, Format format) {
  for (const Format candidate : {format, twin(format), Format::bf16, Format::fp16}) {
    const auto found = constants.gemm.find(candidate);
    if (found != constants.gemm.end()) return found->second;
  }
  throw InputError("kernel constants '" + constants.id + "' price no matrix products");
}

void apply_power_rule(const Chip& chip, Format format, GemmMachine& machine) {
  if (!chip.power) {
    throw InputError("chip '" + chip.id + "' states no power, which its kernel constants need",
                     "give the chip its thermal design power, or kernel constants with measured ceilings");
  }
  const double teraflops_as_16_bit = machine.peak / 1e12 * bits(format) / 16.0;
  const double watts_per_teraflops = chip.power->value.value() / teraflops_as_16_bit;
  machine.sustained_ceiling = std::min(machine.main_loop, kPowerRule * std::sqrt(watts_per_teraflops));
  // Best-found rates of other vendors' parts sit at the sustained ceiling, not above it.
  const double burst = chip.vendor == "NVIDIA" ? kBurstOverSustained : 1.0;
  machine.short_ceiling = std::min(machine.main_loop, burst * machine.sustained_ceiling);
}

}  // namespace

double peak_rate(const Chip& chip, Format format) {
  for (const Format candidate : {format, twin(format)}) {
    const auto found = chip.peak.find(candidate);
    if (found != chip.peak.end()) return found->second.value.value();
  }
  throw infeasible("chip '" + chip.id + "' has no " + std::string(name(format)) + " products",
                   "it has " + formats_of(chip));
}

double memory_rate(const Chip& chip) {
  if (!chip.memory_bandwidth) throw InputError("chip '" + chip.id + "' states no memory bandwidth");
  return chip.memory_bandwidth->value.value();
}

double core_count(const Chip& chip) {
  return chip.multiprocessors ? chip.multiprocessors->value : kUnknownCores;
}

GemmMachine gemm_machine(const KernelPricing& pricing, Format format) {
  check(pricing.chip != nullptr && pricing.constants != nullptr, "kernel pricing without a chip");
  const Chip& chip = *pricing.chip;
  const KernelConstants& constants = *pricing.constants;
  GemmMachine machine;
  machine.peak = peak_rate(chip, format);
  const GemmConstants& gemm = gemm_constants(constants, format);
  machine.cores = core_count(chip);
  machine.memory_rate = constants.gemm_memory_share.value * memory_rate(chip);
  machine.cache_rate = gemm.cache_rate.value.value();
  machine.cache_capacity = chip.cache ? chip.cache->value.value() : 0.0;
  machine.main_loop = gemm.main_loop.value;
  machine.fixed_time = gemm.fixed_time.value.value();
  machine.short_ceiling = gemm.short_ceiling.value;
  machine.sustained_ceiling = gemm.sustained_ceiling.value;
  machine.governor_time = gemm.governor_time.value.value();
  machine.in_step_share = gemm.in_step_share.value;
  machine.operand_bytes = bits(format) / 8.0;
  machine.fluid_waves = constants.fluid_waves || !chip.multiprocessors;
  machine.rounding = constants.rounding;
  machine.tiles = kTiles;
  machine.splits = kSplits;
  if (constants.power_rule) apply_power_rule(chip, format, machine);
  return machine;
}

}  // namespace sim::cost
