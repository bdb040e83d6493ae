#pragma once

#include <string>

#include "sim/cost/kernel_time.hpp"
#include "sim/hardware/link.hpp"

// Constants of docs/model.md, "Kernels" and "Collectives", written out so that the expected values of these tests do
// not move with the catalogue.
namespace sim::test {

template <class T>
Sourced<T> sourced(T value) {
  return {value, Origin::fitted, "docs/model.md", 0.0};
}

struct PricedChip {
  hardware::Chip chip;
  hardware::KernelConstants constants;
  hardware::SoftwarePreset software;
  [[nodiscard]] cost::KernelPricing pricing(hardware::Format format = hardware::Format::bf16) const {
    return {&chip, &constants, &software, format, hardware::Format::bf16, 0.75};
  }
};

/// Rates in TFLOPS, TB/s, MB, W.
struct ChipFigures {
  double bf16 = 0;
  double fp8 = 0;
  double memory = 0;
  double cache = 0;
  double cores = 0;
  double power = 0;
};

inline hardware::Chip make_chip(const std::string& id, const ChipFigures& figures) {
  hardware::Chip chip;
  chip.id = id;
  chip.vendor = "NVIDIA";
  chip.peak[hardware::Format::bf16] = sourced(teraflops(figures.bf16));
  if (figures.fp8 > 0) chip.peak[hardware::Format::fp8] = sourced(teraflops(figures.fp8));
  chip.memory_bandwidth = sourced(BytesPerSecond(figures.memory * 1e12));
  chip.cache = sourced(Bytes(figures.cache * 1e6));
  chip.multiprocessors = sourced(figures.cores);
  chip.power = sourced(Watts(figures.power));
  return chip;
}

/// Times in us, cache rate in TB/s.
struct GemmFigures {
  double main_loop = 0;
  double fixed_time = 0;
  double cache_rate = 0;
  double short_ceiling = 0;
  double sustained_ceiling = 0;
  double governor_time = 0;
};

inline hardware::GemmConstants gemm(const GemmFigures& figures) {
  return {sourced(figures.main_loop),
          sourced(microseconds(figures.fixed_time)),
          sourced(BytesPerSecond(figures.cache_rate * 1e12)),
          sourced(figures.short_ceiling),
          sourced(figures.sustained_ceiling),
          sourced(microseconds(figures.governor_time))};
}

struct AttentionFigures {
  double efficiency = 0;
  double softmax_depth = 0;  ///< 0: follows the tensor rate of one core
  double fill_keys = 0;      ///< 0: likewise
  double causal = 1;
  double tail = 0.3;
  double backward = 0.85;
  double fixed_time = 5;
  int row_block = 128;
};

inline hardware::AttentionConstants attention(const AttentionFigures& figures) {
  return {sourced(figures.efficiency),
          sourced(figures.softmax_depth),
          sourced(figures.fill_keys),
          sourced(figures.causal),
          sourced(figures.tail),
          sourced(figures.backward),
          sourced(microseconds(figures.fixed_time)),
          figures.row_block};
}

inline hardware::KernelConstants common_constants(const std::string& id, double streaming_share) {
  hardware::KernelConstants constants;
  constants.id = id;
  constants.gemm_memory_share = sourced(0.85);
  constants.streaming_memory_share = sourced(streaming_share);
  constants.streaming_fixed_time = sourced(microseconds(2));
  constants.reduction_share = sourced(0.75);
  return constants;
}

inline hardware::SoftwarePreset preset(hardware::AttentionKernel kernel) {
  hardware::SoftwarePreset software;
  software.id = "test-preset";
  software.attention = kernel;
  software.attention_without_flash = hardware::AttentionKernel::unfused_fused_softmax;
  software.elementwise["norm"] = {4, 8, 1, 1};
  software.elementwise["residual"] = {6, 0, 1, 0};
  software.elementwise["cast_fp8"] = {3, 3, 1, 1};
  return software;
}

inline PricedChip a100() {
  PricedChip priced{make_chip("A100-SXM4-80GB", {312, 0, 2.039, 40, 108, 400}), common_constants("ampere", 0.84),
                    preset(hardware::AttentionKernel::flash_2)};
  priced.constants.gemm[hardware::Format::bf16] = gemm({0.97, 3.95, 3.23, 0, 0, 0});
  priced.constants.attention["flash-2"] = attention({0.845, 24, 165, 0.985, 0.8, 0.90});
  return priced;
}

inline hardware::KernelConstants hopper() {
  hardware::KernelConstants constants = common_constants("hopper", 0.90);
  constants.gemm[hardware::Format::bf16] = gemm({1.05, 2.84, 0, 0.83, 0.663, 1730});
  constants.gemm[hardware::Format::fp8] = gemm({1.05, 5.4, 0, 0.69, 0.68, 1730});
  constants.attention["flash-2"] = attention({0.465, 24, 165, 0.955, 0.3, 0.86});
  constants.attention["flash-3"] = attention({1.0, 0, 0, 0.93, 0.3, 0.85});
  return constants;
}

inline PricedChip h100() {
  return {make_chip("H100-SXM5-80GB", {989.4, 1978.9, 3.352, 50, 132, 700}), hopper(),
          preset(hardware::AttentionKernel::flash_3)};
}

inline PricedChip h200() {
  PricedChip priced{make_chip("H200-SXM-141GB", {989.4, 1978.9, 4.8, 50, 132, 700}), hopper(),
                    preset(hardware::AttentionKernel::flash_3)};
  priced.constants.streaming_memory_share = sourced(0.88);
  return priced;
}

inline PricedChip h20() {
  PricedChip priced{make_chip("H20-SXM-96GB", {148, 296, 4.0, 60, 78, 400}), hopper(),
                    preset(hardware::AttentionKernel::flash_3)};
  priced.constants.gemm[hardware::Format::bf16] = gemm({0.97, 2.84, 0, 0, 0, 0});
  return priced;
}

inline PricedChip b200() {
  PricedChip priced{make_chip("B200-SXM", {2250, 4500, 8.0, 126, 148, 1000}), common_constants("blackwell", 0.80),
                    preset(hardware::AttentionKernel::flash_3)};
  priced.constants.gemm[hardware::Format::bf16] = gemm({1.05, 2.45, 0, 0.68, 0.557, 10300});
  priced.constants.attention["cudnn"] = attention({0.906, 80, 330, 1.0, 0.3, 0.86, 6, 256});
  return priced;
}

/// Has fp16 only, and no fused attention.
inline PricedChip v100() {
  PricedChip priced{make_chip("V100-SXM2-32GB", {125, 0, 0.9, 6, 80, 300}), common_constants("volta", 0.90),
                    preset(hardware::AttentionKernel::flash_2)};
  priced.chip.peak = {{hardware::Format::fp16, sourced(teraflops(125))}};
  priced.constants.gemm[hardware::Format::fp16] = gemm({0.92, 4, 2.57, 0, 0, 0});
  return priced;
}

/// Rates in GB/s, times in us.
struct LinkFigures {
  double usable_rate = 0;
  double ring_start = 0, ring_step = 0, ring_fill = 0;
  double copy_rate = 0;
  double in_switch_efficiency = 0, in_switch_start = 0, in_switch_fill = 0;
  double all_to_all_start = 0, all_to_all_fill = 0;
  int in_switch_minimum_ranks = 5;
};

inline hardware::LinkGeneration link(const std::string& id, const LinkFigures& figures) {
  hardware::LinkGeneration made;
  made.id = id;
  made.usable_rate = sourced(gigabytes_per_second(figures.usable_rate));
  made.ring_start = sourced(microseconds(figures.ring_start));
  made.ring_step = sourced(microseconds(figures.ring_step));
  made.ring_fill = sourced(microseconds(figures.ring_fill));
  made.copy_rate = sourced(gigabytes_per_second(figures.copy_rate));
  made.in_switch_reduction = figures.in_switch_efficiency > 0;
  made.in_switch_minimum_ranks = figures.in_switch_minimum_ranks;
  made.in_switch_efficiency = sourced(figures.in_switch_efficiency);
  made.in_switch_start = sourced(microseconds(figures.in_switch_start));
  made.in_switch_fill = sourced(microseconds(figures.in_switch_fill));
  made.all_to_all_start = sourced(microseconds(figures.all_to_all_start));
  made.all_to_all_fill = sourced(microseconds(figures.all_to_all_fill));
  return made;
}

inline const hardware::LinkGeneration& nvlink2() {
  static const auto constants = link("nvlink2", {22.4, 15, 3.5, 20, 400, 0, 0, 0, 15, 7});
  return constants;
}
inline const hardware::LinkGeneration& nvlink3() {
  static const auto constants = link("nvlink3", {20.0, 9.4, 0.87, 58, 520, 0, 0, 0, 11.6, 6.7});
  return constants;
}
inline const hardware::LinkGeneration& nvlink4() {
  static const auto constants = link("nvlink4", {20.6, 4.75, 0.88, 22, 800, 0.83, 17, 66, 7.7, 2.9});
  return constants;
}
inline const hardware::LinkGeneration& nvlink5() {
  static const auto constants = link("nvlink5", {40.1, 7.95, 1.33, 36, 1560, 0.756, 26, 153, 10.8, 7.1, 6});
  return constants;
}

inline hardware::NetworkKind network(const std::string& id, double efficiency, double hop, double in_flight,
                                     double roll_off, double start, double ring_hop, bool low_latency) {
  hardware::NetworkKind kind;
  kind.id = id;
  kind.efficiency = sourced(efficiency);
  kind.hop = sourced(microseconds(hop));
  kind.bytes_in_flight = sourced(Bytes(in_flight * 1e6));
  kind.roll_off = sourced(Bytes(roll_off * 1e6));
  kind.start = sourced(microseconds(start));
  kind.ring_hop = sourced(microseconds(ring_hop));
  kind.low_latency_protocol = low_latency;
  kind.routing_efficiency = sourced(1.0);
  return kind;
}

inline const hardware::NetworkKind& infiniband() {
  static const auto constants = network("infiniband", 0.94, 18, 1.735, 2.5, 13.5, 13.3, true);
  return constants;
}
inline const hardware::NetworkKind& roce() {
  static const auto constants = network("roce", 0.87, 18, 1.735, 2.5, 13.5, 13.3, true);
  return constants;
}
inline const hardware::NetworkKind& efa() {
  static const auto constants = network("efa", 0.96, 16, 8, 10, 36, 60, false);
  return constants;
}

}  // namespace sim::test
