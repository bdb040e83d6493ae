#include <algorithm>
#include <string>

#include "sim/iteration/ledger.hpp"
#include "sim/iteration/prepare.hpp"
#include "sim/iteration/record_timeline.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using engine::SimTime;
using iteration::Ledger;
using iteration::Span;
using iteration::SpanKind;
using iteration::Stave;
using iteration::Timeline;

namespace {

constexpr iteration::Options kBare{.check_memory = false, .check_stability = false};

// Eight chips of the quickstart, 8 micro-batches a replica.
iteration::Job eight_chips(const std::string& parallel, const std::vector<std::string>& more = {}) {
  std::vector<std::string> overrides{"parallel={micro_batch: 1, sequence_parallel: true, " + parallel + "}",
                                     "training.global_batch=16"};
  overrides.insert(overrides.end(), more.begin(), more.end());
  return test::job_of("quickstart", overrides);
}

// One of each mechanism that writes its own instructions, with pipelines that carry their skew on, slow chips that
// divide the cells, and exchanges that share links.
std::vector<iteration::Job> some_jobs() {
  return {eight_chips("tp: 2, pp: 2, vpp: 2, dp: 2, schedule: interleaved, overlap: {pp: true}"),
          eight_chips("tp: 2, pp: 2, dp: 2, zero: 1, recompute: full, overlap: {dp_gradients: true}"),
          eight_chips("tp: 2, pp: 2, dp: 2, schedule: zb_h1, overlap: {pp: true}"),
          eight_chips("tp: 1, pp: 4, dp: 2, schedule: zb_h2, zero: 1, overlap: {dp_parameters: true}"),
          eight_chips("tp: 2, pp: 2, dp: 2, schedule: dualpipe"),
          eight_chips("tp: 2, dp: 4, zero: 3"),
          eight_chips("tp: 2, cp: 2, dp: 2, zero: 2, overlap: {tp: true}"),
          eight_chips("tp: 1, dp: 8, zero: 1, overlap: {dp_gradients: true}"),
          eight_chips("tp: 2, pp: 2, dp: 2, offload: {optimizer: true, activations: true}"),
          test::job_of("gpt4_h100", {"model=mixtral-8x7b", "fleet.0.count=16", "training.sequence_length=4096",
                                     "training.global_batch=64",
                                     "parallel={tp: 1, pp: 2, ep: 8, etp: 1, zero: 1, rank_order: [pp, tp, cp, dp], "
                                     "schedule: dualpipe, overlap: {ep: true, pp: true}}"}),
          eight_chips("tp: 2, pp: 2, dp: 2", {"degrade=[{chip: 5, factor: 0.8}, {link: scale_up 2, factor: 0.5}]"})};
}

Timeline recorded(const iteration::Job& job) {
  return iteration::record_timeline(job, iteration::simulate(job, kBare), {.most_spans = 10000000});
}

double seconds_of(const std::vector<Span>& spans, SpanKind kind) {
  double sum = 0;
  for (const Span& span : spans) sum += span.kind == kind ? (span.end - span.begin).seconds().value() : 0;
  return sum;
}

const std::vector<Span>& compute(const iteration::TimelineCell& cell) {
  return cell.streams.front().spans;
}

}  // namespace

TEST_CASE("a timeline ends when the answer says") {
  for (const iteration::Job& job : some_jobs()) {
    const auto result = iteration::simulate(job, kBare);
    const Timeline timeline = iteration::record_timeline(job, result);
    CAPTURE(static_cast<int>(job.strategy.schedule), job.strategy.zero);
    CHECK(timeline.period.seconds().value() == result.seconds.value());
    SimTime last;
    for (const iteration::TimelineCell& cell : timeline.cells) {
      CHECK(compute(cell).front().begin == cell.begin);
      SimTime end;
      for (const Span& span : compute(cell)) end = std::max(end, span.end);
      CHECK(end == cell.begin + timeline.period);
      last = std::max(last, end);
    }
    if (!job.strategy.carries_skew()) CHECK(last.seconds().value() == result.seconds.value());
  }
}

