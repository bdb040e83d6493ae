
#include "models.hpp"
#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace sim::model;

namespace {

Sharding by_heads(const Transformer& model, int tp, int cp) {
  Sharding sharding = whole(model);
  sharding.tp = tp;
  sharding.cp = cp;
  sharding.sequence_parallel = tp > 1;
  sharding.context_exchange = ContextExchange::all_to_all;
  return sharding;
}

AttentionCore core_of(const OperatorList& operators) {
  return std::get<AttentionCore>(named(operators, "attention").what);
}

// Bytes that one rank of n sends, forward and backward: (n-1)/n of an all-to-all's buffer, and as much of what all
// ranks of a ring hold together.
double sent(const OperatorList& operators, int ranks) {
  double sum = 0;
  for (const Operator& op : operators) {
    const auto* exchange = std::get_if<Communication>(&op.what);
    if (exchange == nullptr || exchange->axis != Axis::context) continue;
    const int passes = (exchange->forward != Exchange::none ? 1 : 0) + (exchange->backward != Exchange::none ? 1 : 0);
    sum += passes * exchange->bytes.value() * (ranks - 1) / ranks;
  }
  return sum;
}

double saved_bytes(const OperatorList& operators) {
  double sum = 0;
  for (const Operator& op : operators) sum += op.saved_bytes;
  return sum;
}

}  // namespace

TEST_CASE("After an all-to-all a rank attends with a part of the heads to the whole sequence") {
  // Llama 2 70B, tp 2, cp 4: 64 / 8 query heads and 8 / 8 key-value heads, all 4,096 tokens.
  const AttentionCore core = core_of(layer_operators(llama2_70b(), by_heads(llama2_70b(), 2, 4), false, true));
  CHECK(core.heads == 8);
  CHECK(core.kv_heads == 1);
  CHECK(core.queries == 4096);
  CHECK(core.keys == 4096);
}

TEST_CASE("Ulysses sends 4 s h (P-1)/P^2 values each way, as its paper counts") {
  // GPT-3 without grouped heads, s = 2048, h = 12288: queries, keys, values and outputs of s/P tokens, of which each
  // rank keeps 1/P. Section 3.2 of arXiv 2309.14509 has 4 s h / P without the part that stays. Values have 2 B, passes
  // are two.
  const int ranks = GENERATE(2, 8, 32);
  CAPTURE(ranks);
  const OperatorList layer = layer_operators(gpt3(), by_heads(gpt3(), 1, ranks), false, true);
  const double values = 4.0 * 2048 * 12288 * (ranks - 1) / (double{1} * ranks * ranks);
  CHECK_THAT(sent(layer, ranks), WithinRel(2 * 2 * values, 1e-12));
}

TEST_CASE("A ring sends keys and values once forward and with their gradients backward") {
  // GPT-3: 2 s h / P values go P-1 steps; three passes in all: keys and values twice, their gradients once.
  const int ranks = GENERATE(2, 8, 32);
  Sharding sharding = whole(gpt3());
  sharding.cp = ranks;
  const double values = 2.0 * 2048 / ranks * 12288 * (ranks - 1);
  CHECK_THAT(sent(layer_operators(gpt3(), sharding, false, true), ranks), WithinRel(3 * 2 * values, 1e-12));
}

TEST_CASE("Fewer key-value heads than ranks are repeated before the all-to-all") {
  // Llama 2 70B, tp 2, cp 16: 32 query heads a rank, 4 key-value heads for 16 ranks: sent as 16. A token carries
  // (32 + 2 x 16) x 128 values out and 32 x 128 back; 256 tokens a rank, 15/16 leave, 2 B, two passes.
  const OperatorList layer = layer_operators(llama2_70b(), by_heads(llama2_70b(), 2, 16), false, true);
  CHECK(core_of(layer).heads == 2);
  CHECK(core_of(layer).kv_heads == 1);
  CHECK_THAT(sent(layer, 16), WithinRel(2 * 2.0 * 256 * (32 + 32 + 32) * 128 * 15 / 16, 1e-12));
}

TEST_CASE("Latent attention exchanges the heads that it expands") {
  // DeepSeek-V3, cp 8: 128 heads of 192-wide queries and keys and 128-wide values, outputs 128; 512 tokens a rank.
  const OperatorList layer = layer_operators(deepseek_v3(), by_heads(deepseek_v3(), 1, 8), true, true);
  CHECK(core_of(layer).heads == 16);
  CHECK(core_of(layer).kv_heads == 16);
  CHECK_THAT(sent(layer, 8), WithinRel(2 * 2.0 * 512 * 128 * (192 + 192 + 128 + 128) * 7 / 8, 1e-12));
}

