#include <benchmark/benchmark.h>

#include "sim/base/rng.hpp"
#include "sim/flow/max_min.hpp"

namespace sim::bench {
namespace {

constexpr std::int64_t kLink = 1 << 20;
constexpr std::uint32_t kHostsPerLeaf = 32, kSpines = 32;

/// A two-level fat tree with one flow a host and destinations and spines drawn at random, so that there are about as
/// many bottlenecks of different levels as hosts have collisions.
struct FatTree {
  std::vector<std::int64_t> capacity;
  flow::Rows rows;

  explicit FatTree(std::uint32_t hosts) {
    const std::uint32_t leaves = (hosts + kHostsPerLeaf - 1) / kHostsPerLeaf;
    const std::uint32_t down = hosts, leaf_up = 2 * hosts, leaf_down = leaf_up + leaves * kSpines;
    capacity.assign(leaf_down + leaves * kSpines, kLink);
    const RandomStream targets(7, 1), spines(7, 2);
    for (std::uint32_t host = 0; host < hosts; ++host) {
      const auto target = static_cast<std::uint32_t>(targets.bits(host) % hosts);
      const auto spine = static_cast<std::uint32_t>(spines.bits(host) % kSpines);
      const std::uint32_t from = host / kHostsPerLeaf, to = target / kHostsPerLeaf;
      rows.add(host, kLink);
      if (from != to) {
        rows.add(leaf_up + from * kSpines + spine, kLink);
        rows.add(leaf_down + to * kSpines + spine, kLink);
      }
      rows.add(down + target, kLink);
      rows.close_row();
    }
  }
};

void count_flows(benchmark::State& state, std::int64_t solved) {
  state.counters["flows_per_second"] = benchmark::Counter(static_cast<double>(solved), benchmark::Counter::kIsRate);
}

void full_solve(benchmark::State& state) {
  const FatTree tree(static_cast<std::uint32_t>(state.range(0)));
  flow::MaxMin sharing(tree.capacity, tree.rows, 1.0);
  for ([[maybe_unused]] const auto turn : state) {
    for (std::uint32_t row = 0; row < tree.rows.count(); ++row) sharing.start(row);
    sharing.resolve();
    benchmark::DoNotOptimize(sharing.changed().data());
    for (std::uint32_t row = 0; row < tree.rows.count(); ++row) sharing.finish(row);
  }
  count_flows(state, state.iterations() * state.range(0));
}

// One flow ends and one starts at the same instant: what an event of the engine asks for.
void one_ends_one_starts(benchmark::State& state) {
  const FatTree tree(static_cast<std::uint32_t>(state.range(0)));
  const std::uint32_t flows = tree.rows.count();
  flow::MaxMin sharing(tree.capacity, tree.rows, 1.0);
  for (std::uint32_t row = 1; row < flows; ++row) sharing.start(row);
  sharing.resolve();
  std::uint32_t absent = 0;
  for ([[maybe_unused]] const auto turn : state) {
    const std::uint32_t leaving = (absent + 1) % flows;
    sharing.finish(leaving);
    sharing.start(absent);
    sharing.resolve();
    absent = leaving;
    benchmark::DoNotOptimize(sharing.changed().data());
  }
  count_flows(state, state.iterations());
}

void sizes(benchmark::internal::Benchmark* bench) {
  for (const int flows : {64, 256, 1'024, 4'096, 10'240, 102'400}) bench->Arg(flows);
}

BENCHMARK(full_solve)->Name("max_min/full")->Apply(sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(one_ends_one_starts)->Name("max_min/incremental")->Apply(sizes)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sim::bench
