#include <algorithm>
#include <vector>

#include "sim/cost/collective_time.hpp"
#include "tests/cost/constants.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using cost::Collective;
using cost::expected_parts;
using cost::GroupShape;
using cost::TokenSpread;

namespace {

constexpr double kOfLinks = 0.985, kOfNics = 0.90;  // rates of all-to-alls, docs/model.md

// 256 experts, top-8, as DeepSeek-V3 has them, without its groups.
constexpr TokenSpread kEven{256, 8, 1, 1};
constexpr TokenSpread kLimited{256, 8, 8, 4};

GroupShape nodes_of_8(int nodes, TokenSpread tokens, double links = 18, int nics = 8) {
  GroupShape shape;
  shape.ranks = 8 * nodes;
  shape.nodes = nodes;
  shape.ranks_per_node = 8;
  shape.nics_per_node = nics;
  shape.nic_rate = gigabytes_per_second(50);
  shape.links = links;
  shape.link = &test::nvlink4();
  shape.network = &test::infiniband();
  shape.tokens = tokens;
  return shape;
}

cost::CollectiveTime timed(Collective collective, const GroupShape& shape, double bytes) {
  return collective_time(collective, shape, Bytes(bytes));
}

// Mean number of parts over all ways to pick 2 of `groups` groups and 3 of their experts, by counting.
double counted_parts(int experts, int groups, int parts) {
  const int group = experts / groups, part = experts / parts;
  double ways = 0, sum = 0;
  for (int g = 0; g < groups; ++g) {
    for (int h = g + 1; h < groups; ++h) {
      std::vector<int> pool;
      for (int e = 0; e < experts; ++e) {
        if (e / group == g || e / group == h) pool.push_back(e);
      }
      for (std::size_t a = 0; a < pool.size(); ++a) {
        for (std::size_t b = a + 1; b < pool.size(); ++b) {
          for (std::size_t c = b + 1; c < pool.size(); ++c) {
            std::vector<int> met{pool[a] / part, pool[b] / part, pool[c] / part};
            std::sort(met.begin(), met.end());
            sum += static_cast<double>(std::unique(met.begin(), met.end()) - met.begin());
            ++ways;
          }
        }
      }
    }
  }
  return sum / ways;
}

}  // namespace

TEST_CASE("Tokens meet as many parts of the experts as the hypergeometric distribution says") {
  // Two of four experts in two halves: 2 of the 6 pairs lie in one half, 4 in both.
  CHECK_THAT(expected_parts(TokenSpread{4, 2, 1, 1}, 2), WithinRel(10.0 / 6, 1e-12));
  CHECK_THAT(expected_parts(TokenSpread{4, 2, 1, 1}, 4), WithinRel(2, 1e-12));
  CHECK_THAT(expected_parts(TokenSpread{4, 2, 1, 1}, 1), WithinRel(1, 1e-12));
  // One expert each is one part each, whatever the parts.
  CHECK_THAT(expected_parts(TokenSpread{64, 1, 1, 1}, 16), WithinRel(1, 1e-12));
  // 4 (1 - C(192, 8) / C(256, 8)): 192/256 x 191/255 x ... x 185/249 = 0.09645.
  CHECK_THAT(expected_parts(kEven, 4), WithinRel(4 * (1 - 0.09645), 1e-4));
}

TEST_CASE("Tokens limited to groups meet what counting all choices gives") {
  const int parts = GENERATE(1, 2, 4, 8, 16);  // parts of two groups, of one, and of halves and quarters of one
  CAPTURE(parts);
  CHECK_THAT(expected_parts(TokenSpread{16, 3, 4, 2}, parts), WithinRel(counted_parts(16, 4, parts), 1e-9));
}

TEST_CASE("A limit to groups bounds the nodes that a token goes to") {
  for (const int nodes : {8, 16, 32}) {
    CHECK(expected_parts(kLimited, nodes) < expected_parts(kEven, nodes));
    CHECK(expected_parts(kLimited, nodes) <= 4 * std::max(1, nodes / 8));
  }
  CHECK(expected_parts(kLimited, 8) <= 4);
}

TEST_CASE("A deduplicated exchange loads NICs with one copy a remote node and ports with one a chip") {
  // Of the copies (N-1)/N go to other nodes, over k = q NICs; of a node's chips one in k needs no further hop.
  const int nodes = GENERATE(2, 4, 8);
  const GroupShape shape = nodes_of_8(nodes, kEven);
  const cost::CollectiveTime time = timed(Collective::deduplicated_all_to_all, shape, 1e8);
  const double to_nodes = expected_parts(kEven, nodes) / 8, to_chips = expected_parts(kEven, 8 * nodes) / 8;
  CHECK_THAT(time.nic_usage * kOfNics, WithinRel(to_nodes * (nodes - 1) / nodes, 1e-12));
  CHECK_THAT(time.trunk_usage, WithinRel(time.nic_usage, 1e-12));
  CHECK_THAT(time.scale_up_usage * kOfLinks, WithinRel(to_chips * 7 / 8, 1e-12));
}

