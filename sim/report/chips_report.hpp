#pragma once

#include <string>
#include <vector>

#include "sim/hardware/chip.hpp"
#include "sim/policy/verdict.hpp"

namespace sim::report {

/// Parts of the catalogue held against rules.
struct ChipVerdicts {
  struct Row {
    const hardware::Chip* chip = nullptr;
    policy::Quantities quantities;
    policy::Ruling ruling;  ///< by rule, in the order of `rules`
  };
  std::vector<policy::Rule> rules;
  std::string on;  ///< the date of which all rules were asked; empty: rules were named
  std::string destination;
  std::vector<Row> rows;
};

/// `count`: parts of each kind that stand in one cluster; 0: unknown. `chips` must outlive what is returned.
[[nodiscard]] ChipVerdicts judge_chips(const std::vector<hardware::Chip>& chips, std::vector<policy::Rule> rules,
                                       const std::string& destination, double count = 0);

/// One table for each named rule, or one of all rules of a date together.
[[nodiscard]] std::string verdicts_text(const ChipVerdicts& verdicts);

/// `[{id, tpp, performance_density, verdicts{rule: {status, paragraph, margin, needs}}, ...}]`.
[[nodiscard]] std::string chips_json(const ChipVerdicts& verdicts);

}  // namespace sim::report
