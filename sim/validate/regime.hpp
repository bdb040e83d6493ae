#pragma once

#include "sim/iteration/ledger.hpp"

namespace sim::validate {

/// What takes most of an iteration.
enum class Regime { compute, memory, communication, bubble, launch };

/// "compute-bound", "memory-bound", "communication-bound", "bubble-bound" or "launch-bound".
[[nodiscard]] const char* regime_name(Regime regime);

/// The largest group of staves, seconds of one rank: tensor_compute; hbm_bandwidth; scale_up, scale_out, host_link and
/// latency; bubble and imbalance; launch. Of equal groups the first in that order.
[[nodiscard]] Regime regime_of(const iteration::StaveSeconds& staves);

}  // namespace sim::validate
