#pragma once

#include <string>

#include "sim/base/units.hpp"
#include "sim/hardware/chip.hpp"
#include "sim/hardware/kernels.hpp"
#include "sim/hardware/software.hpp"
#include "sim/model/layer.hpp"

namespace sim::cost {

/// Time of kernels, split by what binds it: the staves of the barrel that a kernel can sit on.
struct KernelTime {
  Seconds tensor_compute;  ///< bound by the tensor rate
  Seconds hbm_bandwidth;   ///< bound by bytes
  Seconds launch;          ///< fixed time of each kernel
  Seconds skew;            ///< what the slowest of many ranks takes longer than this one
  [[nodiscard]] Seconds total() const { return tensor_compute + hbm_bandwidth + launch + skew; }
  KernelTime& operator+=(const KernelTime& other);
};
[[nodiscard]] KernelTime operator+(KernelTime a, const KernelTime& b);
[[nodiscard]] KernelTime operator*(double factor, const KernelTime& time);

/// What one chip needs to price kernels: resolved once, plain numbers.
struct KernelPricing {
  const hardware::Chip* chip = nullptr;
  const hardware::KernelConstants* constants = nullptr;
  const hardware::SoftwarePreset* software = nullptr;
  hardware::Format format = hardware::Format::bf16;       ///< of layer products
  hardware::Format wide_format = hardware::Format::bf16;  ///< of logits and router when `format` is fp8
  double tensor_share = 0.75;  ///< d: share of a step in tensor kernels, for the power ceiling; [0, 1]
};

struct PassTime {
  KernelTime forward;
  KernelTime input_gradient;   ///< of products: dgrad; of others: the whole backward kernel
  KernelTime weight_gradient;  ///< of products with weights
  [[nodiscard]] KernelTime backward() const { return input_gradient + weight_gradient; }
};

/// One matrix product in isolation, seconds; `output_bytes` per element (2, or 8 for fp32 accumulation).
/// `training` uses the ceiling of a long step instead of the repeated-kernel governor. Throws infeasible(...) when the
/// chip lacks `format`. The parts of the result are T times the elasticity of T by each knob. Source: docs/model.md.
[[nodiscard]] KernelTime product_time(const KernelPricing& pricing, const model::MatrixProduct& product,
                                      hardware::Format format, double output_bytes, bool training);

/// Name of the fused attention kernel that the stack runs on this chip, a key of KernelConstants::attention; empty when
/// attention is not fused.
[[nodiscard]] std::string attention_kernel(const KernelPricing& pricing);

/// Constants of a fused kernel with what follows the tensor rate of the chip's cores written out: softmax work and
/// pipeline fill as they are on this chip.
[[nodiscard]] hardware::AttentionConstants written_out(const KernelPricing& pricing,
                                                       const hardware::AttentionConstants& constants);

/// Whether the stack runs a fused attention kernel on this chip; otherwise scores are computed, stored and read again.
[[nodiscard]] bool fused_attention(const KernelPricing& pricing);

/// Seconds of the attention core, forward and backward, by the best kernel that the software's date allows and the chip
/// has. FLOP and bytes follow `queries`, `keys` and both head widths. Source: docs/model.md, "Kernels".
[[nodiscard]] PassTime attention_time(const KernelPricing& pricing, const model::AttentionCore& attention);

/// The same amid a training step: fused attention runs slower between other kernels than in its benchmark
/// (KernelConstants::attention_in_step_share).
[[nodiscard]] PassTime attention_in_step(const KernelPricing& pricing, const model::AttentionCore& core);

/// Kernels of ring attention over `parts` ranks: the one over a rank's own keys, and each of the parts - 1 over those
/// that come round, with the correction of what was summed before (docs/model.md, "Context parallelism"). `attention`
/// is the whole core of one rank, whose keys are all of the sequence.
struct RingTime {
  PassTime own;
  PassTime other;
};
[[nodiscard]] RingTime ring_attention_time(const KernelPricing& pricing, const model::AttentionCore& attention,
                                           int parts);

/// Throws InputError when the software preset has no cost of that name.
[[nodiscard]] PassTime streaming_time(const KernelPricing& pricing, const model::Streaming& streaming);

/// Any operator but a communication. Products below 16 bits include the casts of their operands (`cast_fp8`). Weight
/// gradients are written in 2 bytes: accumulating them into a wider buffer is traffic of its own
/// (SoftwarePreset::gradient_accumulation_bytes), which the program adds by traffic_time.
[[nodiscard]] PassTime operator_time(const KernelPricing& pricing, const model::Operator& op);

/// Bytes that only move, such as the optimizer step or gradient accumulation.
[[nodiscard]] KernelTime traffic_time(const KernelPricing& pricing, Bytes bytes, int kernels);

}  // namespace sim::cost
