#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/monte_carlo.hpp"
#include "sim/plan/campaign_plan.hpp"
#include "sim/plan/campaign_study.hpp"

namespace sim::report {

/// A whole run over the calendar, as text and JSON show it.
struct WholeRun {
  plan::PricedCampaign priced;
  campaign::Study study;
  campaign::Distribution distribution;
  std::vector<campaign::Stretch> timeline;  ///< of the run nearest to the median
  std::string reliability;                  ///< id of what fails
  campaign::Economics economics;
  bool dated = false;  ///< the scenario gives dates; else the calendar counts from day 0
};

/// Days with their range, dates, the calendar bar and where the time goes: the head of an answer.
[[nodiscard]] std::string whole_run_lines(const WholeRun& whole, bool color);

/// "90 s", "12.5 min", "3 h" or "40 days".
[[nodiscard]] std::string duration_text(Seconds time);

/// The speed of the run over its calendar, one character for an equal part of the time: a full block is the whole fleet
/// at work on steps that are kept.
[[nodiscard]] std::string calendar_bar(const WholeRun& whole, int width);

/// What `simulate campaign` asks beside the days.
struct CampaignDetail {
  std::vector<campaign::Swing> swings;
  std::optional<plan::IntervalAdvice> advice;
};

/// `run` of the JSON answer without the ideal days.
[[nodiscard]] std::string whole_run_json(const WholeRun& whole, const CampaignDetail* detail, const std::string& name);
[[nodiscard]] std::string campaign_text(const WholeRun& whole, const CampaignDetail& detail, const std::string& title,
                                        bool color);

/// The median run for Perfetto: one track of states, one of the fleet's size; a day of the run is a second of the
/// trace.
[[nodiscard]] std::string campaign_trace(const WholeRun& whole, const std::string& name);

}  // namespace sim::report
