#pragma once

#include <vector>

#include "sim/parallel/schedule.hpp"

namespace sim::parallel {

/// The tasks of all stages, by kind; make_schedule() says what they are. pp >= 2.
using Orders = std::vector<std::vector<Task>>;

[[nodiscard]] Orders breadth_first_orders(int pp, int vpp, int micro_batches);
[[nodiscard]] Orders interleaved_orders(int pp, int vpp, int micro_batches, bool pairs_ahead);
[[nodiscard]] Orders zero_bubble_h_orders(int pp, int micro_batches, int depth);
[[nodiscard]] Orders zero_bubble_v_orders(int pp, int micro_batches);
[[nodiscard]] Orders dualpipe_orders(int pp, int micro_batches);

/// Greedy order of one chunk a stage for given times: input gradients first, then forwards while fewer than
/// `most_in_flight` micro-batches are held, and weight gradients where nothing else could start for `patience` of their
/// length, or nothing else may.
[[nodiscard]] Orders greedy_orders(int pp, int micro_batches, int most_in_flight, double patience,
                                   const std::vector<PassTimes>& times);

}  // namespace sim::parallel
