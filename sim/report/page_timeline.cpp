#include "sim/report/page_timeline.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

namespace sim::report {
namespace {

using iteration::Span;
using iteration::SpanKind;
using iteration::TimelineCell;
using Json = nlohmann::ordered_json;

constexpr const char* kTiers[] = {"scale_up", "host", "nic", "leaf_uplink", "trunk"};

struct Pass {
  int kind = 4, chunk = 0, micro_batch = -1;
};

// Passes are named "forward chunk 2 micro-batch 5", other parts in words of their own.
Pass read_name(const Span& span, const std::string& name) {
  if (span.kind == SpanKind::bubble) return {2, 0, -1};
  if (span.kind != SpanKind::pass && span.kind != SpanKind::step) return {3, 0, -1};  // a wait for an exchange
  Pass pass;
  if (span.kind == SpanKind::step) return pass;
  pass.kind = name.rfind("forward", 0) == 0 ? 0 : 1;
  const std::size_t chunk = name.find("chunk "), micro_batch = name.find("micro-batch ");
  if (chunk != std::string::npos) pass.chunk = std::atoi(name.c_str() + chunk + 6);
  if (micro_batch != std::string::npos) pass.micro_batch = std::atoi(name.c_str() + micro_batch + 12);
  return pass;
}

Json row_of(const TimelineCell& cell, const std::vector<std::string>& names, engine::SimTime origin) {
  const auto microseconds = [&](engine::SimTime at) { return std::llround((at - origin).seconds().value() * 1e6); };
  Json spans = Json::array();
  long long last = 0;
  for (const Span& span : cell.streams.front().spans) {
    if (span.depth != 0) continue;
    const long long begin = microseconds(span.begin), end = microseconds(span.end);
    if (end <= begin) continue;
    const Pass pass = read_name(span, names[span.name]);
    spans.push_back({pass.kind, begin - last, end - begin, pass.chunk, pass.micro_batch});
    last = end;
  }
  return {{"stage", cell.stage}, {"spans", spans}};
}

}  // namespace

std::string gantt_json(const iteration::Timeline& timeline) {
  std::map<int, const TimelineCell*> first;  // of each stage
  for (const TimelineCell& cell : timeline.cells) first.try_emplace(cell.stage, &cell);
  engine::SimTime origin = timeline.cells.front().begin, end = origin;
  for (const auto& [stage, cell] : first) {
    origin = std::min(origin, cell->begin);
    for (const Span& span : cell->streams.front().spans) end = std::max(end, span.end);
  }
  Json stages = Json::array();
  for (const auto& [stage, cell] : first) stages.push_back(row_of(*cell, timeline.names, origin));
  return Json{{"seconds", (end - origin).seconds().value()}, {"stages", stages}}.dump();
}

std::string link_loads_json(const iteration::Timeline& timeline) {
  std::map<topology::LinkTier, const iteration::LinkLoad*> busiest;
  for (const iteration::LinkLoad& load : timeline.loads) {
    const auto [place, is_new] = busiest.try_emplace(load.tier, &load);
    if (!is_new && load.mean > place->second->mean) place->second = &load;
  }
  const double period = timeline.period.seconds().value();
  Json list = Json::array();
  for (const auto& [tier, load] : busiest) {
    Json points = Json::array();
    for (const iteration::LinkLoad::Point& point : load->points)
      points.push_back(
          {std::round(point.at.seconds().value() / period * 1e5) / 1e5, std::round(point.share * 1e3) / 1e3});
    list.push_back(
        {{"tier", kTiers[static_cast<int>(tier)]}, {"name", load->name}, {"mean", load->mean}, {"points", points}});
  }
  return list.dump();
}

}  // namespace sim::report
