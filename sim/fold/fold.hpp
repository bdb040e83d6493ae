#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/system.hpp"

namespace sim::fold {

/// A system with one actor, meeting and resource for every distinct behaviour of the original.
struct Folded {
  engine::System system;
  std::vector<std::uint32_t> actor;         ///< by actor of the original: its actor in `system`
  std::vector<std::uint32_t> multiplicity;  ///< by actor of `system`: how many actors it stands for
  std::uint32_t cells = 0;                  ///< of all kinds
};

/// Folds a system without changing the time of any event: the coarsest equitable partition that colour refinement
/// finds, checked exactly against conditions C1 to C3 on every call (docs/model.md, "Folding"), then collectives that
/// no one else can disturb become fixed delays (unless `merges` is false: then each stays visible in the run, and
/// instructions keep their places in the programs). Throws InternalError if the certificate fails.
[[nodiscard]] Folded fold(const engine::System& system, bool merges = true);

}  // namespace sim::fold