TEST_CASE("A hierarchical exchange moves all inside the node once, then to the same rail of other nodes") {
  // (k-1)/k S on ports and (N-1)/N S k/q on NICs: the bytes of NCCL's own all-to-all, whose messages change rails
  // inside the node too, but one message a node instead of one a rank.
  const int nodes = GENERATE(2, 4, 16);
  const int nics = GENERATE(8, 4);
  const GroupShape shape = nodes_of_8(nodes, kEven, 18, nics);
  const cost::CollectiveTime rails = timed(Collective::rail_all_to_all, shape, 1e8);
  const cost::CollectiveTime direct = timed(Collective::all_to_all, shape, 1e8);
  CHECK_THAT(rails.scale_up_usage * kOfLinks, WithinRel(7.0 / 8, 1e-12));
  CHECK_THAT(rails.nic_usage * kOfNics, WithinRel((nodes - 1.0) / nodes * 8 / nics, 1e-12));
  CHECK_THAT(rails.nic_usage, WithinRel(direct.nic_usage, 1e-12));
  CHECK_THAT(rails.scale_up_usage, WithinRel(direct.scale_up_usage, 1e-12));
}

TEST_CASE("Small messages to many ranks gain from the hierarchy, large ones lose by its two phases") {
  const GroupShape shape = nodes_of_8(64, kEven);
  const auto total = [&](Collective collective, double bytes) { return timed(collective, shape, bytes).total(); };
  CHECK(total(Collective::rail_all_to_all, 1e5) < total(Collective::all_to_all, 1e5));
  CHECK(total(Collective::rail_all_to_all, 4e9) > total(Collective::all_to_all, 4e9));
}

TEST_CASE("Deduplicated bytes never exceed direct ones, and are the same where a token has one copy anyway") {
  for (const int nodes : {1, 2, 8, 32}) {
    CAPTURE(nodes);
    const cost::CollectiveTime direct = timed(Collective::all_to_all, nodes_of_8(nodes, kEven), 1e8);
    for (const TokenSpread& tokens : {kEven, kLimited, TokenSpread{256, 2, 1, 1}}) {
      const cost::CollectiveTime once = timed(Collective::deduplicated_all_to_all, nodes_of_8(nodes, tokens), 1e8);
      CHECK(once.nic_usage <= direct.nic_usage);
      CHECK(once.scale_up_usage <= direct.scale_up_usage * (1 + 1e-12));
    }
    const cost::CollectiveTime top_1 =
        timed(Collective::deduplicated_all_to_all, nodes_of_8(nodes, {256, 1, 1, 1}), 1e8);
    CHECK_THAT(top_1.nic_usage, WithinAbs(direct.nic_usage, 1e-12));
    CHECK_THAT(top_1.scale_up_usage, WithinRel(direct.scale_up_usage, 1e-12));
  }
}

TEST_CASE("Inside one node no NIC is used, and experts one to a chip leave nothing to deduplicate") {
  const GroupShape shape = nodes_of_8(1, {8, 4, 1, 1});
  const cost::CollectiveTime direct = timed(Collective::all_to_all, shape, 1e8);
  for (const Collective kind : {Collective::rail_all_to_all, Collective::deduplicated_all_to_all}) {
    CHECK(timed(kind, shape, 1e8).nic_usage == 0);
    CHECK_THAT(timed(kind, shape, 1e8).total().value(), WithinRel(direct.total().value(), 1e-12));
  }
}

TEST_CASE("No exchange of experts is faster than its bytes over the slowest link") {
  for (const int nodes : {1, 2, 4, 16, 128}) {
    for (const TokenSpread& tokens : {kEven, kLimited, TokenSpread{1024, 1, 1, 1}}) {
      if (tokens.experts < 8 * nodes) continue;
      for (const double bytes : {1e3, 1e6, 1e9}) {
        const GroupShape shape = nodes_of_8(nodes, tokens);
        for (const Collective kind : {Collective::rail_all_to_all, Collective::deduplicated_all_to_all}) {
          CHECK(timed(kind, shape, bytes).total() >= lower_bound(kind, shape, Bytes(bytes)));
        }
      }
    }
  }
}

// README of github.com/deepseek-ai/DeepEP (mid-2025): H800, 400 Gb/s a chip, 4,096 tokens of 7,168 values, top-8 of
// 256, fp8 dispatch with scales and bf16 combine. "Bottleneck bandwidth" in its tests is bytes of copies, those for the
// own chip or node included, over the time: copies for chips in one node, for nodes across. Groups are limited to 4 of
// 8 nodes in the last row only: with fewer nodes its test picks all of them. Not used for any constant.
TEST_CASE("DeepEP on H800 comes out within 20 % of its published bandwidth, but for two nodes") {
  struct Row {
    int nodes;
    TokenSpread tokens;
    double dispatch, combine;  // GB/s
    double error;
  };
  // At 2 nodes the ports bind here (5.7 copies of each token over 165 GB/s); theirs also forward what arrives.
  const auto row = GENERATE(Row{1, kEven, 153, 158, 0.20}, Row{2, kEven, 43, 43, 0.30}, Row{4, kEven, 58, 57, 0.20},
                            Row{8, kLimited, 51, 50, 0.20});
  CAPTURE(row.nodes);
  const GroupShape shape = nodes_of_8(row.nodes, row.tokens, 8);
  const double counted = expected_parts(row.tokens, row.nodes == 1 ? 8 : row.nodes);
  const auto bandwidth = [&](double value_bytes) {
    const double copy = 4096.0 * 7168 * value_bytes;
    return counted * copy / timed(Collective::deduplicated_all_to_all, shape, 8 * copy).total().value() / 1e9;
  };
  CHECK_THAT(bandwidth(1 + 4.0 / 128), WithinRel(row.dispatch, row.error));
  CHECK_THAT(bandwidth(2), WithinRel(row.combine, row.error));
}
