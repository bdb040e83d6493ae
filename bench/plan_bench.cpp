#include <benchmark/benchmark.h>

#include "bench/hold.hpp"
#include "sim/config/scenario.hpp"
#include "sim/plan/search.hpp"

namespace sim::bench {
namespace {

// Budgets: 100,000 strategies bounded a CPU second, and the whole space for 10,000 chips in 10 s of wall time on two
// cores. `holds_per_bound`: what the bare heap does in the CPU time that one strategy takes.
void whole_space(benchmark::State& state) {
  const iteration::Job job = config::make_job(config::load_scenario(SIM_SOURCE_DIR "/scenarios/gpt4_h100.yaml"));
  plan::SearchResult result;
  for (auto _ : state) result = plan::search(job, plan::search_space(job, {}));
  const double rate = static_cast<double>(result.counts.bounded) / result.counts.bounding_cpu_seconds;
  state.counters["bounded"] = static_cast<double>(result.counts.bounded);
  state.counters["simulated"] = static_cast<double>(result.counts.simulated);
  state.counters["gap"] = result.gap;
  state.counters["bounded_per_cpu_s"] = rate;
  state.counters["holds_per_bound"] = hold_rate(1000) / rate;
}
BENCHMARK(whole_space)
    ->Name("plan/gpt4_h100")
    ->Unit(benchmark::kSecond)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace sim::bench
