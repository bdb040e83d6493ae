#pragma once

#include <vector>

#include "sim/engine/system.hpp"
#include "sim/model/transformer.hpp"
#include "sim/parallel/layout.hpp"
#include "sim/parallel/memory.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/program/annotations.hpp"
#include "sim/program/pieces.hpp"

namespace sim::program {

/// A collective or message that programs post, priced later for each group that performs it.
struct Operation {
  Slot slot = Slot::tensor;
  cost::Collective collective = cost::Collective::all_reduce;
  Bytes bytes;
  Cores cores = Cores::none;
  bool operator==(const Operation&) const = default;
};

/// How one kind of chip of the fleet works: its kernels, and the order of its tasks.
struct ChipPlan {
  PassPricing pricing;
  parallel::Schedule schedule;
  bool works = true;                     ///< false: no rank runs on it, its programs are empty
  std::vector<std::vector<bool>> pairs;  ///< parallel::find_pairs() of the schedule, for overlap.ep; else empty
};

/// What the programs of one iteration are built from.
struct IterationPlan {
  model::Transformer model;
  model::Sharding sharding;
  parallel::Strategy strategy;
  std::vector<parallel::ChunkLayout> layout;
  parallel::StateBytes state;
  double gradient_wire_bytes = 4;  ///< B per parameter that data parallelism sends
  std::vector<ChipPlan> chips;     ///< one a fleet entry
  bool annotated = false;          ///< programs get names for people
};

/// The programs of all stages on all kinds of chips: program entry * pp + stage.
struct IterationPrograms {
  std::vector<engine::Instruction> instructions;
  std::vector<std::uint32_t> program_begin{0};
  std::vector<Operation> operations;
  std::vector<cost::KernelTime> labels;  ///< by delay tag: how the delay divides into staves
  Annotations annotations;               ///< empty unless the plan asks for them
};

/// True for slots where a member takes part; false where it only listens for what another sends.
[[nodiscard]] bool slot_posts(Slot slot);

/// One training iteration in steady state, from the first forward pass to updated parameters. Sources of the
/// mechanisms: docs/model.md, "Iteration".
[[nodiscard]] IterationPrograms build_programs(const IterationPlan& plan);

}  // namespace sim::program