TEST_CASE("the parts and waits of a cell fill its iteration without gaps") {
  for (const iteration::Job& job : some_jobs()) {
    const Timeline timeline = recorded(job);
    for (const iteration::TimelineCell& cell : timeline.cells) {
      SimTime now = cell.begin;
      for (const Span& span : compute(cell)) {
        if (span.depth != 0) continue;
        CHECK(span.begin == now);
        now = span.end;
      }
      CHECK(now == cell.begin + timeline.period);
    }
  }
}

TEST_CASE("spans of one stream nest or do not overlap, and none is empty") {
  for (const iteration::Job& job : some_jobs()) {
    const Timeline timeline = recorded(job);
    for (const iteration::TimelineCell& cell : timeline.cells) {
      for (const iteration::Stream& stream : cell.streams) {
        std::vector<SimTime> open;  // ends of the spans that hold the present one
        bool nests = true;
        for (const Span& span : stream.spans) {
          while (!open.empty() && open.back() <= span.begin) open.pop_back();
          nests = nests && span.begin < span.end && open.size() == span.depth;
          nests = nests && (open.empty() || span.end <= open.back());
          open.push_back(span.end);
        }
        CAPTURE(stream.name, cell.stage);
        CHECK(nests);
      }
    }
  }
}

// The ledger books the merged run stave by stave; the timeline shows the unmerged one span by span.
TEST_CASE("the spans of a cell add up to what the ledger books") {
  for (const iteration::Job& job : some_jobs()) {
    const Timeline timeline = recorded(job);
    const iteration::FabricView view = iteration::build_fabric(job);
    const iteration::Bound bound =
        iteration::bind(view, job.strategy, program::build_programs(iteration::make_plan(job, view)));
    const iteration::Prepared prepared = iteration::prepare(bound.system, true);
    Ledger ledger(prepared.system, bound.labels);
    engine::Run<Ledger>(prepared.system, ledger).run();
    CHECK(timeline.cells.size() == prepared.system.actors());
    for (const iteration::TimelineCell& cell : timeline.cells) {
      const std::uint32_t actor = prepared.actor_of_rank[cell.ranks.front()];
      const auto booked = [&](Stave stave) { return ledger.seconds(actor)[iteration::index(stave)]; };
      const auto shown = [&](SpanKind kind) { return seconds_of(compute(cell), kind); };
      double work = 0;
      for (const SpanKind kind : {SpanKind::tensor_compute, SpanKind::hbm_bandwidth, SpanKind::launch, SpanKind::skew})
        work += shown(kind);
      CAPTURE(static_cast<int>(job.strategy.schedule), job.strategy.zero, cell.stage);
      CHECK_THAT(work, WithinRel(ledger.busy(actor) + booked(Stave::imbalance), 1e-9));
      CHECK_THAT(shown(SpanKind::latency), WithinAbs(booked(Stave::latency), 1e-9));
      CHECK_THAT(shown(SpanKind::scale_up), WithinAbs(booked(Stave::scale_up), 1e-9));
      CHECK_THAT(shown(SpanKind::scale_out), WithinAbs(booked(Stave::scale_out), 1e-9));
      CHECK_THAT(shown(SpanKind::host_link), WithinAbs(booked(Stave::host_link), 1e-9));
      const double rest = timeline.period.seconds().value() - work - booked(Stave::latency) - booked(Stave::scale_up) -
                          booked(Stave::scale_out) - booked(Stave::host_link);
      CHECK_THAT(shown(SpanKind::bubble), WithinAbs(rest, 1e-9));
    }
  }
}

