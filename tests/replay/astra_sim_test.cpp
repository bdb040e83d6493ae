#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sim/config/scenario.hpp"
#include "sim/replay/export.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

namespace sim::replay {
namespace {

using chakra::Node;
using chakra::NodeType;
using chakra::Trace;

bool is_exchange(const Node& node) {
  return node.type == NodeType::send || node.type == NodeType::receive || node.type == NodeType::collective;
}

/// Issues nodes as astra-sim's Workload does at its strictest: of the nodes whose data_deps have ended the lowest id
/// first, one computation, one exchange and one copy of a rank at a time. A message is sent whether or not somebody
/// waits for it, the k-th collective of a group ends when all its members have issued their k-th. Knows no time.
class AstraSim {
 public:
  AstraSim(std::vector<Trace> traces, const chakra::Groups& groups) : traces_(std::move(traces)), groups_(groups) {
    for (const Trace& trace : traces_) {
      Rank& rank = ranks_.emplace_back();
      for (const Node& node : trace.nodes) rank.waiting.emplace(node.id, &node);
    }
  }

  /// Nodes that never end.
  std::size_t run() {
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      for (std::size_t rank = 0; rank < ranks_.size(); ++rank) goes_on = issue(rank) || goes_on;
      for (std::size_t rank = 0; rank < ranks_.size(); ++rank) goes_on = end(rank) || goes_on;
    }
    std::size_t left = 0;
    for (const Rank& rank : ranks_) left += rank.waiting.size() + rank.running.size();
    return left;
  }

 private:
  struct Rank {
    std::map<std::uint64_t, const Node*> waiting;
    std::vector<const Node*> running;
    std::set<std::uint64_t> ended;
    std::map<std::string, std::uint32_t> joined;  // collectives issued, by group
    std::map<std::uint64_t, std::uint32_t> turn;  // of a collective in its group
  };

  static int unit(const Node& node) { return is_exchange(node) ? 1 : node.type == NodeType::compute ? 0 : 2; }

  bool issue(std::size_t at) {
    constexpr std::size_t kWindow = 64;  // enough to look at: what comes later depends on what comes first
    Rank& rank = ranks_[at];
    bool issued = false;
    std::size_t seen = 0;
    for (auto next = rank.waiting.begin(); next != rank.waiting.end() && seen < kWindow; ++seen) {
      const Node& node = *next->second;
      const bool is_free = std::none_of(rank.running.begin(), rank.running.end(),
                                        [&](const Node* other) { return unit(*other) == unit(node); });
      const bool is_ready = std::all_of(node.data_deps.begin(), node.data_deps.end(),
                                        [&](std::uint64_t id) { return rank.ended.count(id) != 0; });
      if (!is_free || !is_ready) {
        ++next;
        continue;
      }
      if (node.type == NodeType::send) ++sent_[{traces_[at].rank, *node.target, *node.tag}];
      if (node.type == NodeType::collective) rank.turn[node.id] = ++rank.joined[node.group];
      rank.running.push_back(&node);
      next = rank.waiting.erase(next);
      issued = true;
    }
    return issued;
  }

  bool has_ended(std::size_t at, const Node& node) {
    if (node.type == NodeType::receive) return sent_[{*node.source, traces_[at].rank, *node.tag}] > 0;
    if (node.type != NodeType::collective) return true;
    const std::vector<std::uint32_t>& members = groups_.at(node.group);
    return std::all_of(members.begin(), members.end(), [&](std::uint32_t member) {
      return ranks_[member].joined[node.group] >= ranks_[at].turn.at(node.id);
    });
  }

  bool end(std::size_t at) {
    Rank& rank = ranks_[at];
    const auto first = std::partition(rank.running.begin(), rank.running.end(),
                                      [&](const Node* node) { return !has_ended(at, *node); });
    const bool any = first != rank.running.end();
    for (auto node = first; node != rank.running.end(); ++node) rank.ended.insert((*node)->id);
    rank.running.erase(first, rank.running.end());
    return any;
  }

  std::vector<Trace> traces_;
  const chakra::Groups& groups_;
  std::vector<Rank> ranks_;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, int> sent_;
};

std::size_t left_over(std::vector<std::string> overrides) {
  overrides.insert(overrides.begin(),
                   {"fleet.0.count=16", "fleet.0.topology=dgx_h100_rail_ndr400", "training.global_batch=16"});
  const iteration::Job job =
      config::make_job(config::load_scenario(sim::test::source_folder() + "/scenarios/quickstart.yaml", overrides));
  const TraceExport written(job);
  std::vector<Trace> traces;
  for (std::uint32_t rank = 0; rank < 16; ++rank) traces.push_back(written.trace_of(rank));
  std::vector<std::uint32_t> all;
  for (const Trace& trace : traces) all.push_back(trace.rank);
  const chakra::Groups groups = written.groups_of(all);
  return AstraSim(std::move(traces), groups).run();
}

TEST_CASE("astra-sim, which runs one exchange of a rank at a time, comes to the end of the traces") {
  CHECK(left_over({"parallel.tp=2", "parallel.dp=8"}) == 0);
  CHECK(left_over({"parallel.tp=2", "parallel.dp=2", "parallel.pp=4"}) == 0);
  CHECK(left_over({"parallel.tp=2", "parallel.dp=2", "parallel.pp=4", "parallel.schedule=interleaved", "parallel.vpp=2",
                   "parallel.overlap.pp=true"}) == 0);
  CHECK(left_over({"parallel.tp=1", "parallel.dp=16", "parallel.zero=3", "parallel.sequence_parallel=false"}) == 0);
  CHECK(left_over({"model=mixtral-8x7b", "parallel.tp=1", "parallel.sequence_parallel=false", "parallel.recompute=full",
                   "parallel.ep=8", "parallel.dp=8", "parallel.pp=2"}) == 0);
}

// What astra-sim insists on (Workload.cc): group names are whole numbers above 0, a sender is the rank itself, and no
// exchange is on the CPU.
TEST_CASE("names, ranks and tags are those that astra-sim takes") {
  const iteration::Job job = config::make_job(
      config::load_scenario(sim::test::source_folder() + "/scenarios/quickstart.yaml",
                            {"training.global_batch=16", "parallel.tp=2", "parallel.pp=2", "parallel.dp=2"}));
  const TraceExport written(job);
  for (const auto& [name, ranks] : written.groups_of({0, 1, 2, 3, 4, 5, 6, 7})) {
    CHECK(std::stoi(name) > 0);
    CHECK(std::is_sorted(ranks.begin(), ranks.end()));
  }
  for (const Node& node : written.trace_of(5).nodes) {
    CHECK_FALSE(node.is_on_cpu);
    CHECK(node.control_deps.empty());
    if (node.type == NodeType::send) CHECK(node.source == 5);
    if (node.type == NodeType::receive) CHECK(node.target == 5);
  }
}

}  // namespace
}  // namespace sim::replay
