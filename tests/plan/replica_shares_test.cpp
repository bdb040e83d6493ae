#include "sim/plan/replica_shares.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

using sim::plan::ReplicaShares;
using sim::plan::share_replicas;

namespace {

// Best time over all replicas and micro-batches of two entries, one loop a choice.
double best_of_all(int most_first, int most_second, double first, double second, int micro_batches, double ramp) {
  double best = 1e300;
  for (int a = 0; a <= most_first; ++a) {
    for (int b = 0; b <= most_second; ++b) {
      for (int m = a > 0 ? 1 : 0; a * m <= micro_batches && (a > 0 || m == 0); ++m) {
        const int left = micro_batches - a * m;
        if (b == 0 ? left != 0 : left % b != 0 || left == 0) continue;
        const double time_a = a > 0 ? (m + ramp) * first : 0, time_b = b > 0 ? (left / b + ramp) * second : 0;
        best = std::min(best, std::max(time_a, time_b));
      }
    }
  }
  return best;
}

}  // namespace

TEST_CASE("replicas and micro-batches are the best of all divisions of two entries") {
  for (const int first : {1, 3, 7}) {
    for (const int second : {1, 4, 6}) {
      for (const double pace : {1.0, 1.7, 4.2}) {
        for (const int micro_batches : {12, 30, 31}) {
          const auto found = share_replicas({{first, 1, 1.0}, {second, 1, pace}}, micro_batches, 3, 0, false);
          CAPTURE(first, second, pace, micro_batches);
          REQUIRE(!found.empty());
          REQUIRE(found.front().seconds == best_of_all(first, second, 1.0, pace, micro_batches, 3));
          int sum = 0;
          for (std::size_t i = 0; i < 2; ++i) sum += found.front().replicas[i] * found.front().micro_batches[i];
          REQUIRE(sum == micro_batches);
        }
      }
    }
  }
}

TEST_CASE("equal micro-batches are equal, granules whole, and every set of entries appears once") {
  const auto equal = share_replicas({{4, 1, 1.0}, {4, 1, 2.0}}, 24, 0, 0, true);
  for (const ReplicaShares& shares : equal) {
    if (shares.replicas[0] > 0 && shares.replicas[1] > 0) CHECK(shares.micro_batches[0] == shares.micro_batches[1]);
  }
  const auto whole = share_replicas({{7, 4, 1.0}, {9, 4, 1.0}}, 48, 0, 0, false);
  CHECK(whole.size() == 3);  // both, the first alone, the second alone
  for (const ReplicaShares& shares : whole) {
    for (const int replicas : shares.replicas) CHECK(replicas % 4 == 0);
  }
}