// Two stages with two chunks: all 8 micro-batches cross between them forward after chunks 0.0, 1.0 and 0.1, and
// backward on the way back: 6 messages for each micro-batch.
TEST_CASE("every message of the pipeline leads from its transfer to a pass of the same micro-batch") {
  const iteration::Job job = eight_chips("tp: 2, pp: 2, vpp: 2, dp: 2, schedule: interleaved, overlap: {pp: true}");
  const Timeline timeline = recorded(job);
  CHECK(timeline.flows.size() == 6 * 8);
  const auto span_at = [&](const iteration::SpanPlace& place) {
    return timeline.cells.at(place.cell).streams.at(place.stream).spans.at(place.span);
  };
  for (const iteration::Flow& flow : timeline.flows) {
    const Span from = span_at(flow.from), to = span_at(flow.to);
    const std::string sent = timeline.names[from.name], pass = timeline.names[to.name];
    CAPTURE(sent, pass);
    CHECK(from.end <= to.begin);
    CHECK(to.kind == SpanKind::pass);
    CHECK(timeline.cells[flow.from.cell].stage != timeline.cells[flow.to.cell].stage);
    CHECK(sent.substr(sent.find("micro-batch")) == pass.substr(pass.find("micro-batch")));
    CHECK(sent.substr(0, 9) == "send " + pass.substr(0, 4));
  }
}

TEST_CASE("a stage shows every pass of every micro-batch once, in the order of its schedule") {
  const iteration::Job job = eight_chips("tp: 2, pp: 2, dp: 2");
  const Timeline timeline = recorded(job);
  const parallel::Schedule schedule = iteration::job_schedule(job);
  for (const iteration::TimelineCell& cell : timeline.cells) {
    std::vector<std::string> shown, expected;
    for (const Span& span : compute(cell)) {
      if (span.kind == SpanKind::pass) shown.push_back(timeline.names[span.name]);
    }
    for (const parallel::Task& task : schedule.stages[static_cast<std::size_t>(cell.stage)]) {
      const char* const pass = task.pass == parallel::Pass::forward ? "forward" : "backward";
      expected.push_back(pass + (" micro-batch " + std::to_string(task.micro_batch)));
    }
    CHECK(shown == expected);
  }
}

TEST_CASE("without folding every rank has a cell of its own, with the times of the folded one") {
  const iteration::Job job = eight_chips("tp: 2, pp: 2, dp: 2");
  const auto result = iteration::simulate(job, kBare);
  const Timeline folded = iteration::record_timeline(job, result);
  const Timeline whole = iteration::record_timeline(job, result, {.fold = false});
  REQUIRE(folded.cells.size() == 2);
  REQUIRE(whole.cells.size() == 8);
  for (const iteration::TimelineCell& cell : whole.cells) {
    const auto& alike = compute(folded.cells[static_cast<std::size_t>(cell.stage)]);
    const bool is_equal = std::equal(compute(cell).begin(), compute(cell).end(), alike.begin(), alike.end(),
                                     [](const Span& a, const Span& b) { return a.begin == b.begin && a.end == b.end; });
    CHECK(is_equal);
  }
}

TEST_CASE("a timeline that would be large gives up detail first, then cells, and says so") {
  const iteration::Job job = eight_chips("tp: 2, pp: 2, dp: 2", {"degrade=[{chip: 5, factor: 0.8}]"});
  const auto result = iteration::simulate(job, kBare);
  const auto with = [&](std::size_t most) { return iteration::record_timeline(job, result, {.most_spans = most}); };
  const auto spans = [](const Timeline& timeline) {
    std::size_t sum = timeline.flows.size();
    for (const auto& cell : timeline.cells) {
      for (const auto& stream : cell.streams) sum += stream.spans.size();
    }
    return sum;
  };
  const Timeline kernels = with(1000000), layers = with(10000), passes = with(1500), cut = with(400);
  CHECK(kernels.detail == iteration::Detail::kernels);
  CHECK(layers.detail == iteration::Detail::layers);
  CHECK(passes.detail == iteration::Detail::passes);
  CHECK(passes.cells.size() == kernels.cells.size());
  CHECK(cut.detail == iteration::Detail::passes);
  CHECK(cut.cells.size() + cut.cells_left_out == kernels.cells.size());
  CHECK(cut.cells_left_out > 0);
  CHECK(spans(layers) <= 10000);
  CHECK(spans(passes) <= 1500);
  CHECK(spans(cut) <= 400);
  CHECK(kernels.period == cut.period);
}

