#include <cmath>
#include <string>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/config/scenario.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/replay/export.hpp"
#include "sim/replay/replay.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

namespace sim::replay {
namespace {

struct Case {
  iteration::Job job;
  double simulated = 0;  ///< s, of `simulate run`
  Result replayed;       ///< of its exported traces, read back
};

Case round_trip(const std::vector<std::string>& overrides) {
  Case both;
  both.job =
      config::make_job(config::load_scenario(sim::test::source_folder() + "/scenarios/quickstart.yaml", overrides));
  iteration::Options options;
  options.check_stability = false;
  both.simulated = iteration::simulate(both.job, options).seconds.value();
  const std::vector<std::uint32_t> ranks = ranks_to_write(both.job, {});
  const TraceExport written(both.job);
  std::vector<chakra::Trace> traces;
  for (const std::uint32_t rank : ranks) {
    traces.push_back(chakra::decode(chakra::encode(written.trace_of(rank)), rank, "t.et"));
  }
  both.replayed = replay(iteration::build_fabric(both.job), traces, written.groups_of(ranks));
  return both;
}

// Rounding carries at most half a microsecond to each wait: a few thousand waits of an iteration of a second, of which
// most even out.
constexpr double kTolerance = 1e-5;

const std::vector<std::string> kSixteen{"fleet.0.count=16", "fleet.0.topology=dgx_h100_rail_ndr400",
                                        "training.global_batch=32"};

std::vector<std::string> on_sixteen(std::vector<std::string> more) {
  more.insert(more.begin(), kSixteen.begin(), kSixteen.end());
  return more;
}

void check_agreement(const std::vector<std::string>& overrides) {
  const Case both = round_trip(overrides);
  CAPTURE(overrides.back(), both.simulated, both.replayed.seconds.value());
  CHECK(std::abs(both.replayed.seconds.value() / both.simulated - 1) < kTolerance);
  CHECK(both.replayed.warnings.empty());
  for (const RankShare& share : both.replayed.ranks) {
    const double sum = share.compute + share.scale_up + share.scale_out + share.host + share.others;
    CHECK_THAT(sum, WithinRel(both.replayed.seconds.value(), 1e-9));
  }
}

TEST_CASE("traces of tensor and data parallel ranks take as long as the job that they are from") {
  check_agreement({"training.global_batch=16"});
}

TEST_CASE("traces of a pipeline over two nodes take as long as the job that they are from") {
  check_agreement(on_sixteen({"parallel.tp=2", "parallel.dp=4", "parallel.pp=2"}));
  check_agreement(on_sixteen({"parallel.tp=2", "parallel.dp=2", "parallel.pp=4", "parallel.schedule=interleaved",
                              "parallel.vpp=2", "parallel.overlap.pp=true"}));
}

TEST_CASE("traces of experts take as long as the job that they are from") {
  check_agreement(on_sixteen({"model=mixtral-8x7b", "parallel.tp=1", "parallel.sequence_parallel=false",
                              "parallel.recompute=full", "parallel.ep=8", "parallel.dp=8", "parallel.pp=2"}));
}

// Exchanges beside work take cores from it, which the traces say of themselves.
TEST_CASE("traces of overlapped exchanges, sharded states and host copies take as long as their job") {
  check_agreement(
      on_sixteen({"parallel.tp=1", "parallel.sequence_parallel=false", "parallel.dp=16", "parallel.zero=3"}));
  check_agreement(on_sixteen({"parallel.tp=2", "parallel.dp=4", "parallel.cp=2"}));
  check_agreement(on_sixteen({"parallel.tp=2", "parallel.dp=8", "parallel.offload.optimizer=true"}));
}

// 0.8 of a chip's rate makes its work 1.25 times as long, in the trace as in the job.
TEST_CASE("traces of a slow chip have its durations") {
  check_agreement(on_sixteen({"parallel.tp=2", "parallel.dp=8", "degrade=[{chip: 3, factor: 0.8}]"}));
}

TEST_CASE("nodes come after those that they depend on, and the two ends of a message agree") {
  const iteration::Job job =
      config::make_job(config::load_scenario(sim::test::source_folder() + "/scenarios/quickstart.yaml",
                                             on_sixteen({"parallel.tp=2", "parallel.dp=4", "parallel.pp=2"})));
  const TraceExport written(job);
  const chakra::Trace sender = written.trace_of(0), receiver = written.trace_of(8);
  for (const chakra::Trace* trace : {&sender, &receiver}) {
    for (const chakra::Node& node : trace->nodes) {
      for (const std::uint64_t id : node.data_deps) CHECK(id < node.id);
    }
  }
  const auto of_type = [](const chakra::Trace& trace, chakra::NodeType type) {
    std::vector<chakra::Node> nodes;
    for (const chakra::Node& node : trace.nodes) {
      if (node.type == type) nodes.push_back(node);
    }
    return nodes;
  };
  const auto sent = of_type(sender, chakra::NodeType::send), received = of_type(receiver, chakra::NodeType::receive);
  // 32 sequences over 4 replicas, one a micro-batch: 8 messages.
  REQUIRE(sent.size() == 8);
  REQUIRE(received.size() == 8);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CHECK(sent[i].target == 8);
    CHECK(received[i].source == 0);
    CHECK(sent[i].tag == received[i].tag);
    CHECK(sent[i].bytes == received[i].bytes);
  }
}

TEST_CASE("a few ranks are written like all, and their groups keep their names") {
  const iteration::Job job = config::make_job(
      config::load_scenario(sim::test::source_folder() + "/scenarios/quickstart.yaml", {"training.global_batch=16"}));
  const TraceExport written(job);
  const chakra::Groups all = written.groups_of(ranks_to_write(job, {})), few = written.groups_of({6, 7});
  CHECK(few.size() < all.size());
  for (const auto& [name, ranks] : few) CHECK(all.at(name) == ranks);
  CHECK(ranks_to_write(job, {3, 1, 3}) == std::vector<std::uint32_t>{1, 3});
  CHECK_THROWS_AS(ranks_to_write(job, {8}), InputError);
}

}  // namespace
}  // namespace sim::replay
