#include "sim/iteration/variants.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/base/rng.hpp"

namespace sim::iteration {

void stretch_programs(engine::System& system, const std::vector<double>& stretch) {
  std::map<std::pair<std::uint32_t, double>, std::uint32_t> variants;
  for (std::uint32_t actor = 0; actor < system.actors(); ++actor) {
    if (stretch[actor] == 1.0) continue;
    const std::uint32_t program = system.program[actor];
    const auto next = static_cast<std::uint32_t>(system.program_begin.size() - 1);
    const auto [place, is_new] = variants.try_emplace({program, stretch[actor]}, next);
    if (is_new) {
      for (std::uint32_t i = system.program_begin[program]; i < system.program_begin[program + 1]; ++i) {
        engine::Instruction instruction = system.instructions[i];
        instruction.picoseconds = std::llrint(static_cast<double>(instruction.picoseconds) * stretch[actor]);
        system.instructions.push_back(instruction);
      }
      system.program_begin.push_back(static_cast<std::uint32_t>(system.instructions.size()));
    }
    system.program[actor] = place->second;
  }
}

std::vector<double> phase_stretch(const parallel::Strategy& strategy, int phases, double noise, std::uint64_t seed) {
  std::vector<double> stretch;
  const int cell = strategy.tp * strategy.cp;
  for (int rank = 0; rank < strategy.ranks(); ++rank) {
    const int stage = rank / strategy.stage_ranks();
    const int phase = rank % strategy.stage_ranks() / cell % phases;
    const RandomStream random(seed, static_cast<std::uint64_t>(stage));
    stretch.push_back(1.0 + noise * (2.0 * random.uniform(static_cast<std::uint64_t>(phase)) - 1.0));
  }
  return stretch;
}

void drop_pipeline_waits(engine::System& system) {
  for (engine::Instruction& instruction : system.instructions) {
    const bool only_listens = instruction.step == engine::Step::wait && system.slot_posts[instruction.slot] == 0;
    if (only_listens) instruction = {};  // a delay of no time
  }
}

std::vector<double> levelling_stretch(const engine::System& system, const std::vector<double>& own,
                                      const std::vector<double>& skew,
                                      const std::vector<std::uint32_t>& actor_of_rank) {
  const auto ranks = static_cast<double>(actor_of_rank.size());
  double mean = 0;
  for (const std::uint32_t actor : actor_of_rank) mean += (own[actor] - skew[actor]) / ranks;
  std::vector<double> stretch;
  for (std::uint32_t actor = 0; actor < system.actors(); ++actor) {
    const std::uint32_t program = system.program[actor];
    std::int64_t sum = 0;
    for (std::uint32_t i = system.program_begin[program]; i < system.program_begin[program + 1]; ++i) {
      sum += system.instructions[i].picoseconds;
    }
    const double delays = engine::SimTime(sum).seconds().value();
    stretch.push_back(delays > 0 ? std::max(0.0, (delays + mean - own[actor]) / delays) : 1.0);
  }
  return stretch;
}

}  // namespace sim::iteration
