#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using test::job_of;
using test::seconds_of;
using test::simulated;

namespace {

// Mixtral 8x7B with experts over two nodes, so that their exchanges take time.
iteration::Job experts(const std::string& schedule, bool overlap) {
  const std::string overlaps = overlap ? "true" : "false";
  return job_of("gpt4_h100",
                {"model=mixtral-8x7b", "fleet.0.count=64", "training.sequence_length=4096", "training.global_batch=256",
                 "parallel={tp: 1, pp: 4, ep: 8, etp: 1, zero: 1, rank_order: [pp, tp, cp, dp], schedule: " + schedule +
                     ", overlap: {ep: " + overlaps + ", pp: true}}"});
}

}  // namespace

TEST_CASE("expert exchanges hide under another micro-batch's work") {
  for (const char* schedule : {"1f1b", "interleaved, vpp: 2", "dualpipe"}) {
    const double plain = seconds_of(experts(schedule, false)), hidden = seconds_of(experts(schedule, true));
    CAPTURE(schedule, plain, hidden);
    CHECK(hidden < plain);
    // What is hidden is communication: no rank works less, and at most as much longer as 24 of 132 cores less make it.
    const auto busy = [](const iteration::IterationResult& result) { return result.pacing.staves[0]; };
    const double apart = busy(simulated(experts(schedule, false))), together = busy(simulated(experts(schedule, true)));
    CHECK(together >= apart);
    CHECK(together <= apart * 132 / 108);
  }
}

TEST_CASE("ring attention hides its passes under attention, up to the first part") {
  const auto ring = [](bool overlap) {
    return seconds_of(job_of("gpt4_h100", {"model=llama2-7b", "fleet.0.count=32", "training.sequence_length=65536",
                                           "training.global_batch=4",
                                           std::string("parallel={tp: 1, cp: 16, zero: 1, "
                                                       "recompute: full, overlap: {cp: ") +
                                               (overlap ? "true" : "false") + "}}"}));
  };
  CHECK(ring(true) < ring(false));
}

TEST_CASE("zero-bubble schedules are faster than 1F1B, in the order of their memory, and none beats no bubble at all") {
  const auto with = [](const std::string& schedule) {
    return seconds_of(job_of(
        "gpt4_h100", {"model=megatron-7.5b", "model=llama2-7b", "fleet.0.count=8", "training.sequence_length=4096",
                      "training.global_batch=16", "parallel={pp: 8, schedule: " + schedule + "}"}));
  };
  const double plain = with("1f1b"), h1 = with("zb_h1"), h2 = with("zb_h2"), one = with("zb1p"), two = with("zb2p");
  CHECK(h1 < plain);
  CHECK(h2 < h1);
  CHECK(one <= h1 * 1.001);
  CHECK(two <= h2 * 1.001);
  // 16 micro-batches without a bubble: 16 / (16 + 7) of 1F1B at least, but for the heavier last stage.
  CHECK(two > plain * 16 / 23);
}

TEST_CASE("a step that is validated afterwards repeats with its period: two iterations in a row take one period more") {
  // The same schedule over twice the micro-batches fills its bubble once: the difference is the work of the slowest
  // stage, which no period can be below.
  const auto with = [](int batch) {
    return seconds_of(
        job_of("gpt4_h100", {"model=llama2-7b", "fleet.0.count=4", "training.sequence_length=4096",
                             "training.global_batch=" + std::to_string(batch), "parallel={pp: 4, schedule: zb_h2}"}));
  };
  const double sixteen = with(16), more = with(32), most = with(48);
  CHECK_THAT(most - more, WithinRel(more - sixteen, 0.02));
  CHECK(sixteen > more - sixteen);
}
