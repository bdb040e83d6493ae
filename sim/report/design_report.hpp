#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/barrel/barrel.hpp"
#include "sim/barrel/waterfall.hpp"
#include "sim/hardware/chip.hpp"
#include "sim/iteration/job.hpp"
#include "sim/plan/search.hpp"
#include "sim/policy/design.hpp"
#include "sim/policy/verdict.hpp"

namespace sim::report {

/// The fastest package of as many dies.
struct DesignRow {
  std::string base;  ///< of whose parts it is made
  policy::Package package;
  hardware::Chip chip;
  policy::Verdict verdict;
  plan::Found found;
  double ideal_days = 0;
};

/// Days of the fastest chip under a line that somebody might draw.
struct CapRow {
  std::string quantity;          ///< "TPP", "links"
  double cap = 0;                ///< TFLOPS x bits; B/s, both directions of all ports
  std::optional<DesignRow> row;  ///< empty: no chip under the line can run the job
};

/// What `simulate design` prints.
struct DesignAnswer {
  const iteration::Job* job = nullptr;  ///< the scenario's, with its own chip
  std::string origin;                   ///< where the scenario comes from that nobody named; empty: the user named it
  std::vector<std::string> bases;       ///< whose parts were tried
  std::vector<std::string> rules;       ///< titles
  std::vector<DesignRow> rows;          ///< by number of dies, ascending
  std::size_t best = 0;                 ///< of `rows`
  std::optional<DesignRow> own;         ///< the scenario's own chip, with its best strategy
  barrel::Barrel barrel;                ///< of the best one
  std::vector<barrel::Fall> falls;
  std::vector<CapRow> frontier;  ///< where asked for
};

[[nodiscard]] std::string design_text(const DesignAnswer& answer, bool color);
[[nodiscard]] std::string design_json(const DesignAnswer& answer);

/// The frontier as a picture: a panel for each kind of line, days against where it is drawn.
[[nodiscard]] std::string frontier_svg(const DesignAnswer& answer);

}  // namespace sim::report
