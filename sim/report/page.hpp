#pragma once

#include <string>
#include <vector>

#include "sim/barrel/sweeps.hpp"
#include "sim/iteration/timeline.hpp"
#include "sim/report/barrel_report.hpp"
#include "sim/report/chips_report.hpp"
#include "sim/report/compare.hpp"
#include "sim/report/explain.hpp"

namespace sim::report {

enum class Language { english, chinese };
enum class Audience { engineer, policy };

/// All that a page shows of one scenario.
struct PageScenario {
  Compared compared;
  BarrelAnswer barrel;
  CampaignDetail campaign;
  std::vector<barrel::Sweep> sweeps;
  std::vector<ExplainedConstant> constants;
  std::string config;  ///< the resolved scenario: reads back to the same answer
  iteration::Timeline timeline;
};

/// A sweep beside the scenarios: pictures as SVG, empty where the sweep has none.
struct PageStudy {
  std::string name, text;
  std::vector<std::string> pictures;
};

/// One HTML file that shows the scenarios beside each other and needs nothing else: no network, no other file. The
/// figures are in it as JSON, its drawings are made by its own script. `verdicts`: of export rules on the fleets'
/// chips; `catalogue`: of the same rules on all chips that its cases may speak of, for policy readers.
[[nodiscard]] std::string page_html(const std::vector<PageScenario>& scenarios, const std::vector<PageStudy>& studies,
                                    const ChipVerdicts& verdicts, const ChipVerdicts& catalogue, Language language,
                                    Audience audience);

}  // namespace sim::report
