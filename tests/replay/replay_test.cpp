#include "sim/replay/replay.hpp"

#include <string>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/config/scenario.hpp"
#include "sim/cost/collective_time.hpp"
#include "sim/iteration/geometry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

namespace sim::replay {
namespace {

using chakra::CollectiveType;
using chakra::Node;
using chakra::NodeType;
using chakra::Trace;

const iteration::FabricView& eight_h100() {
  static const iteration::Job job =
      config::make_job(config::load_scenario(sim::test::source_folder() + "/scenarios/quickstart.yaml"));
  static const iteration::FabricView view = iteration::build_fabric(job);
  return view;
}

Node work(std::uint64_t id, std::uint64_t us, std::vector<std::uint64_t> after = {}) {
  Node node;
  node.id = id;
  node.name = "work";
  node.duration_us = us;
  node.data_deps = std::move(after);
  return node;
}

Node reduce(std::uint64_t id, std::uint64_t bytes, std::vector<std::uint64_t> after = {}) {
  Node node = work(id, 0, std::move(after));
  node.type = NodeType::collective;
  node.name = "sum";
  node.collective = CollectiveType::all_reduce;
  node.bytes = bytes;
  return node;
}

Node message(std::uint64_t id, NodeType type, std::uint64_t peer, std::uint64_t tag,
             std::vector<std::uint64_t> after = {}) {
  Node node = work(id, 0, std::move(after));
  node.type = type;
  node.name = type == NodeType::send ? "send" : "receive";
  (type == NodeType::send ? node.target : node.source) = peer;
  node.tag = tag;
  node.bytes = 1'000'000;
  return node;
}

std::vector<Trace> traces_of(std::vector<std::vector<Node>> ranks) {
  std::vector<Trace> traces;
  for (std::uint32_t rank = 0; rank < ranks.size(); ++rank) {
    traces.push_back({rank, "t." + std::to_string(rank) + ".et", std::move(ranks[rank]), {}});
  }
  return traces;
}

Result run(std::vector<std::vector<Node>> ranks, const Options& options = {}) {
  return replay(eight_h100(), traces_of(std::move(ranks)), {}, options);
}

std::string refusal(std::vector<std::vector<Node>> ranks, const chakra::Groups& groups = {}) {
  try {
    (void)replay(eight_h100(), traces_of(std::move(ranks)), groups);
  } catch (const InputError& error) {
    return error.diagnostics().front().message;
  }
  return "";
}

// What a collective of the first `ranks` chips takes with nothing beside it.
double alone(cost::Collective collective, std::uint32_t ranks, double bytes) {
  std::vector<topology::ChipId> chips;
  for (std::uint32_t chip = 0; chip < ranks; ++chip) chips.push_back(chip);
  const iteration::Geometry geometry = iteration::geometry_of(eight_h100(), chips);
  return cost::collective_time(collective, geometry.shape, Bytes(bytes)).total().value();
}

TEST_CASE("nodes that compute on one chip run one after another") {
  // 30 + 20 us, in whatever order: one chip does one thing at a time.
  const Result result = run({{work(1, 30), work(2, 20)}});
  CHECK_THAT(result.seconds.value(), WithinAbs(50e-6, 1e-12));
  CHECK_THAT(result.ranks[0].compute, WithinAbs(50e-6, 1e-12));
  CHECK(result.ranks[0].others == 0);
}

TEST_CASE("a collective starts when its last member comes, and its time is that of sim/cost") {
  // Rank 0 comes after 10 us, rank 1 after 400: 390 us are the fault of rank 1.
  const double time = alone(cost::Collective::all_reduce, 2, 64e6);
  const Result result = run({{work(1, 10), reduce(2, 64'000'000, {1})}, {work(1, 400), reduce(2, 64'000'000, {1})}});
  CHECK_THAT(result.seconds.value(), WithinAbs(400e-6 + time, 2e-12));
  CHECK_THAT(result.ranks[0].scale_up, WithinAbs(time, 2e-12));
  CHECK_THAT(result.ranks[0].others, WithinAbs(390e-6, 2e-12));
  CHECK_THAT(result.ranks[1].scale_up, WithinAbs(time, 2e-12));
  CHECK(result.slowest == 1);
}

TEST_CASE("a collective on which nothing depends runs beside computation") {
  const double time = alone(cost::Collective::all_reduce, 2, 1e6);
  REQUIRE(time < 400e-6);
  const std::vector<Node> rank{work(1, 10), reduce(2, 1'000'000, {1}), work(3, 400, {1})};
  CHECK_THAT(run({rank, rank}).seconds.value(), WithinAbs(410e-6, 1e-12));
}

TEST_CASE("comm_size of an all-gather is a rank's own part") {
  Node gather = reduce(1, 8'000'000);
  gather.collective = CollectiveType::all_gather;
  const double time = alone(cost::Collective::all_gather, 4, 32e6);
  CHECK_THAT(run({{gather}, {gather}, {gather}, {gather}}).seconds.value(), WithinAbs(time, 2e-12));
}

TEST_CASE("messages find their receivers by source, target and tag, whatever the order") {
  // Rank 0 sends 5 and then 6; rank 1 wants 6 first, so that both of its nodes end with the second message.
  const double time = alone(cost::Collective::send, 2, 1e6);
  const Result result =
      run({{message(1, NodeType::send, 1, 5), message(2, NodeType::send, 1, 6)},
           {message(1, NodeType::receive, 0, 6), message(2, NodeType::receive, 0, 5, {1}), work(3, 100, {2})}});
  CHECK_THAT(result.seconds.value(), WithinAbs(2 * time + 100e-6, 4e-12));
}

TEST_CASE("durations of another chip are scaled, those of nodes with num_ops apart") {
  Node product = work(1, 100);
  product.operations = 1'000'000;
  const Result result = run({{product, work(2, 100)}}, {0.5, 2, 2e9});
  CHECK_THAT(result.seconds.value(), WithinAbs(250e-6, 1e-12));
}

TEST_CASE("traces that can never end name the nodes that never run") {
  Node first = work(1, 5, {2});
  CHECK_THAT(refusal({{first, work(2, 5, {1}), work(3, 5)}}),
             ContainsSubstring("2 nodes never run: their dependencies form a circle") &&
                 ContainsSubstring("rank 0, node 1 \"work\""));
  CHECK(refusal({{reduce(1, 8)}, {work(1, 5)}}) ==
        "rank 0, node 1 \"sum\" never runs: rank 1 takes no part in the group of all ranks");
  CHECK(refusal({{reduce(1, 8)}, {reduce(1, 8), reduce(2, 8)}}) ==
        "rank 1, node 2 \"sum\" never runs: rank 0 takes part in only 1 collectives of the group of all ranks");
  CHECK(refusal({{message(1, NodeType::send, 1, 5)}, {message(1, NodeType::receive, 0, 6)}}) ==
        "rank 1, node 1 \"receive\" never runs: nobody sends it");
  CHECK(refusal({{message(1, NodeType::send, 1, 5), message(2, NodeType::send, 1, 6)},
                 {message(1, NodeType::receive, 0, 6)}}) == "rank 0, node 1 \"send\": nobody receives it");
  CHECK(refusal({{message(1, NodeType::receive, 3, 6)}}) ==
        "rank 0, node 1 \"receive\" never runs: there is no trace of rank 3");
  CHECK(refusal({{message(1, NodeType::send, 3, 6)}}) == "rank 0, node 1 \"send\": there is no trace of rank 3");
}

TEST_CASE("ranks that wait for each other in a circle are named") {
  // Both receive before they send, and each receives what the other has not sent yet.
  const auto rank = [](std::uint64_t peer) {
    return std::vector<Node>{message(1, NodeType::receive, peer, 1), message(2, NodeType::send, peer, 1, {1})};
  };
  const std::string message_text = refusal({rank(1), rank(0)});
  CHECK_THAT(message_text, ContainsSubstring("ranks wait for each other in a circle"));
  CHECK_THAT(message_text, ContainsSubstring("rank 0, node 1 \"receive\""));
  CHECK_THAT(message_text, ContainsSubstring("rank 1, node 1 \"receive\""));
}

TEST_CASE("process groups that do not fit the traces are refused") {
  Node sum = reduce(1, 8);
  sum.group = "4";
  CHECK(refusal({{sum}}) == "rank 0, node 1 \"sum\": there is no process group 4");
  CHECK(refusal({{sum}}, {{"4", {1, 2}}}) == "rank 0, node 1 \"sum\": process group 4 does not have this rank");
  CHECK(refusal({{sum}}, {{"4", {0, 2}}}) ==
        "rank 0, node 1 \"sum\" never runs: process group 4 has rank 2, of which there is no trace");
  Node gather = reduce(1, 8);
  gather.collective = CollectiveType::all_gather;
  CHECK_THAT(refusal({{gather}, {reduce(1, 8)}}), ContainsSubstring("has another type than on rank 0, node 1"));
}

TEST_CASE("durations and sizes beyond all measure are refused, not run") {
  CHECK(refusal({{work(1, std::uint64_t{1} << 62U)}}) == "the traces may take longer than 46 days");
  CHECK(refusal({{reduce(1, std::uint64_t{1} << 62U)}, {reduce(1, std::uint64_t{1} << 62U)}}) ==
        "rank 0, node 1 \"sum\": exchanges more than 1 PB");
}

TEST_CASE("more ranks than chips are impossible") {
  CHECK_THROWS_AS(run(std::vector<std::vector<Node>>(9, {work(1, 1)})), InputError);
}

}  // namespace
}  // namespace sim::replay
