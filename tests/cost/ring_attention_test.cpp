#include "tests/cost/constants.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using model::AttentionCore;

namespace {

// 32 heads over 8 key-value heads, 128 wide; a rank of a ring of four with 4,096 tokens of 16,384.
AttentionCore quarter(bool causal) {
  return {1, 32, 8, 4096, 16384, 128, 128, causal};
}

AttentionCore step(std::int64_t queries, std::int64_t keys) {
  return {1, 32, 8, queries, keys, 128, 128, false};
}

double seconds(const cost::KernelTime& time) {
  return time.total().value();
}

struct Both {
  double forward, backward;
};

// A step's kernel and its corrections: 10 B a value of the output forward; 6 B a value of the gradients of queries,
// keys and values backward.
Both corrected(const cost::KernelPricing& pricing, const AttentionCore& core) {
  const cost::PassTime kernel = attention_in_step(pricing, core);
  const double queries = static_cast<double>(core.queries) * 32 * 128, keys = static_cast<double>(core.keys) * 8 * 256;
  return {seconds(kernel.forward) + seconds(traffic_time(pricing, Bytes(10 * queries), 1)),
          seconds(kernel.backward()) + seconds(traffic_time(pricing, Bytes(6 * (queries + keys)), 2))};
}

}  // namespace

TEST_CASE("a ring works on its own keys first, then on each part that comes round, and corrects its sum") {
  test::PricedChip chip = test::h100();
  chip.constants.attention_in_step_share.value = 0.8;
  const cost::KernelPricing pricing = chip.pricing();
  const cost::RingTime ring = ring_attention_time(pricing, quarter(false), 4);
  CHECK(seconds(ring.own.forward) == seconds(attention_in_step(pricing, step(4096, 4096)).forward));
  const Both expected = corrected(pricing, step(4096, 4096));
  CHECK_THAT(seconds(ring.other.forward), WithinRel(expected.forward, 1e-12));
  CHECK_THAT(seconds(ring.other.backward()), WithinRel(expected.backward, 1e-12));
}

TEST_CASE("zig-zag: half of the steps see half of the keys, half have half of the queries") {
  test::PricedChip chip = test::h100();
  chip.constants.attention_in_step_share.value = 0.8;
  const cost::KernelPricing pricing = chip.pricing();
  const cost::RingTime ring = ring_attention_time(pricing, quarter(true), 4);
  AttentionCore own = step(4096, 4096);
  own.causal = true;
  CHECK(seconds(ring.own.forward) == seconds(attention_in_step(pricing, own).forward));
  const Both early = corrected(pricing, step(4096, 2048)), late = corrected(pricing, step(2048, 4096));
  CHECK_THAT(seconds(ring.other.forward), WithinRel((early.forward + late.forward) / 2, 1e-12));
  CHECK_THAT(seconds(ring.other.backward()), WithinRel((early.backward + late.backward) / 2, 1e-12));
}

TEST_CASE("documents go round a ring as so many short sequences") {
  test::PricedChip chip = test::h100();
  chip.constants.attention_in_step_share.value = 0.8;
  const cost::KernelPricing pricing = chip.pricing();
  AttentionCore packed = quarter(true), eight = quarter(true);
  packed.document = 2048;
  eight.sequences = 8;
  eight.queries = 512;
  eight.keys = 2048;
  const cost::RingTime ring = ring_attention_time(pricing, packed, 4), apart = ring_attention_time(pricing, eight, 4);
  CHECK(seconds(ring.own.forward) == seconds(apart.own.forward));
  CHECK(seconds(ring.other.backward()) == seconds(apart.other.backward()));
}
