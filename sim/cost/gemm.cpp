#include "sim/cost/gemm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/base/error.hpp"

namespace sim::cost {
namespace {

constexpr std::int64_t kDepthStep = 64;    // elements of k that one main-loop step consumes
constexpr double kSplitStart = 1.5e-6;     // s, the reduction kernel after a split of k
constexpr double kSplitBytes = 8.0;        // B per element and split: partial sums written and read in fp32
constexpr double kSplitRate = 4e12;        // B/s, partial sums stay in the cache
constexpr double kIdleShareOfPower = 0.6;  // of the TDP, drawn by what is not a tensor kernel

constexpr double kTie = 1.0 - 1e-9;  // candidates nearer than this are equal: the first one stays

double sixth_power(double x) {
  const double cube = x * x * x;
  return cube * cube;
}

double sixth_root(double x) {
  return std::sqrt(std::cbrt(x));
}

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::int64_t round_up(std::int64_t a, std::int64_t step) {
  return divide_up(a, step) * step;
}

// Seconds of each bound of one candidate, uncontended.
struct Bounds {
  double main_loop = 0;
  double output_burst = 0;  // the last tile's write, which no main loop hides
  double power = 0;
  double cache = 0;
  double memory = 0;
};

struct Candidate {
  Tile tile;
  int split = 1;
  double waves = 0;
  Bounds bounds;
  double powers = 0;                                       // sum of the sixth powers of the bounds
  double split_bytes = 0;                                  // s, partial sums
  double total = std::numeric_limits<double>::infinity();  // s, without the fixed time
};

// What does not depend on the candidate.
struct Problem {
  const GemmMachine& machine;
  GemmShape shape;
  double output_bytes = 2;
  double flops = 0;
  double power = 0;              // s
  double compulsory_bytes = 0;   // of one product of the batch
  double burst_per_element = 0;  // s per element of a tile
  double main_per_element = 0;   // s per element of a tile and of k
};

Problem pose(const GemmMachine& machine, GemmShape shape, double output_bytes, double ceiling) {
  shape.m = round_up(shape.m, machine.rounding);
  shape.n = round_up(shape.n, machine.rounding);
  shape.k = round_up(shape.k, machine.rounding);
  const auto m = static_cast<double>(shape.m), n = static_cast<double>(shape.n), k = static_cast<double>(shape.k);
  Problem problem{machine, shape, output_bytes};
  problem.flops = 2.0 * m * n * k * static_cast<double>(shape.batch);
  problem.power = ceiling > 0 ? problem.flops / (machine.peak * ceiling) : 0.0;
  problem.compulsory_bytes = (m + n) * k * machine.operand_bytes;
  problem.burst_per_element = output_bytes * machine.cores / machine.memory_rate;
  problem.main_per_element = 2.0 * machine.cores / (machine.peak * machine.main_loop);
  return problem;
}

// HBM reads of one product, B. Operands larger than the cache are read again by every region of C that the cores
// cover at a time; the region is as square as the matrix allows.
double operand_reads(const Problem& problem, const Tile& tile, double tiles) {
  const GemmMachine& machine = problem.machine;
  const bool fits = machine.cache_capacity <= 0 || problem.compulsory_bytes <= machine.cache_capacity;
  if (fits) return problem.compulsory_bytes;
  const auto m = static_cast<double>(problem.shape.m), n = static_cast<double>(problem.shape.n);
  double region = std::min(tiles, machine.cores) * static_cast<double>(tile.rows * tile.columns);
  // Machines without independent cores run compiled programs that block for the on-chip memory: 4 B per element of C
  // stay there [assumed]. Their few cores would otherwise seem to read everything again for every tile.
  if (machine.fluid_waves) region = std::max(region, machine.cache_capacity / 4);
  double rows = std::min(std::sqrt(region), m);
  const double columns = std::min(region / rows, n);
  rows = std::min(region / columns, m);
  const double depth = static_cast<double>(problem.shape.k) * machine.operand_bytes;
  return std::max(problem.compulsory_bytes, m * n / (rows * columns) * (rows + columns) * depth);
}

// Fills `candidate` and returns true if it beats `best` (s). Comparing sixth powers needs no root, and the cheap
// bounds come first, so most candidates end early; neither changes which one wins.
bool beats(const Problem& problem, Candidate& candidate, double best) {
  const GemmMachine& machine = problem.machine;
  const GemmShape& shape = problem.shape;
  const Tile& tile = candidate.tile;
  const int split = candidate.split;
  const auto batch = static_cast<double>(shape.batch);
  const double elements = static_cast<double>(shape.m) * static_cast<double>(shape.n) * batch;
  const double start = split > 1 ? kSplitStart : 0.0;
  candidate.split_bytes = split > 1 ? kSplitBytes * split * elements / kSplitRate : 0.0;
  const double room = best - start - candidate.split_bytes;
  if (room <= 0) return false;
  const double room_powers = kTie * sixth_power(room);

  const auto depth = static_cast<double>(divide_up(shape.k, kDepthStep * split) * kDepthStep);
  const auto tiles_of_one = static_cast<double>(divide_up(shape.m, tile.rows) * divide_up(shape.n, tile.columns));
  const double tiles = split * tiles_of_one * batch;
  const auto area = static_cast<double>(tile.rows * tile.columns);
  candidate.waves = machine.fluid_waves ? tiles / machine.cores : std::ceil(tiles / machine.cores);
  Bounds& bounds = candidate.bounds;
  bounds.main_loop = candidate.waves * area * depth * problem.main_per_element;
  bounds.output_burst = candidate.waves * area * problem.burst_per_element;
  bounds.power = problem.power;
  candidate.powers = sixth_power(bounds.main_loop + bounds.output_burst) + sixth_power(bounds.power);
  if (candidate.powers >= room_powers) return false;
  if (machine.cache_rate > 0) {
    const auto edge = static_cast<double>(tile.rows + tile.columns);
    bounds.cache = tiles * edge * depth * machine.operand_bytes / machine.cache_rate;
    candidate.powers += sixth_power(bounds.cache);
    if (candidate.powers >= room_powers) return false;
  }
  const double reads = batch * operand_reads(problem, tile, tiles_of_one);
  bounds.memory = (reads + elements * problem.output_bytes) / machine.memory_rate;
  candidate.powers += sixth_power(bounds.memory);
  if (candidate.powers >= room_powers) return false;
  candidate.total = sixth_root(candidate.powers) + start + candidate.split_bytes;
  return true;
}

Candidate fastest(const Problem& problem) {
  Candidate best;
  for (const int split : problem.machine.splits) {
    for (const Tile& tile : problem.machine.tiles) {
      Candidate candidate;
      candidate.tile = tile;
      candidate.split = split;
      if (beats(problem, candidate, best.total)) best = candidate;
    }
  }
  check(std::isfinite(best.total), "a matrix product has no candidate kernel");
  return best;
}

// With t = (a^q + b^q)^(1/q) the elasticity d log t / d log a is a^q / (a^q + b^q), so dividing t in these proportions
// makes each stave's share equal to the gain per unit of its knob. The output burst rides on the main loop and takes
// its part of that term. The cache and the partial sums in it run at the clock of the cores, so they count as tensor
// time.
KernelTime staves(const Candidate& best, double fixed_time) {
  const Bounds& bounds = best.bounds;
  const double core = bounds.main_loop + bounds.output_burst;
  const double smooth = sixth_root(best.powers);
  const double core_share = sixth_power(core) / best.powers;
  const double memory_share = sixth_power(bounds.memory) / best.powers + core_share * bounds.output_burst / core;
  KernelTime time;
  time.hbm_bandwidth = Seconds(smooth * memory_share);
  time.tensor_compute = Seconds(smooth * (1.0 - memory_share) + best.split_bytes);
  time.launch = Seconds(fixed_time + (best.split > 1 ? kSplitStart : 0.0));
  return time;
}

// The share of the peak that the power limit allows to a product amid a training step: the governor averages over the
// step, of which a share d runs on the tensor cores.
double training_ceiling(const GemmMachine& machine, double tensor_share) {
  const double sustained = machine.sustained_ceiling;
  if (sustained <= 0) return machine.short_ceiling;
  const double upper = std::max(sustained, machine.short_ceiling > 0 ? machine.short_ceiling : machine.main_loop);
  if (tensor_share <= 0) return upper;
  const double average = sustained * (1.0 - kIdleShareOfPower * (1.0 - tensor_share)) / tensor_share;
  return std::clamp(average, sustained, upper);
}

// Seconds that the power governor adds to one kernel repeated over and over.
double governor_delay(const GemmMachine& machine, double flops, double time) {
  if (machine.sustained_ceiling <= 0) return 0.0;
  const double efficiency = flops / (time * machine.peak);
  const double settled = time / (time + machine.governor_time);
  return time * settled * std::max(0.0, efficiency / machine.sustained_ceiling - 1.0);
}

GemmMachine inside_step(GemmMachine machine) {
  for (double* rate : {&machine.main_loop, &machine.short_ceiling, &machine.sustained_ceiling, &machine.cache_rate}) {
    *rate *= machine.in_step_share;
  }
  return machine;
}

}  // namespace

GemmChoice gemm_time(const GemmMachine& benchmarked, const GemmShape& shape, double output_bytes, PowerState state,
                     double tensor_share) {
  check(shape.m > 0 && shape.n > 0 && shape.k > 0 && shape.batch > 0, "a matrix product has no elements");
  const bool training = state == PowerState::training;
  const GemmMachine machine = training ? inside_step(benchmarked) : benchmarked;
  const double ceiling = training ? training_ceiling(machine, tensor_share) : machine.short_ceiling;
  const Problem problem = pose(machine, shape, output_bytes, ceiling);
  const Candidate best = fastest(problem);
  GemmChoice choice{staves(best, machine.fixed_time), best.tile, best.split, best.waves};
  if (!training) {
    const double delay = governor_delay(machine, problem.flops, choice.time.total().value());
    choice.time.tensor_compute += Seconds(delay);
  }
  return choice;
}

double quantising_fp8_gemm_time(GemmMachine machine, const GemmShape& shape) {
  static constexpr std::array<Tile, 1> kPairTile{{{256, 128}}};
  static constexpr std::array<int, 1> kNoSplit{1};
  constexpr double kQuantisingBytes = 4.6;  // B per element of A, moved by the quantising pass
  machine.cores /= 2;                       // pairs of multiprocessors share one tile
  machine.tiles = kPairTile;
  machine.splits = kNoSplit;
  machine.cache_rate = 7.8e12;
  machine.short_ceiling = 0;
  machine.sustained_ceiling = 0.215;  // a loss of cache reuse in very long kernels, not power
  machine.governor_time = 30e-3;
  machine.fixed_time = 5.4e-6;
  machine.operand_bytes = 1;
  const double product = gemm_time(machine, shape, 2.0, PowerState::repeated, 1.0).time.total().value();
  const double elements = static_cast<double>(shape.m) * static_cast<double>(shape.k);
  return product + kQuantisingBytes * elements / machine.memory_rate;
}

}  // namespace sim::cost
