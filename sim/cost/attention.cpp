#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/base/error.hpp"
#include "sim/cost/gemm.hpp"
#include "sim/cost/kernel_time.hpp"
#include "sim/cost/rates.hpp"

namespace sim::cost {
namespace {

using hardware::AttentionConstants;
using hardware::AttentionKernel;
using model::AttentionCore;

constexpr double kElementBytes = 2.0;         // attention stays in 16 bits
constexpr double kBackwardRowBlock = 64;      // rows; the backward kernel splits the keys too
constexpr double kSoftmaxDepthPerRate = 7.2;  // d0 per TFLOPS of one core, where the constants state none
constexpr double kFillKeysPerRate = 40.0;     // S0 per TFLOPS of one core
constexpr double kFlash1Speed = 0.6;          // of FlashAttention-2 on the same chip

// Plain numbers of the fused kernel that a chip runs.
struct FusedKernel {
  double efficiency = 0;
  double softmax_depth = 0;
  double fill_keys = 0;
  double causal = 1;
  double tail = 0;
  double backward = 1;
  double fixed_time = 0;
  double row_block = 128;
};

// Names in the order in which a stack of that date would pick them. A chip younger than the stack runs the kernel that
// its vendor shipped with it.
std::span<const std::string_view> preference(AttentionKernel wanted) {
  static constexpr std::string_view kFlash3[] = {"flash-3", "cudnn", "flash-2", "native", "flash-1"};
  static constexpr std::string_view kFlash2[] = {"flash-2", "flash-1", "native", "cudnn", "flash-3"};
  static constexpr std::string_view kFlash1[] = {"flash-1", "flash-2", "native", "cudnn", "flash-3"};
  static constexpr std::string_view kNative[] = {"native", "cudnn", "flash-3", "flash-2", "flash-1"};
  switch (wanted) {
    case AttentionKernel::flash_3:
      return kFlash3;
    case AttentionKernel::flash_2:
      return kFlash2;
    case AttentionKernel::flash_1:
      return kFlash1;
    case AttentionKernel::native:
      return kNative;
    case AttentionKernel::unfused_2019:
    case AttentionKernel::unfused_fused_softmax:
      break;
  }
  return {};
}

// Softmax work and pipeline fill keep their time while the tensor cores get faster, so where nothing is measured both
// follow the tensor rate of one core.
FusedKernel resolve(const KernelPricing& pricing, const AttentionConstants& stated) {
  const AttentionConstants constants = written_out(pricing, stated);
  FusedKernel kernel;
  kernel.efficiency = constants.efficiency.value;
  kernel.softmax_depth = constants.softmax_depth.value;
  kernel.fill_keys = constants.fill_keys.value;
  kernel.causal = constants.causal.value;
  kernel.tail = constants.tail.value;
  kernel.backward = constants.backward.value;
  kernel.fixed_time = constants.fixed_time.value.value();
  kernel.row_block = constants.row_block;
  return kernel;
}

std::optional<FusedKernel> fused_kernel(const KernelPricing& pricing) {
  const std::string name = attention_kernel(pricing);
  if (name.empty()) return std::nullopt;
  FusedKernel kernel = resolve(pricing, pricing.constants->attention.at(name));
  if (pricing.software->attention == AttentionKernel::flash_1 && name == "flash-2") kernel.efficiency *= kFlash1Speed;
  return kernel;
}

// Seconds of one pass over `keys` by all row blocks: main loop with its tail against memory. `efficiency` is the share
// of the peak that the products reach between softmax work.
KernelTime fused_pass(const KernelPricing& pricing, const AttentionCore& core, const FusedKernel& kernel,
                      double efficiency, double row_block) {
  const double peak = peak_rate(*pricing.chip, pricing.wide_format);
  const double cores = core_count(*pricing.chip);
  const auto queries = static_cast<double>(core.queries), keys = static_cast<double>(core.keys);
  const auto reach = static_cast<double>(core.reach());
  const auto sequences = static_cast<double>(core.sequences), heads = static_cast<double>(core.heads);
  const auto both_dims = static_cast<double>(core.head_dim + core.value_dim);
  const double mean_dim = both_dims / 2.0;
  const double rate =
      peak / cores * efficiency / (1.0 + kernel.softmax_depth / mean_dim) * (core.causal ? kernel.causal : 1.0);
  const double time_per_key = 2.0 * row_block * both_dims / rate;
  const double seen_keys = core.causal ? reach / 2.0 + row_block / 2.0 : reach;
  const double blocks = sequences * heads * std::ceil(queries / row_block);
  const double longest = (reach + kernel.fill_keys) * time_per_key;
  const double mean = (seen_keys + kernel.fill_keys) * time_per_key;
  const double compute = std::max(blocks / cores * mean + kernel.tail * longest, longest);
  const auto kv_heads = static_cast<double>(core.kv_heads);
  const double bytes = kElementBytes * sequences * both_dims * (queries * heads + keys * kv_heads);
  const double memory = bytes / (pricing.constants->gemm_memory_share.value * memory_rate(*pricing.chip));
  KernelTime time;
  (compute >= memory ? time.tensor_compute : time.hbm_bandwidth) = Seconds(std::max(compute, memory));
  return time;
}

PassTime fused_time(const KernelPricing& pricing, const AttentionCore& core, const FusedKernel& kernel) {
  PassTime pass;
  pass.forward = fused_pass(pricing, core, kernel, kernel.efficiency, kernel.row_block);
  // Three of the five backward products are as deep as a head, two as deep as a value; the forward pass has one each.
  const auto head = static_cast<double>(core.head_dim), value = static_cast<double>(core.value_dim);
  const double work = (3.0 * head + 2.0 * value) / (head + value);
  pass.input_gradient =
      work * fused_pass(pricing, core, kernel, kernel.efficiency * kernel.backward, kBackwardRowBlock);
  pass.forward.launch += Seconds(kernel.fixed_time);
  pass.input_gradient.launch += Seconds(kernel.fixed_time);
  return pass;
}

// Traffic of the elementwise chain of unfused attention beyond that of its products, with dropout.
struct ScoreChain {
  double forward_bytes = 0;  // B per score
  double backward_bytes = 0;
  int kernels = 0;  // each way
};

ScoreChain score_chain(AttentionKernel kernel) {
  if (kernel == AttentionKernel::unfused_2019) return {18, 20, 4};  // scale, mask, softmax and dropout apart
  return {9, 11, 2};                                                // scale-mask-softmax in one kernel, then dropout
}

KernelTime chain_time(const KernelPricing& pricing, double bytes, int kernels) {
  KernelTime time;
  time.hbm_bandwidth = Seconds(bytes / (pricing.constants->gemm_memory_share.value * memory_rate(*pricing.chip)));
  time.launch = pricing.constants->streaming_fixed_time.value * kernels;
  return time;
}

// Every score is computed and stored, so masks save nothing.
PassTime unfused_time(const KernelPricing& pricing, const AttentionCore& core, const ScoreChain& chain) {
  const GemmMachine machine = gemm_machine(pricing, pricing.wide_format);
  const std::int64_t batch = core.sequences * core.heads;
  const std::int64_t queries = core.queries, keys = core.keys, head = core.head_dim, value = core.value_dim;
  const auto product = [&](std::int64_t m, std::int64_t n, std::int64_t k) {
    const GemmShape shape{m, n, k, batch};
    return gemm_time(machine, shape, kElementBytes, PowerState::training, pricing.tensor_share).time;
  };
  const double scores = pricing.software->score_traffic.value * static_cast<double>(batch) *
                        static_cast<double>(queries) * static_cast<double>(keys);
  PassTime pass;
  pass.forward = product(queries, keys, head) + product(queries, value, keys) +
                 chain_time(pricing, chain.forward_bytes * scores, chain.kernels);
  pass.input_gradient = product(queries, keys, value) + product(keys, value, queries) + product(queries, head, keys) +
                        product(keys, head, queries) +
                        chain_time(pricing, chain.backward_bytes * scores, chain.kernels);
  return pass;
}

bool is_unfused(AttentionKernel kernel) {
  return preference(kernel).empty();
}

}  // namespace

std::string attention_kernel(const KernelPricing& pricing) {
  for (const std::string_view name : preference(pricing.software->attention)) {
    if (pricing.constants->attention.count(std::string(name)) > 0) return std::string(name);
  }
  return "";
}

bool fused_attention(const KernelPricing& pricing) {
  return fused_kernel(pricing).has_value();
}

PassTime attention_time(const KernelPricing& pricing, const AttentionCore& attention) {
  check(pricing.chip != nullptr && pricing.constants != nullptr && pricing.software != nullptr,
        "attention pricing lacks chip, constants or software");
  check(attention.queries > 0 && attention.keys > 0 && attention.head_dim > 0 && attention.value_dim > 0,
        "an attention core has no elements");
  if (const auto kernel = fused_kernel(pricing)) return fused_time(pricing, attention, *kernel);
  const hardware::SoftwarePreset& software = *pricing.software;
  const bool wanted = is_unfused(software.attention);
  return unfused_time(pricing, attention, score_chain(wanted ? software.attention : software.attention_without_flash));
}

AttentionConstants written_out(const KernelPricing& pricing, const AttentionConstants& constants) {
  const double core_teraflops = peak_rate(*pricing.chip, pricing.wide_format) / core_count(*pricing.chip) / 1e12;
  AttentionConstants whole = constants;
  if (!(whole.softmax_depth.value > 0)) whole.softmax_depth.value = kSoftmaxDepthPerRate * core_teraflops;
  if (!(whole.fill_keys.value > 0)) whole.fill_keys.value = kFillKeysPerRate * core_teraflops;
  return whole;
}

}  // namespace sim::cost
