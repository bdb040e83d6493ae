#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/cost/kernel_time.hpp"

namespace sim::cost {
namespace {

using model::AttentionCore;

// B per value. Forward: the step's output is read in 16 bits, the sum so far read and written in 32. Backward:
// gradients of queries, keys and values are added in 16 bits. Assumed, from TransformerEngine's ring.
constexpr double kOutputCorrection = 10;
constexpr double kGradientSum = 6;

double values_of(std::int64_t tokens, std::int64_t heads, std::int64_t width) {
  return static_cast<double>(tokens) * static_cast<double>(heads) * static_cast<double>(width);
}

PassTime step_time(const KernelPricing& pricing, const AttentionCore& core) {
  PassTime time = attention_in_step(pricing, core);
  const double output = values_of(core.sequences * core.queries, core.heads, core.value_dim);
  const double queries = values_of(core.sequences * core.queries, core.heads, core.head_dim);
  const double keys = values_of(core.sequences * core.keys, core.kv_heads, core.head_dim + core.value_dim);
  time.forward += traffic_time(pricing, Bytes(kOutputCorrection * output), 1);
  time.input_gradient += traffic_time(pricing, Bytes(kGradientSum * (queries + keys)), 2);
  return time;
}

PassTime mean(const PassTime& a, const PassTime& b) {
  return {0.5 * (a.forward + b.forward), 0.5 * (a.input_gradient + b.input_gradient), {}};
}

}  // namespace

RingTime ring_attention_time(const KernelPricing& pricing, const AttentionCore& attention, int parts) {
  check(parts > 1 && attention.queries > 0, "a ring of attention has two parts or more");
  AttentionCore own = attention;
  // Documents are cut over all ranks like whole sequences.
  if (attention.reach() < attention.keys) {
    own.sequences = attention.sequences * std::max<std::int64_t>(1, attention.keys / attention.reach());
    own.document = 0;
    own.queries = std::max<std::int64_t>(1, attention.queries * attention.reach() / attention.keys);
  }
  own.keys = own.queries;
  AttentionCore other = own;
  other.causal = false;
  if (!attention.causal) return {attention_in_step(pricing, own), step_time(pricing, other)};
  // Zig-zag: with keys from an earlier rank all queries see the early half of them, with keys from a later one the late
  // half of the queries sees all. Over the ring both come equally often.
  AttentionCore early = other, late = other;
  early.keys = late.queries = std::max<std::int64_t>(1, other.keys / 2);
  return {attention_in_step(pricing, own), mean(step_time(pricing, early), step_time(pricing, late))};
}

}  // namespace sim::cost
