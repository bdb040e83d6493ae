#include <string_view>
#include <utility>

#include "models.hpp"
#include "tests/support/catch.hpp"

using namespace sim::model;

namespace {

MatrixProduct product(const OperatorList& operators, std::string_view name) {
  return std::get<MatrixProduct>(named(operators, name).what);
}

double exchanged(const OperatorList& operators, std::string_view name) {
  return std::get<Communication>(named(operators, name).what).bytes.value();
}

double streamed(const OperatorList& operators, std::string_view name) {
  return std::get<Streaming>(named(operators, name).what).elements;
}

}  // namespace

TEST_CASE("The busiest experts get imbalance times the mean, and what a rank routes stays the same") {
  // GPT-4, 16 ranks of one expert: 8,192 tokens x top-2 are 16,384 rows a rank and in the mean an expert.
  Transformer model = gpt4();
  Sharding sharding = whole(model);
  sharding.ep = 16;
  const OperatorList even = layer_operators(model, sharding, true, true);
  model.experts->imbalance = 1.5;
  const OperatorList uneven = layer_operators(model, sharding, true, true);
  CHECK(product(even, "expert_first").m == 16384);
  CHECK(product(uneven, "expert_first").m == 24576);
  CHECK(exchanged(uneven, "dispatch") == 1.5 * exchanged(even, "dispatch"));
  CHECK(streamed(uneven, "permute") == streamed(even, "permute"));
}

TEST_CASE("A capacity gives every expert the same rows, and imbalance drops the rest") {
  // 16 experts on 4 ranks. Mean rows that a rank sends an expert: 8,192 x 2 / 16 = 1,024; at 1.25 it sends 1,280, which
  // makes 4 x 1,280 rows for each of its 4 experts.
  Transformer model = gpt4();
  model.experts->capacity = 1.25;
  model.experts->imbalance = GENERATE(1.0, 3.0);
  Sharding sharding = whole(model);
  sharding.ep = 4;
  const OperatorList layer = layer_operators(model, sharding, true, true);
  CHECK(product(layer, "expert_first").m == 5120);
  CHECK(product(layer, "expert_second").m == 5120);
  CHECK(product(layer, "expert_first").groups == 4);
  CHECK(exchanged(layer, "dispatch") == 2.0 * 16 * 1280 * 10752);
  CHECK(exchanged(layer, "combine") == exchanged(layer, "dispatch"));
  CHECK(streamed(layer, "permute") == 16.0 * 1280 * 10752);
}

TEST_CASE("A capacity is a whole number of rows") {
  // DeepSeek-V3, 100 tokens: 800 / 256 = 3.125 rows an expert; 1.0 of that is padded to 4.
  Transformer model = deepseek_v3();
  model.experts->capacity = 1.0;
  Sharding sharding = whole(model);
  sharding.sequence_length = 100;
  sharding.ep = 8;
  CHECK(product(layer_operators(model, sharding, true, true), "expert_first").m == 8 * 4);
}

TEST_CASE("Shared experts see every token once, cut over tensor ranks like a dense layer") {
  // DeepSeek-V3, tp 4: one shared expert of 2,048, gated: 2 x 512 columns a rank for all 4,096 tokens, whatever ep is.
  Sharding sharding = whole(deepseek_v3());
  sharding.tp = 4;
  sharding.etp = 1;
  sharding.sequence_parallel = true;
  sharding.ep = GENERATE(1, 64);
  const OperatorList layer = layer_operators(deepseek_v3(), sharding, true, true);
  const MatrixProduct first = product(layer, "shared_first"), second = product(layer, "shared_second");
  CHECK(first.m == 4096);
  CHECK(first.n == 2 * 512);
  CHECK(first.k == 7168);
  CHECK(second.m == 4096);
  CHECK(second.n == 7168);
  CHECK(second.k == 512);
  CHECK(exchanged(layer, "shared_input") == 2.0 * 4096 * 7168);
  CHECK(exchanged(layer, "shared_sum") == 2.0 * 4096 * 7168);
}

TEST_CASE("Experts exchange as the sharding says") {
  using Kinds = std::pair<ExpertExchange, Exchange>;
  const auto [wanted, kind] = GENERATE(Kinds{ExpertExchange::direct, Exchange::all_to_all},
                                       Kinds{ExpertExchange::hierarchical, Exchange::rail_all_to_all},
                                       Kinds{ExpertExchange::deduplicated, Exchange::deduplicated_all_to_all});
  Sharding sharding = whole(deepseek_v3());
  sharding.ep = 64;
  sharding.expert_exchange = wanted;
  const OperatorList layer = layer_operators(deepseek_v3(), sharding, true, true);
  for (const char* name : {"dispatch", "combine"}) {
    const auto exchange = std::get<Communication>(named(layer, name).what);
    CHECK(exchange.forward == kind);
    CHECK(exchange.backward == kind);
    CHECK(exchange.bytes.value() == 2.0 * 4096 * 8 * 7168);
  }
}

TEST_CASE("In fp8 tokens travel to their experts at 1 + 4/128 bytes a value, and sums come back at two") {
  // 4,096 tokens x top-8 x 7,168 values; backward the gradients of the experts' outputs go out, those of inputs come
  // back.
  Sharding sharding = whole(deepseek_v3());
  sharding.ep = 64;
  sharding.fp8_dispatch = true;
  const OperatorList layer = layer_operators(deepseek_v3(), sharding, true, true);
  const double values = 4096.0 * 8 * 7168;
  const auto is = [&](const char* name, Exchange forward, Exchange backward, double value_bytes) {
    const auto exchange = std::get<Communication>(named(layer, name).what);
    CHECK(exchange.forward == forward);
    CHECK(exchange.backward == backward);
    CHECK_THAT(exchange.bytes.value(), WithinRel(values * value_bytes, 1e-12));
  };
  is("dispatch", Exchange::all_to_all, Exchange::none, 1.03125);
  is("dispatch_gradient", Exchange::none, Exchange::all_to_all, 2);
  is("combine", Exchange::all_to_all, Exchange::none, 2);
  is("combine_gradient", Exchange::none, Exchange::all_to_all, 1.03125);
}
