#pragma once

#include <map>
#include <string>

#include "sim/base/sourced.hpp"
#include "sim/base/units.hpp"
#include "sim/hardware/format.hpp"

namespace sim::hardware {

/// Constants of matrix products on one chip generation, as docs/model.md defines them. A ceiling or cache rate of
/// 0 leaves that term out: it never binds there.
struct GemmConstants {
  Sourced<double> main_loop;    ///< e0: share of the peak that one multiprocessor reaches inside a tile, (0, 1.1]
  Sourced<Seconds> fixed_time;  ///< t0: device time of a minimal product
  Sourced<BytesPerSecond> cache_rate;  ///< cache to multiprocessors, whole chip
  Sourced<double> short_ceiling;       ///< cap: share of the peak under the power limit in short bursts
  Sourced<double> sustained_ceiling;   ///< e1: share of the peak that the power limit sustains
  Sourced<Seconds> governor_time;      ///< tau: time scale on which the power limit acts on one repeated kernel
  Sourced<double> in_step_share{1.0, Origin::assumed, "as in benchmarks",
                                0};  ///< rates of cores and cache inside a training step over those above
};

/// Constants of one fused attention kernel (FlashAttention by version, cuDNN) on one chip generation.
struct AttentionConstants {
  Sourced<double> efficiency;     ///< e
  Sourced<double> softmax_depth;  ///< d0: head elements' worth of softmax work per key; 0: follows the core's rate
  Sourced<double> fill_keys;      ///< S0: prologue and pipeline fill, in keys; 0: follows the core's rate
  Sourced<double> causal;         ///< ec: efficiency left under a causal mask
  Sourced<double> tail;           ///< share of the longest block exposed at the end
  Sourced<double> backward;       ///< rho: efficiency of the backward pass over the forward pass
  Sourced<Seconds> fixed_time;    ///< t0
  int row_block = 128;            ///< query rows of one thread block
};

/// Kernel constants shared by all chips of one generation: a file of catalog/kernels.
struct KernelConstants {
  std::string id;
  std::map<Format, GemmConstants> gemm;
  std::map<std::string, AttentionConstants> attention;  ///< by kernel name: flash-1, flash-2, flash-3, cudnn, native
  Sourced<double> gemm_memory_share;                    ///< h: share of the HBM rate that products and attention reach
  Sourced<double> streaming_memory_share;  ///< h_s: share of the HBM rate that large streaming kernels reach
  Sourced<Seconds> streaming_fixed_time;   ///< t_k: device time of a minimal streaming kernel
  Sourced<double> attention_in_step_share{1.0, Origin::assumed, "as in its benchmark",
                                          0};  ///< speed of fused attention inside a training step over its benchmark
  Sourced<double> reduction_share;  ///< further factor of the rate for reductions (norm backward, cross-entropy)
  bool power_rule = false;          ///< short and sustained ceilings follow from TDP and peak instead of `gemm`
  bool fluid_waves = false;         ///< no wave quantisation (systolic arrays, or unknown core count)
  int rounding = 1;                 ///< m, n and k are rounded up to this (128 on TPU)
};

}  // namespace sim::hardware
