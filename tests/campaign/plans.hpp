#pragma once

#include "sim/campaign/plan.hpp"

namespace sim::campaign {

inline Moment day(int number) {
  return Moment(std::chrono::days(number));
}

/// Ten nodes that are there from the first day and never fail.
inline Plan plain_plan(std::int64_t steps, Seconds step) {
  Plan plan;
  plan.levels = {{{10}, 1}};
  plan.phases = {{"all", steps, 1e6, {step}}};
  plan.deliveries = {{0, 10, day(0)}};
  return plan;
}

/// A part that restarts the job and needs no repair.
inline Component stopping(const char* name, double per_node, Seconds mean_life) {
  Component part;
  part.name = name;
  part.per_node = per_node;
  part.mean_life = mean_life;
  return part;
}

/// Everything at once: two tiers, three scopes, repairs, few spares, slow parts, maintenance, evaluations, shrinking.
inline Plan hard_plan() {
  Plan plan = plain_plan(3000, Seconds(60));
  plan.levels = {{{8}, 4}, {{10}, 5}};
  plan.phases = {{"short", 1000, 1e6, {Seconds(75), Seconds(60)}}, {"long", 2000, 2e6, {Seconds(77.7), Seconds(61.3)}}};
  plan.deliveries = {{0, 9, day(0)}, {0, 2, day(1)}};
  plan.components = {stopping("software", 1, Seconds(40 * 3600)), stopping("chip", 8, Seconds(300 * 3600)),
                     stopping("power", 0.1, Seconds(100 * 3600)), stopping("slow chip", 8, Seconds(900 * 3600))};
  plan.components[1].scope = Scope::node;
  plan.components[1].repair_share = 0.7;
  plan.components[1].detection = Seconds(600);
  plan.components[2].scope = Scope::job;
  plan.components[3].slowdown = 1.2;
  plan.components[3].detection = Seconds(3600);
  plan.recovery = {Seconds(120), Seconds(300), 0.1, Seconds(3600), Seconds(20 * 3600), true};
  plan.tiers = {{"host memory", Seconds(300), Seconds(), Seconds(60), Seconds(20), Scope::process},
                {"storage", Seconds(1800), Seconds(15), Seconds(120), Seconds(90), Scope::job}};
  plan.evaluation = Evaluation{200, Seconds(240)};
  plan.maintenance = Maintenance{Seconds(86400), Seconds(3600)};
  return plan;
}

}  // namespace sim::campaign
