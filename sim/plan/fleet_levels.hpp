#pragma once

#include <optional>
#include <vector>

#include "sim/campaign/inputs.hpp"
#include "sim/iteration/simulate.hpp"

namespace sim::plan {

/// The job on a part of its fleet.
struct FleetLevel {
  iteration::Job job;
  std::vector<int> nodes;  ///< hosts at work by entry of the whole fleet
};

/// Hosts that hold so many chips of an entry: what fails and is repaired as one.
[[nodiscard]] int hosts_of(const iteration::FleetEntry& entry, int chips);

/// Chips of every entry that are there from a date on; the last has all.
struct FleetState {
  campaign::Moment from;
  std::vector<int> chips;
};

/// The deliveries of a fleet in order of date; monthly ones fall on the same day of the month, or on the last day of a
/// shorter one. Entries without a date are there at `start`; without that none may have one. Throws for more than 120
/// deliveries.
[[nodiscard]] std::vector<FleetState> fleet_states(const iteration::Job& job,
                                                   const std::vector<campaign::Arrival>& arrivals,
                                                   std::optional<campaign::Moment> start);

/// The sizes at which the job runs, smallest first, the whole one last. On fewer chips the same strategy runs with
/// fewer replicas, as many as have room and keep expert groups whole; where the batch does not divide by them, some
/// replicas run one micro-batch more and set the pace. `open` is the job before divide(), `divided` after. Deliveries
/// that cannot run it (too few chips, does not fit) give no level. With `shrink`, also up to four sizes below the whole
/// fleet, which must be of one entry.
[[nodiscard]] std::vector<FleetLevel> fleet_levels(const iteration::Job& open, const iteration::Job& divided,
                                                   const std::vector<FleetState>& states, bool shrink);

}  // namespace sim::plan
