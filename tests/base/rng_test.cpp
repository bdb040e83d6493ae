#include "sim/base/rng.hpp"

#include <set>

#include "tests/support/catch.hpp"

using namespace sim;

namespace {

constexpr int kDraws = 100000;

}  // namespace

TEST_CASE("the bit mixer is SplitMix64") {
  // The published test vector of splitmix64.c: state 1234567, each step adds 2^64 / golden ratio.
  constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
  CHECK(mix_bits(1234567 + kStep) == 6457827717110365317ULL);
  CHECK(mix_bits(1234567 + 2 * kStep) == 3203168211198807973ULL);
  CHECK(mix_bits(1234567 + 3 * kStep) == 9817491932198370423ULL);
}

TEST_CASE("a draw depends on seed, stream and index alone") {
  const RandomStream stream(7, 3);
  const double late_first = stream.uniform(1000);
  for (std::uint64_t i = 0; i < 1000; ++i) CHECK(stream.uniform(i) < 1.0);
  CHECK(stream.uniform(1000) == late_first);
  CHECK(RandomStream(7, 3).bits(5) == stream.bits(5));
}

TEST_CASE("neighbouring seeds, streams and indices never repeat a draw") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
      for (std::uint64_t index = 0; index < 20; ++index) seen.insert(RandomStream(seed, stream).bits(index));
    }
  }
  CHECK(seen.size() == 20 * 20 * 20);
}

TEST_CASE("uniform draws have the moments of the unit interval") {
  const RandomStream stream(1, 2);
  double sum = 0;
  double squares = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const double draw = stream.uniform(i);
    REQUIRE((draw >= 0.0 && draw < 1.0));
    sum += draw;
    squares += draw * draw;
  }
  // Standard errors: sqrt(1/12 / 1e5) = 9.1e-4 for the mean, sqrt(4/45 / 1e5) = 9.4e-4 for the square; five of them.
  CHECK_THAT(sum / kDraws, WithinAbs(0.5, 4.6e-3));
  CHECK_THAT(squares / kDraws, WithinAbs(1.0 / 3, 4.7e-3));
}

TEST_CASE("exponential draws have the mean that was asked for and its square as variance") {
  const RandomStream stream(11, 0);
  double sum = 0;
  double squares = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const double draw = stream.exponential(i, 3.0);
    REQUIRE(draw >= 0.0);
    sum += draw;
    squares += draw * draw;
  }
  // E x^2 = 2 mean^2 = 18; standard errors 3 / sqrt(1e5) = 9.5e-3 and 9 sqrt(20 / 1e5) = 0.13; five of them.
  CHECK_THAT(sum / kDraws, WithinAbs(3.0, 0.048));
  CHECK_THAT(squares / kDraws, WithinAbs(18.0, 0.64));
}

TEST_CASE("normal draws have mean 0, variance 1 and fourth moment 3") {
  const RandomStream stream(5, 9);
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const double draw = stream.normal(i);
    sum += draw;
    squares += draw * draw;
    fourths += draw * draw * draw * draw;
  }
  // Standard errors: 1 / sqrt(1e5) = 3.2e-3, sqrt(2 / 1e5) = 4.5e-3, sqrt(96 / 1e5) = 0.031; five of them.
  CHECK_THAT(sum / kDraws, WithinAbs(0.0, 0.016));
  CHECK_THAT(squares / kDraws, WithinAbs(1.0, 0.023));
  CHECK_THAT(fourths / kDraws, WithinAbs(3.0, 0.16));
}
