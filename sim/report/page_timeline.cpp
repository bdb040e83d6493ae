#include "sim/report/page_timeline.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace sim::report {
namespace {

using iteration::Span;
using iteration::SpanKind;
using iteration::TimelineCell;
using Json = nlohmann::ordered_json;

constexpr const char* kTiers[] = {"scale_up", "host", "nic", "leaf_uplink", "trunk"};
constexpr std::size_t kBins = 500;         // of a link's load: a pixel each on a wide page
constexpr double kSmallestShown = 1.0e-6;  // of the iteration: below a pixel when zoomed in as far as the page goes

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

/// A span as the page draws it, in units of the row's resolution.
struct Drawn {
  Pass pass;
  long long begin = 0, end = 0;
};

bool joins(const Drawn& last, const Drawn& next) {
  return last.end == next.begin && last.pass.kind == next.pass.kind && last.pass.micro_batch < 0 &&
         next.pass.micro_batch < 0;
}

// Five integers a span: kind, gap before it, length, chunk, micro-batch. Neighbours that look alike are drawn as one.
Json row_of(const TimelineCell& cell, const std::vector<std::string>& names, engine::SimTime origin, double unit) {
  const auto place = [&](engine::SimTime at) { return std::llround((at - origin).seconds().value() / unit); };
  std::vector<Drawn> drawn;
  for (const Span& span : cell.streams.front().spans) {
    const Drawn next{read_name(span, names[span.name]), place(span.begin), place(span.end)};
    if (span.depth != 0 || next.end <= next.begin) continue;
    if (!drawn.empty() && joins(drawn.back(), next)) {
      drawn.back().end = next.end;
    } else {
      drawn.push_back(next);
    }
  }
  Json spans = Json::array();
  long long last = 0;
  for (const Drawn& span : drawn) {
    for (const long long part :
         {static_cast<long long>(span.pass.kind), span.begin - last, span.end - span.begin,
          static_cast<long long>(span.pass.chunk), static_cast<long long>(span.pass.micro_batch)})
      spans.push_back(part);
    last = span.end;
  }
  return {{"stage", cell.stage}, {"spans", spans}};
}

// The share of a link that is used, as means over equal parts of the period: as fine as a page can show.
std::vector<double> mean_shares(const iteration::LinkLoad& load, double period) {
  std::vector<double> shares(kBins, 0);
  for (std::size_t i = 0; i < load.points.size(); ++i) {
    const double from = load.points[i].at.seconds().value() / period * kBins;
    const double to = i + 1 < load.points.size() ? load.points[i + 1].at.seconds().value() / period * kBins : kBins;
    for (std::size_t bin = static_cast<std::size_t>(from); bin < kBins && static_cast<double>(bin) < to; ++bin) {
      const double begin = std::max(from, static_cast<double>(bin)), end = std::min(to, static_cast<double>(bin + 1));
      shares[bin] += load.points[i].share * std::max(0.0, end - begin);
    }
  }
  for (double& share : shares) share = std::round(share * 1e3) / 1e3;
  return shares;
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
  const double seconds = (end - origin).seconds().value(), unit = seconds * kSmallestShown;
  Json stages = Json::array();
  for (const auto& [stage, cell] : first) stages.push_back(row_of(*cell, timeline.names, origin, unit));
  return Json{{"seconds", seconds}, {"unit", unit}, {"stages", stages}}.dump();
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
    list.push_back({{"tier", kTiers[static_cast<int>(tier)]},
                    {"name", load->name},
                    {"mean", load->mean},
                    {"shares", mean_shares(*load, period)}});
  }
  return list.dump();
}

}  // namespace sim::report
