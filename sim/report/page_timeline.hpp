#pragma once

#include <string>

#include "sim/iteration/timeline.hpp"

namespace sim::report {

/// Stages over one iteration, one row each: {seconds, stages [{stage, spans [[kind, gap, length, chunk,
/// micro-batch]]}]} with kind 0 forward, 1 backward, 2 waiting, 3 exchange, 4 anything else; times in us, each gap
/// since the span before.
[[nodiscard]] std::string gantt_json(const iteration::Timeline& timeline);

/// The busiest link of each tier: [{tier, name, mean, points [[share of the iteration, load]]}].
[[nodiscard]] std::string link_loads_json(const iteration::Timeline& timeline);

}  // namespace sim::report
