#pragma once

#include <cstdint>
#include <span>

#include "sim/cost/kernel_time.hpp"

namespace sim::cost {

/// One output tile of a matrix-product kernel, in elements.
struct Tile {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

/// What bounds a matrix product on one chip and format: plain SI numbers, resolved once per chip. A rate or ceiling
/// of 0 leaves that term out. Letters as in docs/model.md, "Kernels".
struct GemmMachine {
  double peak = 0;               ///< FLOP/s of the format, dense
  double cores = 1;              ///< P
  double memory_rate = 0;        ///< h x HBM, B/s
  double cache_rate = 0;         ///< L2 to cores, B/s
  double cache_capacity = 0;     ///< B; 0: operands are assumed to be read once
  double main_loop = 1;          ///< e0
  double fixed_time = 0;         ///< t0, s
  double short_ceiling = 0;      ///< cap
  double sustained_ceiling = 0;  ///< e1
  double governor_time = 0;      ///< tau, s
  double in_step_share = 1;      ///< of main loop, ceilings and cache rate, left inside a training step
  double operand_bytes = 2;      ///< b
  bool fluid_waves = false;      ///< fractions of a wave cost fractions of its time
  std::int64_t rounding = 1;     ///< m, n and k are padded to multiples of this
  std::span<const Tile> tiles;   ///< candidates of the library
  std::span<const int> splits;   ///< candidates of split-K, ascending, starting with 1
};

/// Dimensions of `batch` equal products C[m,n] = A[m,k] B[k,n] that one kernel computes together.
struct GemmShape {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::int64_t batch = 1;
};

/// The kernel that the library picks, for tests and `explain`.
struct GemmChoice {
  KernelTime time;
  Tile tile;
  int split = 1;
  double waves = 0;
};

/// Power state in which a product runs.
enum class PowerState {
  repeated,  ///< one kernel over and over, as benchmarks do: the governor acts after `governor_time`
  training   ///< amid a step: the governor averages over GEMM, attention, elementwise work and waiting
};

/// Resolves `pricing` for one format. Throws infeasible(...) when the chip has no such format, and InputError when the
/// chip lacks a figure that the formula needs (HBM rate; TDP under the power rule).
[[nodiscard]] GemmMachine gemm_machine(const KernelPricing& pricing, hardware::Format format);

/// Time of the fastest candidate, seconds. `output_bytes` per element of C; `tensor_share` in (0, 1] counts in the
/// training state only. Sizes >= 1. Source: docs/model.md, "Kernels", fitted on public GEMM tables.
[[nodiscard]] GemmChoice gemm_time(const GemmMachine& machine, const GemmShape& shape, double output_bytes,
                                   PowerState state, double tensor_share);

/// Time of the CUTLASS fp8 inference kernel of the public tables, which also quantises A, seconds. For scoring those
/// tables only: training prices its fp8 products and casts apart. `machine` is the chip's fp8 machine; the fields in
/// which that kernel differs are overridden here. Source: docs/model.md, "Kernels".
[[nodiscard]] double quantising_fp8_gemm_time(GemmMachine machine, const GemmShape& shape);

}  // namespace sim::cost
