#include <algorithm>

#include "bench/hold.hpp"
#include "tests/support/catch.hpp"

using namespace sim::bench;

namespace {

template <class Queue>
double seconds_of_holds(Hold<Queue>& model, std::size_t count, std::uint64_t& sum) {
  const double began = cpu_seconds();
  sum += model.run(count);
  return cpu_seconds() - began;
}

}  // namespace

TEST_CASE("the event queue holds at least as fast as std::priority_queue with 24-byte events") {
  // Integer keys and a branchless choice among four children gain about 1.5 to 2 times; 1.0 leaves room for a busy
  // machine. Both take turns, so that a disturbance meets both, and the best turn of each counts.
  constexpr std::size_t kCount = 200'000;
  constexpr int kTurns = 5;
  const std::size_t pending = GENERATE(1'000, 100'000);
  CAPTURE(pending);
  Hold<PackedQueue> packed(pending);
  Hold<StandardQueue> standard(pending);
  std::uint64_t packed_sum = 0, standard_sum = 0;
  double packed_best = 1e9, standard_best = 1e9;
  for (int turn = 0; turn < kTurns; ++turn) {
    packed_best = std::min(packed_best, seconds_of_holds(packed, kCount, packed_sum));
    standard_best = std::min(standard_best, seconds_of_holds(standard, kCount, standard_sum));
  }
  CHECK(packed_sum == standard_sum);
  CAPTURE(packed_best, standard_best);
  // Unoptimized or instrumented code pays for every inlined call: the rule is one of release builds.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
  CHECK(standard_best / packed_best >= 1.0);
#endif
}
