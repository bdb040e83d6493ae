#include "models.hpp"
#include "tests/support/catch.hpp"

using namespace sim::model;

namespace {

double saved(const OperatorList& operators, bool with_core = true) {
  double sum = 0;
  for (const Operator& op : operators) {
    if (with_core || !op.attention_core) sum += op.saved_bytes;
  }
  return sum;
}

// Korthikanti et al., arXiv 2205.05198, section 4: s = 2048, b = 3 sequences, h = 12288, a = 96, 2-byte values.
// What a GPT layer keeps, in units of sbh bytes: two LayerNorm inputs 4; QKV input 2; Q and K 4; V 2; softmax output,
// dropout mask and dropped scores 2 + 1 + 2 = 5 as/h; projection input 2; attention dropout mask 1; first FFN product's
// input 2; GeLU input 8; second product's input 8; FFN dropout mask 1. Sum 34 + 5 as/h.
constexpr double kSbh = 2048.0 * 3 * 12288;
constexpr double kScores = 5.0 * 96 * 2048 / 12288;

Sharding korthikanti(int tp, bool sequence_parallel) {
  Sharding sharding = whole(gpt3());
  sharding.micro_batch = 3;
  sharding.tp = tp;
  sharding.sequence_parallel = sequence_parallel;
  return sharding;
}

}  // namespace

TEST_CASE("A GPT layer keeps sbh (34 + 5as/h) bytes") {
  CHECK_THAT(saved(layer_operators(gpt3(), korthikanti(1, false), false, false)),
             WithinRel(kSbh * (34 + kScores), 1e-12));
}

TEST_CASE("Tensor parallelism leaves 10 sbh whole and divides 24 sbh and the scores") {
  // Whole: LayerNorm inputs 4, QKV input 2, FFN input 2, two masks 2.
  const int tp = GENERATE(2, 8);
  CHECK_THAT(saved(layer_operators(gpt3(), korthikanti(tp, false), false, false)),
             WithinRel(kSbh * (10 + 24.0 / tp + kScores / tp), 1e-12));
}

TEST_CASE("Sequence parallelism divides all that a layer keeps") {
  const int tp = GENERATE(2, 8);
  CHECK_THAT(saved(layer_operators(gpt3(), korthikanti(tp, true), false, false)),
             WithinRel(kSbh / tp * (34 + kScores), 1e-12));
}

TEST_CASE("Selective recompute drops the scores and nothing else") {
  CHECK_THAT(saved(layer_operators(gpt3(), korthikanti(8, true), false, false), false),
             WithinRel(kSbh / 8 * 34, 1e-12));
}

TEST_CASE("Fused attention keeps one fp32 number a query and head in place of the scores") {
  CHECK_THAT(saved(layer_operators(gpt3(), korthikanti(8, true), false, true)),
             WithinRel(kSbh / 8 * 34 + 4.0 * 3 * 2048 * 96 / 8, 1e-12));
}

TEST_CASE("Without dropout no mask is kept") {
  // Masks 2 sbh; of the scores only the softmax output, 2 as/h, stays.
  Transformer model = gpt3();
  model.dropout = false;
  CHECK_THAT(saved(layer_operators(model, korthikanti(1, false), false, false)),
             WithinRel(kSbh * (32 + 0.4 * kScores), 1e-12));
}

TEST_CASE("Gated layers with grouped keys keep both halves and narrow keys") {
  // Llama 2 70B, per token and in 2-byte values: norms 2 x 8192, QKV input 8192, QKV output (64 + 16) x 128, projection
  // input 8192, FFN input 8192, both halves and their product 3 x 28672; and 64 softmax statistics in fp32.
  const Transformer model = llama2_70b();
  const double values = 2 * 8192 + 8192 + 80 * 128 + 8192 + 8192 + 3 * 28672;
  CHECK_THAT(saved(layer_operators(model, whole(model), false, true)),
             WithinRel(4096.0 * (2 * values + 4 * 64), 1e-12));
}

TEST_CASE("Expert layers keep the gathered rows, the inner values and the experts' outputs") {
  // The GPT-4-scale rank (tp 8, ep 16, etp 8, sequence parallel): 1,024 own tokens, 2,048 own rows, 16,384 gathered
  // rows, 5,376 columns. FFN part: norm input and router input 1024 x 10752 each, rows in 16384 x 10752, activation
  // input and output 2 x 16384 x 5376, combined outputs 2048 x 10752, all of 2 B; 1024 x 16 router probabilities of 4
  // B.
  const Transformer model = gpt4();
  const Sharding sharding = gpt4_rank();
  const double experts =
      2.0 * (2 * 1024.0 * 10752 + 16384.0 * 10752 + 2 * 16384.0 * 5376 + 2048.0 * 10752) + 4.0 * 1024 * 16;
  // Attention part: norm and QKV inputs 2 x 1024 x 10752, Q, K, V and projection input 4 x 8192 x 1344, 12 heads of
  // 8,192 statistics.
  const double attention = 2.0 * (2 * 1024.0 * 10752 + 4 * 8192.0 * 1344) + 4.0 * 12 * 8192;
  CHECK_THAT(saved(layer_operators(model, sharding, true, true)), WithinRel(experts + attention, 1e-12));
}

TEST_CASE("The head keeps the norm input, the logits input and fp32 logits") {
  // Korthikanti et al., section 4.3: 2 sbh + 2 sbh + 4 sbv, over t under sequence parallelism; the vocabulary of 50,257
  // is padded to 8 x 6,283.
  const double tokens = 3.0 * 2048;
  CHECK_THAT(saved(head_operators(gpt3(), korthikanti(8, true))), WithinRel(4 * kSbh / 8 + 4 * tokens * 6283, 1e-12));
  // The embedding keeps its dropout mask, 1 B a value.
  CHECK_THAT(saved(embedding_operators(gpt3(), korthikanti(8, true))), WithinRel(kSbh / 8, 1e-12));
}
