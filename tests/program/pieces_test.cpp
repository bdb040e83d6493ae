#include "sim/program/pieces.hpp"

#include <cmath>

#include "sim/program/chunk_price.hpp"
#include "sim/program/state_traffic.hpp"
#include "tests/support/catch.hpp"

using namespace sim::program;
using sim::Bytes;
using sim::Seconds;
using sim::cost::Collective;

namespace {

Piece work_of(double seconds) {
  Piece piece;
  piece.time.tensor_compute = Seconds(seconds);
  return piece;
}

Piece of_kind(Piece::Kind kind, Slot slot) {
  Piece piece;
  piece.kind = kind;
  piece.slot = slot;
  return piece;
}

}  // namespace

TEST_CASE("a pass takes the 6-norm of device time, exchanges included, and host time") {
  // Device 3 s of work and an exchange of 1 s, host 4 s: (4^6 + 4^6)^(1/6) = 4 x 2^(1/6).
  PassPricing pricing;
  pricing.exchange_time = [](Slot, Collective, Bytes) { return Seconds(1); };
  Pieces pieces{work_of(3), of_kind(Piece::Kind::begin, Slot::tensor), of_kind(Piece::Kind::end, Slot::tensor)};
  add_host_floor(pricing, pieces, Seconds(4));
  CHECK_THAT(work_time(pieces).launch.value(), WithinRel(4 * std::pow(2.0, 1.0 / 6) - 4, 1e-12));
  Pieces alone{work_of(3)};
  add_host_floor(pricing, alone, Seconds(0));
  CHECK(work_time(alone).total() == Seconds(3));
}

TEST_CASE("of two passes one goes on where the other has begun an expert exchange") {
  // a, begin, end, c beside b, begin, end, d: the exchange of each runs under work of the other. The first end comes
  // when two exchanges have begun, so it waits for the one before the last.
  const auto pass = [](double before, double after) {
    return Pieces{work_of(before), of_kind(Piece::Kind::begin, Slot::expert), of_kind(Piece::Kind::end, Slot::expert),
                  work_of(after)};
  };
  const Pieces merged = interleave(pass(1, 3), pass(2, 4));
  REQUIRE(merged.size() == 8);
  CHECK(merged[0].time.total() == Seconds(1));
  CHECK(merged[1].kind == Piece::Kind::begin);
  CHECK(merged[1].cores == Cores::collective);
  CHECK(merged[2].time.total() == Seconds(2));
  CHECK(merged[3].kind == Piece::Kind::begin);
  CHECK((merged[4].kind == Piece::Kind::end && merged[4].later == 1));
  CHECK(merged[5].time.total() == Seconds(3));
  CHECK((merged[6].kind == Piece::Kind::end && merged[6].later == 0));
  CHECK(merged[7].time.total() == Seconds(4));
}

TEST_CASE("the slowest of n ranks works 0.4 % longer for every doubling beyond 8") {
  CHECK(skew_share(1) == 0);
  CHECK(skew_share(8) == 0);
  CHECK_THAT(skew_share(16), WithinRel(0.004, 1e-12));
  CHECK_THAT(skew_share(8192), WithinRel(0.04, 1e-12));
}

TEST_CASE("a rank updates all that it holds, or its share once the optimizer is sharded") {
  // Of dp 8 with ep 4 two ranks share an expert's state: 80 / 8 + 40 / 2. DualPipe's second copy doubles both groups.
  sim::parallel::Strategy strategy;
  strategy.dp = 8;
  strategy.ep = 4;
  const sim::model::RankParameters held{80, 40};
  CHECK(owned_parameters(strategy, held) == 120);
  strategy.zero = 1;
  CHECK(owned_parameters(strategy, held) == 30);
  strategy.pp = 2;
  strategy.schedule = sim::parallel::ScheduleKind::dualpipe;
  CHECK(owned_parameters(strategy, held) == 15);
}
