#pragma once

#include "sim/cost/gemm.hpp"
#include "sim/validate/timing_table.hpp"

namespace sim::validate {

/// One measured matrix product, repeated back to back on one chip: a row of validation/microbench/gemm.csv.
struct MeasuredKernel {
  std::string chip;
  std::string format;
  std::string kernel;
  cost::GemmShape shape;
  double seconds = 0;
};

/// Reads a table with the columns chip, format, kernel, m, n, k, latency_us. Throws InputError with every mistake.
[[nodiscard]] std::vector<MeasuredKernel> read_kernels(const std::string& path);
[[nodiscard]] std::vector<MeasuredKernel> parse_kernels(const std::string& text, const std::string& name);

/// Prices every product with the chip's constants of the catalogue, as benchmarks run: repeated, the result in 2 bytes
/// (4 for formats of 32 bits and more). A kernel that says "quantise" is the fp8 one that also quantises A.
[[nodiscard]] TimingTable score_kernels(const std::vector<MeasuredKernel>& kernels);

}  // namespace sim::validate
