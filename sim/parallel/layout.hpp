#pragma once

#include <vector>

#include "sim/parallel/strategy.hpp"

namespace sim::parallel {

/// What one virtual stage holds. Layers are consecutive; the first virtual stage also has the embedding, the last one
/// the final norm, logits and loss.
struct ChunkLayout {
  int first_layer = 0;
  int layers = 0;
  bool has_embedding = false;
  bool has_head = false;
  int virtual_stage = 0;
};

/// Layers of each virtual stage. Without an explicit split, layers divide evenly; if they do not but layers + 2 do,
/// embedding and loss each take the place of one layer (Llama 3.1 405B: 126 + 2 = 128). Throws infeasible otherwise,
/// and when an explicit split does not add up.
[[nodiscard]] std::vector<ChunkLayout> make_layout(const Strategy& strategy, int layers);

}  // namespace sim::parallel
