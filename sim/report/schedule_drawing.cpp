#include <algorithm>

#include "sim/parallel/schedule_forms.hpp"
#include "sim/parallel/task_pairs.hpp"
#include "sim/report/schedule_report.hpp"

namespace sim::report {
namespace {

// Two chunks that mirror each other are whole stages, others are parts of one.
parallel::PassTimes chunk_times(const parallel::Schedule& schedule, const parallel::PassTimes& stage) {
  const int parts = schedule.placement == parallel::Placement::mirrored ? 1 : schedule.chunks;
  return {stage.forward / parts, stage.input / parts, stage.weight / parts};
}

double time_of(const std::vector<parallel::Task>& tasks, const parallel::PassTimes& chunk) {
  double sum = 0;
  for (const parallel::Task& task : tasks) {
    switch (task.pass) {
      case parallel::Pass::forward:
        sum += chunk.forward;
        break;
      case parallel::Pass::backward:
        sum += chunk.input + chunk.weight;
        break;
      case parallel::Pass::backward_input:
        sum += chunk.input;
        break;
      case parallel::Pass::backward_weight:
        sum += chunk.weight;
        break;
    }
  }
  return sum;
}

}  // namespace

double ScheduleDrawing::shortest_task() const {
  double least = timeline.end;
  for (const std::vector<parallel::Span>& tasks : timeline.stages) {
    for (const parallel::Span& span : tasks) least = std::min(least, span.end - span.begin);
  }
  return least;
}

ScheduleDrawing draw_schedule(const std::string& name, parallel::ScheduleKind kind, const parallel::Schedule& schedule,
                              const parallel::PassTimes& stage, double message, bool pairs) {
  ScheduleDrawing drawing;
  drawing.name = name;
  drawing.kind = kind;
  drawing.schedule = schedule;
  drawing.stage = stage;
  drawing.message = message;
  const parallel::PassTimes chunk = chunk_times(schedule, stage);
  const std::vector<parallel::PassTimes> times(static_cast<std::size_t>(schedule.virtual_stages()), chunk);
  if (pairs) drawing.pairs = parallel::find_pairs(schedule);
  drawing.timeline = parallel::play(schedule, times, message, drawing.pairs);
  const bool carries = parallel::validates_afterwards(kind);
  drawing.period = carries ? drawing.timeline.longest_stage() : drawing.timeline.end;
  const std::vector<double> equal(static_cast<std::size_t>(schedule.chunks), 1.0);
  for (int s = 0; s < schedule.pp; ++s) {
    const std::vector<parallel::Task>& tasks = schedule.stages[static_cast<std::size_t>(s)];
    drawing.work = std::max(drawing.work, time_of(tasks, chunk));
    drawing.held.push_back(peak_in_flight(schedule, s, equal));
  }
  const int vpp = schedule.placement == parallel::Placement::mirrored ? 1 : schedule.chunks;
  if (message == 0) {
    drawing.closed_form = closed_form_bubble(kind, schedule.pp, vpp, schedule.micro_batches, stage, pairs);
  }
  return drawing;
}

}  // namespace sim::report
