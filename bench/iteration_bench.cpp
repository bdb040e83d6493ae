#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/hold.hpp"
#include "sim/config/scenario.hpp"
#include "sim/iteration/simulate.hpp"

namespace sim::bench {
namespace {

constexpr const char* kScenario = SIM_SOURCE_DIR "/scenarios/gpt4_h20.yaml";
constexpr int kTensor = 8, kMicroBatches = 90;

struct Layout {
  int chips = 0;
  int pp = 15;
  int dp = 0;
};

// Expert groups take 16 x 8 chips of a stage, so replicas come in sixteens.
Layout layout_of(int chips) {
  if (chips < 10'000) return {chips, chips / (kTensor * 16), 16};
  return {chips, 15, 16 * (chips / (16 * 15 * kTensor))};
}

iteration::Job make_job(const Layout& layout) {
  const std::vector<std::string> overrides{
      "fleet.0.count=" + std::to_string(layout.chips),
      "parallel.pp=" + std::to_string(layout.pp),
      "parallel.vpp=1",               // so that any number of stages divides the layers
      "parallel.recompute_layers=4",  // of the 6 or 8 layers of a stage, as the scenario has one of two
      "parallel.dp=" + std::to_string(layout.dp),
      "training.global_batch=" + std::to_string(layout.dp * kMicroBatches)};
  return config::make_job(config::load_scenario(kScenario, overrides));
}

// Whole pods of 32 nodes do not hold whole stages, and a quarter of the leaf capacity leads upwards.
void make_ragged(iteration::Job& job) {
  job.fabric.oversubscription = 4;
  job.fabric.pods_per_core = 0;
}

double seconds_of_phase(const iteration::SimulationFacts& facts, const std::string& name) {
  const auto phase = std::find_if(facts.phases.begin(), facts.phases.end(),
                                  [&](const iteration::PhaseTime& one) { return one.name == name; });
  return phase == facts.phases.end() ? 0 : phase->cpu_seconds;
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

// An actor has one event pending at a time, so the anchor holds as many as there are simulated ranks.
void report(benchmark::State& state, const iteration::SimulationFacts& facts, double run_seconds) {
  const double rate = static_cast<double>(facts.events) / run_seconds;
  state.counters["peak_MB"] = peak_megabytes();
  state.counters["ranks"] = static_cast<double>(facts.ranks);
  state.counters["simulated"] = static_cast<double>(facts.cells);
  state.counters["events"] = static_cast<double>(facts.events);
  state.counters["events_per_cpu_s"] = rate;
  state.counters["ratio_to_hold"] = rate / hold_rate(facts.cells);
}

// From the scenario file to the result, without the second run that measures the instability (K = 0 of the budgets).
// Memory is not asked for: short pipelines of the smaller cases would not fit.
void simulate_layout(benchmark::State& state, const Layout& layout, bool folds, bool is_ragged) {
  iteration::SimulationFacts facts;
  double run_seconds = 0;
  for ([[maybe_unused]] const auto turn : state) {
    iteration::Job job = make_job(layout);
    if (is_ragged) make_ragged(job);
    facts =
        iteration::simulate(job, {.fold = folds, .check_memory = false, .check_stability = false, .event_budget = 1e10})
            .simulation;
    const double seconds = seconds_of_phase(facts, "run");
    run_seconds = run_seconds == 0 ? seconds : std::min(run_seconds, seconds);
  }
  report(state, facts, run_seconds);
}

void folded(benchmark::State& state) {
  simulate_layout(state, layout_of(static_cast<int>(state.range(0))), true, false);
}

void ragged(benchmark::State& state) {
  Layout layout = layout_of(static_cast<int>(state.range(0)));
  if (layout.dp % 32 == 0) layout.dp -= 16;
  simulate_layout(state, layout, true, true);
}

void unfolded(benchmark::State& state) {
  const auto chips = static_cast<int>(state.range(0));
  const Layout layout = chips == 10'240 ? Layout{chips, 20, 64} : layout_of(chips);
  simulate_layout(state, layout, false, false);
}

BENCHMARK(folded)
    ->Name("iteration/folded")
    ->Arg(1'024)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(folded)->Name("iteration/folded")->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(ragged)->Name("iteration/ragged")->Arg(10'000)->Iterations(5)->Unit(benchmark::kMillisecond);
BENCHMARK(ragged)->Name("iteration/ragged")->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(unfolded)
    ->Name("iteration/unfolded")
    ->Arg(512)
    ->Arg(1'024)
    ->Arg(1'920)
    ->Arg(10'240)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sim::bench
