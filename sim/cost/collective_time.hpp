#pragma once

#include "sim/base/units.hpp"
#include "sim/cost/token_spread.hpp"
#include "sim/hardware/link.hpp"

namespace sim::cost {

/// rail_all_to_all: first inside the nodes, then each NIC to its like in the other nodes. deduplicated_all_to_all: of a
/// buffer with one copy of a token for each of its experts one copy goes to each node, and there one to each chip.
enum class Collective {
  all_reduce,
  all_gather,
  reduce_scatter,
  all_to_all,
  send,
  rail_all_to_all,
  deduplicated_all_to_all
};
[[nodiscard]] constexpr bool is_all_to_all(Collective collective) {
  return collective == Collective::all_to_all || collective == Collective::rail_all_to_all ||
         collective == Collective::deduplicated_all_to_all;
}

enum class Algorithm { automatic, ring, tree, in_switch, in_switch_tree, direct, hierarchical };

/// What the time of a collective depends on: how its group lies on the machine.
struct GroupShape {
  int ranks = 1;             ///< n
  int nodes = 1;             ///< N scale-up domains
  int ranks_per_node = 1;    ///< k, the smallest over the nodes
  double nics_per_node = 0;  ///< q, NICs of a node that the group owns
  BytesPerSecond nic_rate;   ///< b, one NIC, one direction
  double links = 0;          ///< scale-up links a chip can use towards the group (rings on a cube mesh)
  const hardware::LinkGeneration* link = nullptr;  ///< null: no scale-up link
  const hardware::NetworkKind* network = nullptr;  ///< null: one node only
  BytesPerSecond host_path;                        ///< per-chip rate over the host when `link` is null
  int islands = 1;                                 ///< fabrics that the group spans, joined by `network`
  Seconds crossing;                                ///< from one island to another, beyond the hops of `network`
  TokenSpread tokens;                              ///< what a deduplicated all-to-all carries
};

/// Uncontended time of one collective, split as the engine needs it: `latency` passes before the macro-flow starts,
/// then the flow lasts `transfer` if nothing else uses its links. Usage entries are bytes on the most loaded link of a
/// tier per byte of S, already divided by the efficiency of the algorithm, so that one capacity serves all flows.
struct CollectiveTime {
  Algorithm algorithm = Algorithm::automatic;
  Seconds latency;
  Seconds transfer;
  double scale_up_usage = 0;  ///< per chip port, one direction
  double nic_usage = 0;       ///< per owned NIC, one direction
  double trunk_usage = 0;     ///< per rail and direction at each pod boundary that the pattern crosses
  [[nodiscard]] Seconds total() const { return latency + transfer; }
};

/// `bytes` is the full buffer S (docs/model.md, "Collectives"); for `send` the message. `bytes` >= 0.
/// Source: collective model of docs/model.md; constants of the link generation and the network kind.
[[nodiscard]] CollectiveTime collective_time(Collective collective, const GroupShape& shape, Bytes bytes,
                                             Algorithm forced = Algorithm::automatic);

/// Bytes over the slowest link that the collective must cross: no result may be faster.
[[nodiscard]] Seconds lower_bound(Collective collective, const GroupShape& shape, Bytes bytes);

}  // namespace sim::cost
