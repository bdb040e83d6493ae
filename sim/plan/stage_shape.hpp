#pragma once

#include <array>
#include <vector>

#include "sim/model/transformer.hpp"
#include "sim/parallel/strategy.hpp"

namespace sim::plan {

/// How often something holds each unit of the model: the embedding; the head; layers without and with experts that the
/// recompute rule holds for; the same that keep what they compute.
inline constexpr std::size_t kUnits = 6;
using UnitCounts = std::array<int, kUnits>;
inline constexpr std::size_t kEmbedding = 0, kHead = 1, kLayer = 2, kKeptLayer = 4;

/// Pipeline stages that hold the same, one after another or not.
struct StageClass {
  UnitCounts units{};
  std::vector<int> chunks;  ///< kind of virtual stage, by chunk
  int first_stage = 0;      ///< the lowest of its stages: most passes are in flight there
  std::vector<int> before;  ///< virtual stages of each kind before the last of its stages: there filling is longest
  std::vector<int> after;   ///< the same behind the first of its stages: there a pass is away the longest
};

/// A split of the layers over virtual stages under one placement, as far as bounds tell stages apart. It knows no
/// prices: all strategies with the same split share it.
struct StageShape {
  std::vector<UnitCounts> kinds;  ///< of virtual stages, each once
  std::vector<StageClass> classes;
  std::vector<int> class_of;  ///< by pipeline stage
};

/// `layers`: of each virtual stage, pp x vpp of them (mirrored: pp). `recompute_layers`: as in Strategy.
[[nodiscard]] StageShape stage_shape(const model::Transformer& model, const std::vector<int>& layers,
                                     int recompute_layers, int pp, parallel::Placement placement);

}  // namespace sim::plan
