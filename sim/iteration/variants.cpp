#include "sim/iteration/variants.hpp"

#include <algorithm>
#include <cmath>
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

}  // namespace sim::iteration
