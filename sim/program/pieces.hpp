#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "sim/base/units.hpp"
#include "sim/cost/collective_time.hpp"
#include "sim/cost/kernel_time.hpp"
#include "sim/model/layer.hpp"
#include "sim/parallel/strategy.hpp"

namespace sim::program {

/// The communicators and message directions of a rank, as its program names them.
enum class Slot : std::uint8_t {
  tensor,
  expert_tensor,
  expert,
  context,
  data,  ///< ranks that share one copy of the state: of dp x cp all, or a zero_group
  expert_data,
  replica,  ///< the same part of the state in each zero_group
  expert_replica,
  to_host,  ///< a chip's own copies to host memory
  from_host,
  world,
  tied_embedding,
  send_next,
  send_previous,
  receive_previous,  ///< listens to the previous stage's send_next
  receive_next,      ///< listens to the next stage's send_previous
};
inline constexpr int kSlots = 16;

/// What the kernel of an exchange takes from work beside it: nothing where no work is meant to run beside it, the cores
/// of a collective, or those of an exchange with a neighbour (rings in chunks).
enum class Cores : std::uint8_t { none, collective, message };

/// What work is, for people who look at a timeline; static text.
struct WorkName {
  std::string_view what;  ///< the operator: "qkv"
  std::string_view role;  ///< what is made of it where that is not its output: "weight gradient"
};

/// One step of a pass: computing, starting an exchange, or waiting for the last one started at a slot.
struct Piece {
  enum class Kind { work, begin, end };
  Kind kind = Kind::work;
  cost::KernelTime time;
  Slot slot = Slot::tensor;
  cost::Collective collective = cost::Collective::all_reduce;
  Bytes bytes;
  std::uint32_t later = 0;    ///< of `end`: exchanges begun at the slot since the one that is waited for
  Cores cores = Cores::none;  ///< of `begin`
  WorkName name;              ///< of `work`
};
using Pieces = std::vector<Piece>;

/// Everything that turns operators into timed pieces for one chip of the fleet.
struct PassPricing {
  cost::KernelPricing kernels;
  parallel::Strategy strategy;
  /// Uncontended time of an exchange, for what the host can hide.
  std::function<Seconds(Slot, cost::Collective, Bytes)> exchange_time;
};

[[nodiscard]] Pieces forward_pieces(const PassPricing& pricing, const model::OperatorList& operators);

/// What a backward pass makes: both gradients, or one of them (zero-bubble schedules).
enum class Gradients { both, input, weight };

/// Runs the list in reverse: for products the input gradient first, then the weight gradient. Exchanges of the input
/// gradient hide under the weight gradient where the software or the strategy overlaps them and both are made here.
/// Selective recompute runs the attention core again first. Full recompute is the caller's: it prepends
/// forward_pieces(). `recompute` is the rule of this layer.
[[nodiscard]] Pieces backward_pieces(const PassPricing& pricing, const model::OperatorList& operators,
                                     parallel::Recompute recompute, Gradients gradients);

/// Two independent passes as one: whenever one waits for an expert exchange, the other goes on (DualPipe;
/// Megatron-Core's combined 1F1B). Both take the same time as one after the other if they have no such exchange.
[[nodiscard]] Pieces interleave(const Pieces& first, const Pieces& second);

/// Appends the launch time that shows when the host needs `host` to issue these pieces: the pass takes the 6-norm of
/// device time and host time (docs/model.md, "Host").
void add_host_floor(const PassPricing& pricing, Pieces& pieces, Seconds host);

/// Sum of the work pieces.
[[nodiscard]] cost::KernelTime work_time(const Pieces& pieces);

void append(Pieces& to, const Pieces& more);

}  // namespace sim::program
