#pragma once

#include <string>

#include "sim/report/chips_report.hpp"

namespace sim::report {

/// What the page's chapter on cases tells of chips, fleet or not: `[{id, data_centre, dies, tpp, performance_density,
/// die_area, io_bandwidth, memory_bandwidth, memory_capacity, verdicts {RULE: {status, paragraph, margin_of,
/// decides}}}]`. Quantities in SI units and mm2 are null where unknown, `die_area_at_most` is a bound; `decides
/// {quantity, stretches
/// [{from, to, status, paragraph}]}` says of an unknown verdict over which values of one missing fact it falls how.
[[nodiscard]] std::string cases_json(const ChipVerdicts& catalogue);

}  // namespace sim::report
