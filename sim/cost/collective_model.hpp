#pragma once

#include "sim/cost/collective_time.hpp"

namespace sim::cost {

/// One collective priced with one algorithm: plain SI numbers, before the split into latency and flow. Usage entries
/// are bytes per byte of S on the most loaded link of a tier, divided by the algorithm's efficiency.
struct Priced {
  Algorithm algorithm = Algorithm::automatic;
  double time = 0;  ///< s, uncontended
  double scale_up_usage = 0;
  double nic_usage = 0;
  double trunk_usage = 0;
};

/// The inside of a node as collectives see it: the scale-up links, or the host bus where there are none.
struct Inside {
  double rate = 0;       ///< B, B/s of one chip, one direction
  double copy_rate = 0;  ///< Bc, B/s; 0: no separate copy
  double tree_step = 0;  ///< s, one hop of a tree inside the node
};

[[nodiscard]] Inside inside(const GroupShape& shape);

/// NIC bytes per second that the group owns in one node, one direction.
[[nodiscard]] double node_rate(const GroupShape& shape);

/// 2(n-1)/n for an all-reduce, (n-1)/n otherwise: bytes that each port of a ring carries per byte of S.
[[nodiscard]] double ring_volume(Collective collective, int ranks);

/// Seconds that a ring or in-switch reduction inside a node takes at least, by the age of the library.
[[nodiscard]] double least_time(const hardware::LinkGeneration& link, double ring_steps, double bytes);

/// Whether the group is one of those in one domain whose rates the link generation states apart.
[[nodiscard]] bool is_wide(const GroupShape& shape);

/// ev of the link generation for a group of this width.
[[nodiscard]] double in_switch_efficiency(const GroupShape& shape);

/// Copies of a token over top_k, of a deduplicated all-to-all: one for each chip, or each node, with one of its
/// experts.
[[nodiscard]] double chip_copies(const GroupShape& shape);
[[nodiscard]] double node_copies(const GroupShape& shape);

/// NVLS and the like: the chips' switch reduces, and the group is large enough for the library to use it.
[[nodiscard]] bool reduces_in_switch(const GroupShape& shape);

// Each returns the price of one algorithm for `bytes` of S. Preconditions: ranks >= 2; `one_node` forms when
// shape.nodes == 1, `across` forms when more. docs/model.md, "Collectives", has the formulas.
[[nodiscard]] Priced ring_one_node(Collective collective, const GroupShape& shape, double bytes);
[[nodiscard]] Priced ring_across(Collective collective, const GroupShape& shape, double bytes);
[[nodiscard]] Priced in_switch_one_node(const GroupShape& shape, double bytes);
[[nodiscard]] Priced tree_across(const GroupShape& shape, double bytes, bool in_switch);
[[nodiscard]] Priced all_to_all_one_node(const GroupShape& shape, double bytes);
[[nodiscard]] Priced all_to_all_across(const GroupShape& shape, double bytes);
[[nodiscard]] Priced deduplicated_one_node(const GroupShape& shape, double bytes);
[[nodiscard]] Priced deduplicated_across(const GroupShape& shape, double bytes);
[[nodiscard]] Priced rail_all_to_all_across(const GroupShape& shape, double bytes);
[[nodiscard]] Priced send_one_node(const GroupShape& shape, double bytes);
[[nodiscard]] Priced send_across(const GroupShape& shape, double bytes);
[[nodiscard]] Priced hierarchical_across(Collective collective, const GroupShape& shape, double bytes);

}  // namespace sim::cost
