#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/report/whole_run.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kSlower = 86400;  // a day of the run is a second of the trace

Json named_thread(int thread, const char* name) {
  return {{"name", "thread_name"}, {"ph", "M"}, {"pid", 1}, {"tid", thread}, {"args", {{"name", name}}}};
}

}  // namespace

std::string campaign_trace(const WholeRun& whole, const std::string& name) {
  Json events = Json::array();
  events.push_back({{"name", "process_name"}, {"ph", "M"}, {"pid", 1}, {"tid", 1}, {"args", {{"name", name}}}});
  events.push_back(named_thread(1, "what the fleet does"));
  const campaign::Moment start = whole.timeline.front().from;
  // Ends are rounded as beginnings are, so that neighbours touch and never overlap.
  const auto place = [start](campaign::Moment moment) { return (moment - start).count() / kSlower; };
  for (const campaign::Stretch& stretch : whole.timeline) {
    const std::int64_t from = place(stretch.from), to = place(stretch.to);
    events.push_back({{"name", campaign::kStateNames[index(stretch.state)]},
                      {"ph", "X"},
                      {"pid", 1},
                      {"tid", 1},
                      {"ts", from},
                      {"dur", to - from},
                      {"args",
                       {{"from", fmt::format("day {:.4f}", campaign::days_of(stretch.from - start))},
                        {"seconds", campaign::seconds_of(stretch.to - stretch.from).value()},
                        {"replicas", whole.study.plan.levels[stretch.level].replicas}}}});
  }
  std::uint32_t level = ~0U;
  for (const campaign::Stretch& stretch : whole.timeline) {
    if (stretch.level == level) continue;
    level = stretch.level;
    events.push_back({{"name", "replicas"},
                      {"ph", "C"},
                      {"pid", 1},
                      {"ts", place(stretch.from)},
                      {"args", {{"replicas", whole.study.plan.levels[level].replicas}}}});
  }
  const Json trace{{"traceEvents", events},
                   {"otherData",
                    {{"scenario", name},
                     {"time", "one second of the trace is one day of the run"},
                     {"run", "the one nearest to the median of those that were played"}}}};
  return trace.dump() + "\n";
}

}  // namespace sim::report
