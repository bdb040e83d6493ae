#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/parallel/pipeline_timeline.hpp"
#include "sim/parallel/schedule.hpp"

namespace sim::report {

/// A schedule played with equal stages, and what to say of it.
struct ScheduleDrawing {
  std::string name;  ///< of the kind, or of the file
  parallel::ScheduleKind kind = parallel::ScheduleKind::one_f_one_b;
  parallel::Schedule schedule;
  std::vector<std::vector<bool>> pairs;  ///< passes that run as one; empty: none
  parallel::PassTimes stage;             ///< of a pass through a whole stage
  double message = 0;                    ///< from one stage to another
  parallel::PipelineTimeline timeline;
  double period = 0;                   ///< of one iteration: to the last task, or the longest stage's own time
  double work = 0;                     ///< of the busiest stage
  std::vector<std::vector<int>> held;  ///< most passes held at a time, by stage and chunk
  std::optional<double> closed_form;   ///< bubble that the kind's paper gives, where it holds

  /// Time that the busiest stage waits; 0 where only rounding is left.
  [[nodiscard]] double bubble() const { return period - work > 1e-12 * period ? period - work : 0; }
  [[nodiscard]] double bubble_share() const { return bubble() / period; }
  [[nodiscard]] double shortest_task() const;
};

/// Plays a schedule. Times are of a whole stage: a chunk takes its part of them.
[[nodiscard]] ScheduleDrawing draw_schedule(const std::string& name, parallel::ScheduleKind kind,
                                            const parallel::Schedule& schedule, const parallel::PassTimes& stage,
                                            double message, bool pairs);

/// One row a stage, `columns` wide at most.
[[nodiscard]] std::string schedule_text(const ScheduleDrawing& drawing, int columns, bool color);
[[nodiscard]] std::string schedule_json(const ScheduleDrawing& drawing);
/// A picture with its own title, legend and axis.
[[nodiscard]] std::string schedule_svg(const ScheduleDrawing& drawing);

/// The kinds, one line each.
[[nodiscard]] std::string schedule_list_text();
[[nodiscard]] std::string schedule_list_json();

}  // namespace sim::report
