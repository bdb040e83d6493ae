#include <nlohmann/json.hpp>

#include "sim/parallel/schedule_forms.hpp"
#include "sim/report/schedule_report.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

Json tasks_json(const ScheduleDrawing& drawing, std::size_t stage) {
  constexpr const char* kPasses[] = {"forward", "backward", "backward_input", "backward_weight"};
  Json list = Json::array();
  for (std::size_t i = 0; i < drawing.schedule.stages[stage].size(); ++i) {
    const parallel::Task& task = drawing.schedule.stages[stage][i];
    const parallel::Span& span = drawing.timeline.stages[stage][i];
    list.push_back({{"name", name_of(task, drawing.schedule.chunks)},
                    {"pass", kPasses[static_cast<int>(task.pass)]},
                    {"micro_batch", task.micro_batch},
                    {"chunk", task.chunk},
                    {"begin", span.begin},
                    {"end", span.end}});
  }
  return list;
}

Json forms_json(parallel::ScheduleKind kind) {
  const parallel::ScheduleForms& forms = parallel::forms_of(kind);
  return {{"summary", forms.summary}, {"bubble", forms.bubble}, {"held", forms.held}, {"source", forms.source}};
}

}  // namespace

std::string schedule_json(const ScheduleDrawing& drawing) {
  constexpr const char* kPlacements[] = {"wrap", "v", "mirrored"};
  const parallel::Schedule& schedule = drawing.schedule;
  Json json{{"schedule", drawing.name},
            {"pp", schedule.pp},
            {"chunks", schedule.chunks},
            {"micro_batches", schedule.micro_batches},
            {"placement", kPlacements[static_cast<int>(schedule.placement)]},
            {"forward", drawing.stage.forward},
            {"input", drawing.stage.input},
            {"weight", drawing.stage.weight},
            {"message", drawing.message},
            {"pairs", !drawing.pairs.empty()},
            {"period", drawing.period},
            {"work", drawing.work},
            {"bubble", drawing.bubble()},
            {"bubble_share", drawing.bubble_share()}};
  json["closed_form"] = forms_json(drawing.kind);
  json["closed_form"]["value"] = drawing.closed_form ? Json(*drawing.closed_form) : Json(nullptr);
  json["stages"] = Json::array();
  for (std::size_t stage = 0; stage < schedule.stages.size(); ++stage) {
    json["stages"].push_back({{"held", drawing.held[stage]}, {"tasks", tasks_json(drawing, stage)}});
  }
  return json.dump(2) + "\n";
}

std::string schedule_list_json() {
  Json list = Json::array();
  const std::vector<std::string>& names = parallel::schedule_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto kind = static_cast<parallel::ScheduleKind>(i);
    if (kind == parallel::ScheduleKind::file) continue;
    Json one{{"name", names[i]}};
    one.update(forms_json(kind));
    list.push_back(one);
  }
  return list.dump(2) + "\n";
}

}  // namespace sim::report