TEST_CASE("Both exchanges leave the same products, and an all-to-all keeps the core's output besides") {
  // GPT-3, cp 8, 256 tokens a rank: the output of the core is another 2 B x 256 x 12,288; statistics of 4 B per query
  // and head are as many, 96 x 256 = 12 x 2,048.
  Sharding ring = whole(gpt3());
  ring.cp = 8;
  const OperatorList passes = layer_operators(gpt3(), ring, false, true);
  const OperatorList exchanged = layer_operators(gpt3(), by_heads(gpt3(), 1, 8), false, true);
  CHECK_THAT(saved_bytes(exchanged) - saved_bytes(passes), WithinRel(2.0 * 256 * 12288, 1e-9));
  for (const char* name : {"qkv", "attention_output", "ffn_first"}) {
    CHECK(std::get<MatrixProduct>(named(passes, name).what).m ==
          std::get<MatrixProduct>(named(exchanged, name).what).m);
    CHECK(std::get<MatrixProduct>(named(passes, name).what).n ==
          std::get<MatrixProduct>(named(exchanged, name).what).n);
  }
}

TEST_CASE("Heads that do not divide by tp x cp cannot be exchanged") {
  CHECK_THROWS_AS(layer_operators(llama2_70b(), by_heads(llama2_70b(), 8, 16), false, true), sim::InputError);
  Transformer odd = llama2_70b();
  odd.kv_heads = 16;  // 8 a rank of tp, 12 ranks of cp: neither divides the other
  odd.heads = 96;
  odd.context = 12 * 64;
  CHECK_THROWS_AS(layer_operators(odd, by_heads(odd, 2, 12), false, true), sim::InputError);
}

TEST_CASE("The zig-zag cut gives every rank of a ring the same work, together that of the whole sequence") {
  // Rank i holds parts i and 2 cp - 1 - i of 2 cp parts of c tokens. Token t sees t + 1 keys.
  const int ranks = GENERATE(1, 2, 8);
  constexpr std::int64_t kTokens = 4096;
  Sharding sharding = whole(llama2_70b());
  sharding.cp = ranks;
  const AttentionCore core = core_of(layer_operators(llama2_70b(), sharding, false, true));
  const std::int64_t part = kTokens / (2 * ranks);
  double all = 0;
  for (std::int64_t rank = 0; rank < ranks; ++rank) {
    double seen = 0;
    for (const std::int64_t index : {rank, 2 * ranks - 1 - rank}) {
      for (std::int64_t token = index * part; token < (index + 1) * part; ++token)
        seen += static_cast<double>(token + 1);
    }
    CHECK(scores_per_head(core) == seen);
    all += scores_per_head(core);
  }
  CHECK(all == kTokens * (kTokens + 1) / 2.0);
}

TEST_CASE("Attention stays inside its documents, whose keys still all go round") {
  // 64 documents of 64 tokens in 4,096: a query sees 32.5 keys on average instead of 2,048.5.
  Sharding sharding = whole(llama2_70b());
  sharding.cp = 4;
  const OperatorList unmasked = layer_operators(llama2_70b(), sharding, false, true);
  sharding.document_length = 64;
  const OperatorList masked = layer_operators(llama2_70b(), sharding, false, true);
  CHECK(scores_per_head(core_of(masked)) == 1024 * 32.5);
  CHECK(scores_per_head(core_of(unmasked)) == 1024 * 2048.5);
  CHECK(sent(masked, 4) == sent(unmasked, 4));
  // Documents longer than the sequence are cut by it.
  sharding.document_length = 5000;
  CHECK(scores_per_head(core_of(layer_operators(llama2_70b(), sharding, false, true))) == 1024 * 2048.5);
}

TEST_CASE("Model FLOP count the scores inside documents only") {
  // 80 layers x 3 passes x 2 FLOP x 2 x 8,192 multiply-adds a key x half of 512 keys.
  const FlopsPerToken whole_sequence = training_flops_per_token(llama2_70b(), 4096);
  const FlopsPerToken documents = training_flops_per_token(llama2_70b(), 4096, 512);
  CHECK_THAT(documents.attention, WithinRel(80.0 * 3 * 2 * 2 * 8192 * 256, 1e-12));
  CHECK_THAT(whole_sequence.attention / documents.attention, WithinRel(8, 1e-12));
  CHECK(documents.parameters == whole_sequence.parameters);
  CHECK(training_flops_per_token(llama2_70b(), 4096, 8192).attention == whole_sequence.attention);
}
