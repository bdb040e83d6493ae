#pragma once

#include <string>

#include "sim/validate/peers.hpp"
#include "sim/validate/scorecard.hpp"
#include "sim/validate/timing_table.hpp"
#include "sim/validate/validate.hpp"

namespace sim::report {

/// Errors first, then the tables by chip and by family, the aims (`scores`), the ten worst records and what was not
/// simulated and why.
[[nodiscard]] std::string validation_text(const validate::Validation& validation,
                                          const std::vector<validate::Score>& scores = {});

/// The same as data: docs/cli.md and the contract of `validate --json`. Fractions, never percent.
[[nodiscard]] std::string validation_json(const validate::Validation& validation,
                                          const std::vector<validate::Score>& scores = {});

/// What the pages below show.
struct ValidationPage {
  const validate::Validation* validation = nullptr;
  std::vector<validate::Score> scores;
  std::vector<validate::Peer> peers;
  std::vector<validate::KnownMiss> known_misses;
};

/// Predicted against measured seconds of every simulated record, both axes logarithmic: a picture of its own.
[[nodiscard]] std::string validation_svg(const validate::Validation& validation);

/// docs/validation.md: scores and aims, peers, errors by chip, family, parallelism, size and regime, the ten worst with
/// what is known of them, and the picture (`picture`: path of the SVG from the page).
[[nodiscard]] std::string validation_markdown(const ValidationPage& page, const std::string& picture);

/// One self-contained offline page: the picture with the name of each run under the pointer, chips to switch on and
/// off, and the tables.
[[nodiscard]] std::string validation_html(const ValidationPage& page);

/// Errors of measured kernels or collectives (`what`, plural): by chip and link and kind, the worst rows of each chip,
/// and every row that could not be priced with its reason.
[[nodiscard]] std::string timings_text(const validate::TimingTable& table, const std::string& what);

/// The same as data. Fractions, never percent; seconds.
[[nodiscard]] std::string timings_json(const validate::TimingTable& table);

}  // namespace sim::report
