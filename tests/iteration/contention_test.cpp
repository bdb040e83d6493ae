#include <algorithm>

#include "sim/cost/collective_time.hpp"
#include "sim/iteration/bind.hpp"
#include "sim/program/pieces.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using iteration::Job;
using program::Cores;
using program::Piece;
using test::job_of;
using test::seconds_of;

namespace {

// One layer with embedding and head over two H100, two micro-batches, no time for the host.
Job pair(const std::string& parallel) {
  Job job = job_of("quickstart", {"fleet.0.count=2", "parallel=" + parallel, "training.global_batch=2",
                                  "model={layers: 1, hidden: 4096, heads: 32, ffn_hidden: 11008, gated: true, "
                                  "vocabulary: 32000, context: 4096}"});
  job.software.host_time_per_layer_pass.value = Seconds(0);
  return job;
}

Job with_cores(Job job, double collective, double message) {
  job.fleet[0].link->collective_cores = Sourced<double>{collective, Origin::assumed, "", 0};
  job.fleet[0].link->message_cores = Sourced<double>{message, Origin::assumed, "", 0};
  return job;
}

// What the windows between the start of an exchange and the wait for it grow by. Work W beside an exchange of time T
// runs at a speed of 1/f: T / f of it is done when the exchange ends, so the window of max(W, T) becomes max(W + T - T
// / f, T).
double growth(const program::Pieces& pieces, const program::PassPricing& pricing, Cores kind, double factor) {
  double sum = 0, work = 0, exchange = 0;
  for (const Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::begin && piece.cores == kind) {
      exchange = pricing.exchange_time(piece.slot, piece.collective, piece.bytes).value();
      work = 0;
    } else if (piece.kind == Piece::Kind::end) {
      sum += std::max(work + exchange * (1 - 1 / factor), exchange) - std::max(work, exchange);
      work = exchange = 0;
    } else if (piece.kind == Piece::Kind::work) {
      work += piece.time.total().value();
    }
  }
  return sum;
}

double expected_growth(const Job& job, Cores kind, double factor) {
  const iteration::FabricView view = iteration::build_fabric(job);
  const program::PassPricing pricing{iteration::pricing_of(job, job.fleet.front()), job.strategy,
                                     iteration::first_group_times(view, job.strategy, 0)};
  const model::Sharding cut = sharding_of(job);
  double sum = 0;
  for (const model::OperatorList& operators :
       {embedding_operators(job.model, cut), layer_operators(job.model, cut, false, true),
        head_operators(job.model, cut)}) {
    sum += growth(forward_pieces(pricing, operators), pricing, kind, factor);
    sum += growth(backward_pieces(pricing, operators, parallel::Recompute::none, program::Gradients::both), pricing,
                  kind, factor);
  }
  return 2 * sum;  // micro-batches
}

}  // namespace

TEST_CASE("work beside a collective spreads over the cores that the collective leaves, as long as both run") {
  const Job job = pair("{tp: 2}");
  REQUIRE(job.software.overlap_tensor_parallel_backward);
  // 33 of 132 cores: 4/3 of the time.
  const double grown = expected_growth(job, Cores::collective, 132.0 / 99.0);
  CHECK(grown > 0);
  CHECK_THAT(seconds_of(with_cores(job, 33, 0)) - seconds_of(with_cores(job, 0, 0)), WithinAbs(grown, 1e-9));
  CHECK(seconds_of(with_cores(job, 0, 33)) == seconds_of(with_cores(job, 0, 0)));
}

TEST_CASE("tensor exchanges in chunks are messages between neighbours and take those cores") {
  const Job job = pair("{tp: 2, sequence_parallel: true, overlap: {tp: true}}");
  const double grown = expected_growth(job, Cores::message, 132.0 / 99.0);
  CHECK(grown > 0);
  CHECK_THAT(seconds_of(with_cores(job, 0, 33)) - seconds_of(with_cores(job, 0, 0)), WithinAbs(grown, 1e-9));
  CHECK(seconds_of(with_cores(job, 33, 0)) == seconds_of(with_cores(job, 0, 0)));
}

TEST_CASE("an exchange that everything waits for slows nothing") {
  Job job = pair("{tp: 2}");
  job.software.overlap_tensor_parallel_backward = false;
  CHECK(seconds_of(with_cores(job, 33, 33)) == seconds_of(with_cores(job, 0, 0)));
}

TEST_CASE("where a link does not say which cores it takes, gradients slow work by the measured mean, messages do not") {
  const Job job = pair("{overlap: {dp_gradients: true}}");
  Job unknown_link = job;
  unknown_link.fleet[0].link->collective_cores.reset();
  // x / (132 - x) = 0.189 at x = 132 x 0.189 / 1.189.
  CHECK_THAT(seconds_of(unknown_link), WithinRel(seconds_of(with_cores(job, 132 * 0.189 / 1.189, 0)), 1e-7));
  CHECK(seconds_of(unknown_link) > seconds_of(with_cores(job, 0, 0)));
  Job chunks = pair("{tp: 2, sequence_parallel: true, overlap: {tp: true}}");
  chunks.fleet[0].link->message_cores.reset();
  CHECK(seconds_of(chunks) == seconds_of(with_cores(chunks, 0, 0)));
}
