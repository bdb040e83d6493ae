#pragma once

#include <string>

#include "sim/config/fields.hpp"
#include "sim/parallel/schedule.hpp"

namespace sim::config {

/// Reads a pipeline schedule:
///
///     placement: wrap            # or v, or mirrored: parallel::Placement
///     chunks: 1                  # of a stage
///     micro_batches: 2
///     stages: ["F0 F1 B0 B1", "F0 B0 F1 B1"]
///
/// Each stage is a text of tasks as parallel::name_of() writes them. Throws InputError for words that are no task of
/// the schedule, for tasks that stand twice, and for what parallel::check_schedule() refuses.
[[nodiscard]] parallel::Schedule load_schedule(const std::string& path);

/// The keys of such a file.
void describe_schedule_file(Fields& fields);

/// The same form as text, one line a stage.
[[nodiscard]] std::string schedule_yaml(const parallel::Schedule& schedule);

}  // namespace sim::config
