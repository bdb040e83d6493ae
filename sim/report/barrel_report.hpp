#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/barrel/barrel.hpp"
#include "sim/barrel/waterfall.hpp"
#include "sim/plan/replan.hpp"
#include "sim/report/whole_run.hpp"

namespace sim::report {

/// All that `simulate barrel` shows.
struct BarrelAnswer {
  std::string scenario, title;
  barrel::Barrel barrel;
  std::vector<barrel::Fall> falls;           ///< to the real days: failures and the rest of the whole run included
  std::optional<plan::MemoryGain> memory{};  ///< where asked for
};

/// The falls of an iteration's waterfall, followed by what the whole run adds: lost work, restarts, waiting ..., and
/// how far the median of the step time is from the prediction. They sum to the median of the days.
[[nodiscard]] std::vector<barrel::Fall> with_whole_run(std::vector<barrel::Fall> falls, const WholeRun& whole);

/// The barrel as a drawing, the table of what lengthening brings, the waterfall.
[[nodiscard]] std::string barrel_text(const BarrelAnswer& answer, bool color);
[[nodiscard]] std::string barrel_json(const BarrelAnswer& answer);

}  // namespace sim::report
