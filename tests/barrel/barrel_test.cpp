#include "sim/barrel/barrel.hpp"

#include <algorithm>
#include <cmath>

#include "sim/barrel/waterfall.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using barrel::Knob;

namespace {

constexpr iteration::Options kPlain{.check_memory = false, .check_stability = false};

iteration::Job small_job() {
  return test::job_of("gpt4_h800", {"fleet.0.count=1920", "parallel.dp=16", "training.global_batch=480"});
}

// Seconds of one stave of the pacing rank.
double seconds_of(const iteration::IterationResult& result, Knob knob) {
  return result.pacing.staves[static_cast<std::size_t>(barrel::stave_of(knob))];
}

}  // namespace

TEST_CASE("a knob that is turned by one leaves the iteration as it is") {
  const iteration::Job job = small_job();
  const iteration::IterationResult before = iteration::simulate(job, kPlain);
  for (std::size_t knob = 0; knob < barrel::kKnobs; ++knob) {
    CAPTURE(barrel::kKnobNames[knob]);
    CHECK(iteration::simulate(barrel::turned(job, static_cast<Knob>(knob), 1), kPlain).seconds == before.seconds);
  }
}

TEST_CASE("a longer stave takes less of the iteration, and never makes it longer by more than a hair") {
  const iteration::Job job = small_job();
  const iteration::IterationResult before = iteration::simulate(job, kPlain);
  for (std::size_t i = 0; i < barrel::kKnobs; ++i) {
    const auto knob = static_cast<Knob>(i);
    if (seconds_of(before, knob) <= 0) continue;
    CAPTURE(barrel::kKnobNames[i]);
    const iteration::IterationResult after = iteration::simulate(barrel::turned(job, knob, 2), kPlain);
    CHECK(seconds_of(after, knob) < seconds_of(before, knob));
    CHECK(after.seconds.value() < 1.001 * before.seconds.value());
  }
}

TEST_CASE("the barrel's shares sum to the iteration, and its figures hang together") {
  const iteration::Job job = small_job();
  const iteration::IterationResult result = iteration::simulate(job, kPlain);
  const barrel::Barrel made = barrel::make_barrel(job, result);
  double shares = 0, last = 1;
  for (const barrel::StaveLength& stave : made.staves) {
    shares += stave.share;
    CHECK(stave.share <= last);
    last = stave.share;
    if (!stave.lengthened) continue;
    CAPTURE(barrel::kKnobNames[index(*stave.knob)]);
    const barrel::Lengthened& l = *stave.lengthened;
    CHECK(stave.elasticity < 0.001);
    CHECK(l.slope() < 0.001);
    CHECK(l.gain_tenth <= l.gain_doubled + 1e-3);
    CHECK(l.gain_doubled <= l.gain_unlimited + 1e-3);
    // A tenth more cannot bring more than the slope at the start, for times that are sums of a / knob + b.
    CHECK(l.gain_tenth < 0.1 * std::abs(l.slope()) + 0.003);
    if (l.knee > 0) {
      const double grown = iteration::simulate(barrel::turned(job, *stave.knob, l.knee), kPlain).seconds.value();
      CHECK_THAT(grown / result.seconds.value(), WithinAbs(1.01, 0.003));
    }
  }
  CHECK_THAT(shares, WithinRel(1.0, 1e-9));
}

TEST_CASE("elasticities are central differences of the iteration") {
  const iteration::Job job = small_job();
  const iteration::IterationResult result = iteration::simulate(job, kPlain);
  const barrel::Barrel made = barrel::make_barrel(job, result);
  const auto time = [&](double factor) {
    return iteration::simulate(barrel::turned(job, Knob::tensor_rate, factor), kPlain).seconds.value();
  };
  const double expected = (time(1.002) - time(0.998)) / (0.004 * result.seconds.value());
  const auto tensor = std::find_if(made.staves.begin(), made.staves.end(),
                                   [](const barrel::StaveLength& stave) { return stave.knob == Knob::tensor_rate; });
  CHECK_THAT(tensor->elasticity, WithinRel(expected, 0.02));
}

TEST_CASE("more of everything is the same as less work: all rates doubled halve what they rule") {
  iteration::Job job = small_job();
  const iteration::IterationResult before = iteration::simulate(job, kPlain);
  for (std::size_t knob = 0; knob < barrel::kKnobs; ++knob) job = barrel::turned(job, static_cast<Knob>(knob), 2);
  const double after = iteration::simulate(job, kPlain).seconds.value();
  CHECK(after < 0.53 * before.seconds.value());  // a few fixed times of small kernels stay
  CHECK(after > 0.49 * before.seconds.value());
}

TEST_CASE("the waterfall ends at the steps times the iteration") {
  const iteration::IterationResult result = iteration::simulate(small_job(), kPlain);
  const std::vector<barrel::Fall> falls = barrel::waterfall(result, 1000);
  double days = 0;
  for (const barrel::Fall& fall : falls) days += fall.days;
  CHECK_THAT(days, WithinRel(1000 * result.seconds.value() / 86400, 1e-12));
  // What is done twice (recompute: full) takes its share of the work at the peak.
  const double with_repeats = falls[0].days * (result.hardware_flops / result.model_flops);
  CHECK_THAT(falls[0].days + falls[1].days, WithinRel(with_repeats, 1e-12));
}
