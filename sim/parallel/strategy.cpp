#include "sim/parallel/strategy.hpp"

#include "sim/parallel/schedule.hpp"

namespace sim::parallel {

const std::vector<std::string>& recompute_names() {
  static const std::vector<std::string> names{"none", "selective", "elementwise", "alternate", "full"};
  return names;
}

Placement Strategy::placement() const {
  if (schedule == ScheduleKind::file) return file_schedule.placement;
  return pp == 1 ? Placement::wrap : placement_of(schedule);
}

bool Strategy::carries_skew() const {
  return pp > 1 && validates_afterwards(schedule);
}

bool Strategy::splits_backward() const {
  if (schedule == ScheduleKind::file) return file_schedule.splits_backward;
  return pp > 1 && (validates_afterwards(schedule) || schedule == ScheduleKind::dualpipe);
}

}  // namespace sim::parallel
