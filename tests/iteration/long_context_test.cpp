#include <cmath>

#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using sim::iteration::Job;
using sim::test::job_of;
using sim::test::seconds_of;

namespace {

// Two layers shaped like those of Llama 3 70B, tp 8, on 8 x cp H100; one sequence a step.
Job long_context(long sequence_length, int cp) {
  const std::string length = std::to_string(sequence_length), ranks = std::to_string(cp);
  return job_of("quickstart",
                {"fleet.0.count=" + std::to_string(8 * cp), "fleet.0.topology=dgx_h100_rail_ndr400",
                 "training.global_batch=1", "training.sequence_length=" + length,
                 "parallel={tp: 8, sequence_parallel: true, recompute: full, cp: " + ranks + "}",
                 "model={layers: 2, hidden: 8192, heads: 64, kv_heads: 8, ffn_hidden: 28672, gated: true, "
                 "vocabulary: 128256, context: 8192}"});
}

}  // namespace

TEST_CASE("Sequences of 2,048 to a million tokens run on 1 to 64 context ranks") {
  const int cp = GENERATE(1, 4, 16, 64);
  double shorter = 0;
  for (long length = 2048; length <= 1 << 20; length *= 2) {
    CAPTURE(cp, length);
    const double time = seconds_of(long_context(length, cp));
    REQUIRE(std::isfinite(time));
    // Twice the tokens are at most four times the work: everything is linear but attention, which is quadratic.
    CHECK(time > shorter);
    if (shorter > 0) CHECK(time < 4.05 * shorter);
    shorter = time;
  }
}

TEST_CASE("Time is a square, attention, and a line, all else, of the sequence length") {
  // T = a s^2 + b s + c: T(4x) - 3 T(2x) + 2 T(x) = 6 a x^2, four times as much for twice the x.
  const int cp = GENERATE(1, 8);  // on 64 the ring passes of the shorter ones are longer than their attention
  const auto square = [&](long x) {
    return seconds_of(long_context(4 * x, cp)) - 3 * seconds_of(long_context(2 * x, cp)) +
           2 * seconds_of(long_context(x, cp));
  };
  CHECK_THAT(square(1 << 18) / square(1 << 17), WithinRel(4, 0.01));
  // 2 layers; forward, again, and 2.5 times that backward; 4 x 8,192 FLOP a score, half
  // of the scores; H100 reaches 400 to 700 TFLOPS in fused attention, times 0.83 in a step.
  const double forward_flops = 2.0 * 4 * 8192 / 2 * std::pow(2.0, 34) / (8 * cp);
  const double rate = 6 * 4.5 * forward_flops / square(1 << 17);
  CHECK(rate > 330e12);
  CHECK(rate < 600e12);
}

TEST_CASE("Twice the context ranks halve a million tokens' time") {
  const double few = seconds_of(long_context(1 << 20, 16)), many = seconds_of(long_context(1 << 20, 32));
  // Nearly: a rank corrects its sum over s/cp tokens in each of cp - 1 steps, however many ranks there are.
  CHECK(few / many < 2);
  CHECK(few / many > 1.85);
}
