#include "sim/cost/kernel_time.hpp"

#include <tuple>
#include <variant>

#include "sim/base/error.hpp"
#include "sim/cost/gemm.hpp"
#include "sim/cost/streaming.hpp"

namespace sim::cost {
namespace {

constexpr double kOutputBytes = 2.0;  // activations, and weight gradients before they are accumulated

KernelTime product_on(const GemmMachine& machine, const GemmShape& shape, double tensor_share) {
  return gemm_time(machine, shape, kOutputBytes, PowerState::training, tensor_share).time;
}

// Products below 16 bits read operands that were cast, and transposed for the other gradient, by kernels of their own:
// input and weight before the forward pass, the output's gradient before both backward products.
void add_casts(const KernelPricing& pricing, const model::MatrixProduct& product, PassTime& pass) {
  const auto m = static_cast<double>(product.m), n = static_cast<double>(product.n), k = static_cast<double>(product.k);
  pass.forward += elementwise_time(pricing, "cast_fp8", (m + n) * k * product.groups, false);
  pass.input_gradient += elementwise_time(pricing, "cast_fp8", m * n * product.groups, true);
}

PassTime product_pass(const KernelPricing& pricing, const model::MatrixProduct& product) {
  const hardware::Format format = product.low_precision ? pricing.format : pricing.wide_format;
  const GemmMachine machine = gemm_machine(pricing, format);
  const auto [m, n, k] = std::tuple(product.m, product.n, product.k);
  PassTime pass;
  pass.forward = product_on(machine, {m, n, k, product.groups}, pricing.tensor_share);
  pass.input_gradient = product_on(machine, {m, k, n, product.groups}, pricing.tensor_share);
  const KernelTime other = product_on(machine, {n, k, m, product.groups}, pricing.tensor_share);
  (product.has_weight ? pass.weight_gradient : pass.input_gradient) += other;
  if (bits(format) < 16) add_casts(pricing, product, pass);
  return pass;
}

}  // namespace

KernelTime& KernelTime::operator+=(const KernelTime& other) {
  tensor_compute += other.tensor_compute;
  hbm_bandwidth += other.hbm_bandwidth;
  launch += other.launch;
  skew += other.skew;
  return *this;
}

KernelTime operator+(KernelTime a, const KernelTime& b) {
  return a += b;
}

KernelTime operator*(double factor, const KernelTime& time) {
  return {factor * time.tensor_compute, factor * time.hbm_bandwidth, factor * time.launch, factor * time.skew};
}

KernelTime product_time(const KernelPricing& pricing, const model::MatrixProduct& product, hardware::Format format,
                        double output_bytes, bool training) {
  const GemmShape shape{product.m, product.n, product.k, product.groups};
  const PowerState state = training ? PowerState::training : PowerState::repeated;
  return gemm_time(gemm_machine(pricing, format), shape, output_bytes, state, pricing.tensor_share).time;
}

PassTime attention_in_step(const KernelPricing& pricing, const model::AttentionCore& core) {
  PassTime time = attention_time(pricing, core);
  if (!fused_attention(pricing)) return time;
  const double slowdown = 1.0 / pricing.constants->attention_in_step_share.value;
  time.forward = slowdown * time.forward;
  time.input_gradient = slowdown * time.input_gradient;
  return time;
}

PassTime operator_time(const KernelPricing& pricing, const model::Operator& op) {
  if (const auto* product = std::get_if<model::MatrixProduct>(&op.what)) return product_pass(pricing, *product);
  if (const auto* core = std::get_if<model::AttentionCore>(&op.what)) return attention_in_step(pricing, *core);
  if (const auto* streaming = std::get_if<model::Streaming>(&op.what)) return streaming_time(pricing, *streaming);
  throw InternalError("a communication has no kernel time");
}

}  // namespace sim::cost
