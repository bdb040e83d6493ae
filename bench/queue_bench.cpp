#include <benchmark/benchmark.h>

#include <stdexcept>

#include "bench/hold.hpp"

namespace sim::bench {
namespace {

constexpr std::size_t kBatch = 100'000;

void require_equal_order(std::size_t pending) {
  if (Hold<PackedQueue>(pending).run(kBatch) != Hold<StandardQueue>(pending).run(kBatch)) {
    throw std::logic_error("the two queues removed different events");
  }
}

template <class Queue>
void hold(benchmark::State& state) {
  const auto pending = static_cast<std::size_t>(state.range(0));
  require_equal_order(pending);
  Hold<Queue> model(pending);
  for ([[maybe_unused]] const auto turn : state) benchmark::DoNotOptimize(model.run(kBatch));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

BENCHMARK_TEMPLATE(hold, PackedQueue)->Name("hold/engine_queue")->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK_TEMPLATE(hold, StandardQueue)->Name("hold/std_priority_queue")->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

}  // namespace
}  // namespace sim::bench
