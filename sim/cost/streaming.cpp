#include "sim/cost/streaming.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "sim/base/error.hpp"
#include "sim/cost/rates.hpp"

namespace sim::cost {
namespace {

using hardware::ElementwiseCost;

constexpr double kStreamFloor = 2.25e-6;  // s from one kernel to the next in a stream, however small the kernels

// Sums over a row or a column keep the memory less busy than plain elementwise work.
bool is_reduction(std::string_view cost, bool backward) {
  return cost == "cross_entropy" || (cost == "norm" && backward);
}

const ElementwiseCost& elementwise_cost(const hardware::SoftwarePreset& software, std::string_view key) {
  const auto found = software.elementwise.find(std::string(key));
  if (found != software.elementwise.end()) return found->second;
  throw InputError("software preset '" + software.id + "' has no elementwise cost '" + std::string(key) + "'",
                   "add it to the preset with its bytes per element");
}

// Casts to fp8 are kernels of one library, the same in every stack.
double traffic_over_counted(const hardware::SoftwarePreset& software, std::string_view key) {
  if (key == "cross_entropy") return software.loss_traffic.value;
  return key == "cast_fp8" ? 1.0 : software.elementwise_traffic.value;
}

// `bytes` moved by `kernels` equal kernels at `share` of the HBM rate.
KernelTime stream(const KernelPricing& pricing, double bytes, int kernels, double share) {
  KernelTime time;
  if (kernels <= 0 || bytes <= 0) return time;
  const double moving = bytes / (share * memory_rate(*pricing.chip));
  const double fixed = pricing.constants->streaming_fixed_time.value.value() * kernels;
  time.hbm_bandwidth = Seconds(moving);
  time.launch = Seconds(std::max(fixed, kStreamFloor * kernels - moving));
  return time;
}

}  // namespace

KernelTime elementwise_time(const KernelPricing& pricing, std::string_view key, double elements, bool backward) {
  const ElementwiseCost& cost = elementwise_cost(*pricing.software, key);
  const double reduction = is_reduction(key, backward) ? pricing.constants->reduction_share.value : 1.0;
  const double bytes =
      traffic_over_counted(*pricing.software, key) * elements * (backward ? cost.backward_bytes : cost.forward_bytes);
  return stream(pricing, bytes, backward ? cost.backward_kernels : cost.forward_kernels,
                reduction * pricing.constants->streaming_memory_share.value);
}

PassTime streaming_time(const KernelPricing& pricing, const model::Streaming& streaming) {
  PassTime pass;
  pass.forward = elementwise_time(pricing, streaming.cost, streaming.elements, false);
  pass.input_gradient = elementwise_time(pricing, streaming.cost, streaming.elements, true);
  return pass;
}

KernelTime traffic_time(const KernelPricing& pricing, Bytes bytes, int kernels) {
  return stream(pricing, bytes.value(), kernels, pricing.constants->streaming_memory_share.value);
}

}  // namespace sim::cost
