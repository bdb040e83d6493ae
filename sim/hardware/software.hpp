#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/base/sourced.hpp"
#include "sim/base/units.hpp"

namespace sim::hardware {

/// Memory traffic and kernel count of one elementwise operation, per element of its main tensor in 2-byte training.
struct ElementwiseCost {
  double forward_bytes = 0;   ///< B per element
  double backward_bytes = 0;  ///< B per element
  int forward_kernels = 1;
  int backward_kernels = 1;
};

enum class AttentionKernel { unfused_2019, unfused_fused_softmax, flash_1, flash_2, flash_3, native };

/// How a stack gathers parameters that are sharded over ranks (ZeRO-3, FSDP).
struct ParameterGathers {
  int prefetch = 1;  ///< units gathered ahead of their use
  int gathers_a_layer =
      1;  ///< exchanges that bring one layer: 1 a wrapped layer, more where every module comes by itself
  Sourced<double> rails;  ///< NICs of a node that carry them; 0: all that the group owns
};

/// What the training software of a date does: a file of catalog/software. A preset belongs to a date, never to a
/// record or a source.
struct SoftwarePreset {
  std::string id;
  std::string date;                 ///< from when on
  std::vector<std::string> stacks;  ///< record stack names that it covers
  int from_year = 0;                ///< of those stacks, the first and last year that it covers
  int to_year = 9999;
  bool any_stack = false;                                ///< also stands for stacks of its years that no preset names
  AttentionKernel attention = AttentionKernel::flash_2;  ///< best kernel of the date; chips fall back to what they have
  AttentionKernel attention_without_flash = AttentionKernel::unfused_fused_softmax;
  std::map<std::string, ElementwiseCost> elementwise;  ///< norm, bias_activation, gated_activation, bias_dropout_add,
                                                       ///< rope, residual, cast_fp8, cross_entropy ...
  Sourced<double> elementwise_traffic{
      1.0, Origin::assumed, "as counted",
      0};  ///< B moved by elementwise kernels over what `elementwise` counts, but for the loss
  Sourced<double> score_traffic{1.0, Origin::assumed, "as counted",
                                0};  ///< the same of unfused attention's chain over the scores
  Sourced<double> loss_traffic{1.0, Origin::assumed, "as counted", 0};  ///< the same of the loss (cross_entropy)
  Sourced<Seconds> host_time_per_layer_pass;
  Sourced<double> gradient_accumulation_bytes;  ///< B moved per parameter and micro-batch
  Sourced<double> optimizer_bytes;              ///< B moved per owned parameter
  Sourced<double> gradient_norm_bytes;          ///< B read per owned parameter for the norm of the gradients
  Sourced<double> gradient_scale_bytes;         ///< B moved per owned parameter to unscale or clip gradients
  Sourced<double> gradient_bytes;               ///< B per parameter that data parallelism communicates
  Sourced<Seconds> fixed_time_per_iteration;
  Sourced<double> pipeline_message_split;  ///< 1: stage messages are divided by tp (scatter/gather), 0: not
  ParameterGathers zero3;
  std::string collectives;  ///< age of its collective library, a file of catalog/collectives; empty: as the links say
  bool alternate_recompute = false;  ///< its "selective" recompute repeats every second product, not the attention core
  bool overlap_tensor_parallel_backward = false;  ///< the input-gradient all-reduce hides under the weight gradient
  bool overlap_data_parallel = false;             ///< gradient buckets start during the last backward
};

}  // namespace sim::hardware