TEST_CASE("only the cells of the ranks that are asked for are shown, each once") {
  const iteration::Job job = eight_chips("tp: 2, pp: 2, dp: 2");
  const auto result = iteration::simulate(job, kBare);
  const Timeline timeline = iteration::record_timeline(job, result, {.ranks = {6, 4}});
  REQUIRE(timeline.cells.size() == 1);
  CHECK(timeline.cells[0].stage == 1);
  CHECK(timeline.cells[0].ranks == std::vector<std::uint32_t>{4, 5, 6, 7});
  CHECK(timeline.flows.empty());  // its messages go to a stage that is not shown
  CHECK_THROWS_WITH(iteration::record_timeline(job, result, {.ranks = {8}}), ContainsSubstring("there is no rank 8"));
}

// One node without tensor parallelism, and nothing overlaps: a port carries a load only while its chip waits for an
// exchange that is past its latency, and then it is full. So its mean is the sum of these times over the iteration.
TEST_CASE("the load of a port is full while an exchange transfers, and nothing else") {
  const iteration::Job job = eight_chips("dp: 8");
  const Timeline timeline = recorded(job);
  REQUIRE(!timeline.loads.empty());
  const iteration::LinkLoad& load = timeline.loads.front();
  CHECK(load.tier == topology::LinkTier::scale_up);
  CHECK(load.mean > 0);
  double transfers = 0;
  for (const SpanKind kind : {SpanKind::scale_up, SpanKind::scale_out}) {
    transfers += seconds_of(compute(timeline.cells.front()), kind);
  }
  CHECK_THAT(load.mean, WithinRel(transfers / timeline.period.seconds().value(), 1e-9));
  for (const iteration::LinkLoad::Point& point : load.points) CHECK((point.share >= 0 && point.share <= 1 + 1e-9));
  CHECK(load.points.front().at == SimTime());
  CHECK(load.points.back().at == timeline.period);
}

// Oversubscription so strong that equal replicas are unstable: the answer is the run of unequal ones, and so is the
// timeline. Whatever shares a link, it never carries more than it can, and the starved one is full at times.
TEST_CASE("where replicas drift apart the timeline is that of the answer, and no link is overfull") {
  iteration::Job job = test::job_of("gpt4_h100", {"model=llama2-7b", "fleet.0.count=320",
                                                  "training.sequence_length=4096", "training.global_batch=640",
                                                  "parallel={tp: 2, pp: 4, dp: 40, zero: 1, "
                                                  "overlap: {pp: true, dp_gradients: true}}"});
  job.fabric.oversubscription = 32;
  job.fabric.nodes_per_pod = 8;
  const auto result = iteration::simulate(job, {.check_memory = false});
  REQUIRE(result.simulation.spread.has_value());
  const Timeline timeline = iteration::record_timeline(job, result);
  CHECK(timeline.period.seconds().value() == result.seconds.value());
  bool has_full_uplink = false;
  for (const iteration::LinkLoad& load : timeline.loads) {
    double most = 0;
    for (const iteration::LinkLoad::Point& point : load.points) most = std::max(most, point.share);
    CAPTURE(load.name);
    CHECK(most <= 1 + 1e-9);
    CHECK(load.mean > 0);
    has_full_uplink = has_full_uplink || (load.tier == topology::LinkTier::leaf_uplink && most >= 1 - 1e-9);
  }
  CHECK(has_full_uplink);
}
