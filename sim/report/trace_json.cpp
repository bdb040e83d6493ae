#include "sim/report/trace_json.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace sim::report {
namespace {

using engine::SimTime;
using iteration::SpanKind;
using iteration::Timeline;
using Json = nlohmann::ordered_json;

constexpr std::array<const char*, iteration::kSpanKinds> kCategories = {
    "pass",   "step",    "layer",    "tensor_compute", "hbm_bandwidth", "launch",  "skew",
    "bubble", "latency", "scale_up", "scale_out",      "host_link",     "exchange"};

constexpr const char* kTiers[] = {"scale_up", "host", "nic", "leaf_uplink", "trunk"};
constexpr const char* kDetails[] = {"passes", "layers", "kernels"};

constexpr std::int64_t kStreamsOfAProcess = 100;

std::int64_t nanoseconds(SimTime time) {
  return time.picoseconds() / 1000;
}

// Whole nanoseconds in microseconds. Perfetto reads the number as a double, multiplies by 1000 and cuts; where that
// would lose one, a further digit keeps it.
std::string microseconds(std::int64_t ns) {
  std::string text = fmt::format("{}", ns / 1000);
  const std::int64_t rest = ns % 1000;
  const bool loses_one = static_cast<std::int64_t>(static_cast<double>(ns) / 1000.0 * 1000.0) != ns;
  if (loses_one) return text + fmt::format(".{:03}1", rest);
  if (rest == 0) return text;
  text += fmt::format(".{:03}", rest);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::string quoted(const std::string& text) {
  return Json(text).dump();
}

/// Events of one array, with what separates them; passes the text on in large parts.
class Events {
 public:
  explicit Events(const TextSink& sink) : sink_(sink) {}

  template <class... Parts>
  void add(fmt::format_string<Parts...> form, Parts&&... parts) {
    buffer_ += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    fmt::format_to(std::back_inserter(buffer_), form, std::forward<Parts>(parts)...);
    if (buffer_.size() >= kPart) flush();
  }
  void flush() {
    sink_(buffer_);
    buffer_.clear();
  }

 private:
  static constexpr std::size_t kPart = 1 << 16;
  const TextSink& sink_;
  std::string buffer_;
  bool is_first_ = true;
};

class TraceWriter {
 public:
  TraceWriter(const Timeline& timeline, int iterations, const TextSink& sink)
      : timeline_(timeline), iterations_(iterations), sink_(sink), events_(sink) {
    for (const std::string& name : timeline.names) names_.push_back(quoted(name));
    std::uint32_t number = 0;
    for (const iteration::Flow& flow : timeline.flows) {
      ends_[{flow.from.cell, flow.from.stream}].emplace(flow.from.span, End{number, 's'});
      ends_[{flow.to.cell, flow.to.stream}].emplace(flow.to.span, End{number, 'f'});
      ++number;
    }
  }

  void write() {
    sink_("{\"displayTimeUnit\":\"ns\",\"otherData\":" + about().dump() + ",\n\"traceEvents\":[");
    for (std::size_t cell = 0; cell < timeline_.cells.size(); ++cell) {
      name_cell(cell);
      for (std::size_t stream = 0; stream < timeline_.cells[cell].streams.size(); ++stream) {
        for (int iteration = 0; iteration < iterations_; ++iteration) write_stream(cell, stream, iteration);
      }
    }
    write_loads();
    events_.flush();
    sink_("\n]}\n");
  }

 private:
  struct End {
    std::uint32_t flow;
    char phase;
  };

  static std::size_t process(std::size_t cell) { return cell + 1; }
  static std::size_t thread(std::size_t cell, std::size_t stream) {
    return process(cell) * kStreamsOfAProcess + stream;
  }
  [[nodiscard]] SimTime start(int iteration) const { return SimTime(timeline_.period.picoseconds() * iteration); }

  void name_cell(std::size_t index) {
    const iteration::TimelineCell& cell = timeline_.cells[index];
    const std::size_t pid = process(index);
    const std::string name = fmt::format("stage {}, {} {} ({})", cell.stage, cell.ranks.size() == 1 ? "rank" : "ranks",
                                         ranges_text(cell.ranks, 4), cell.chip);
    describe("process_name", pid, pid, quoted(name));
    order("process_sort_index", pid, pid, index);
    for (std::size_t stream = 0; stream < cell.streams.size(); ++stream) {
      describe("thread_name", pid, thread(index, stream), quoted(cell.streams[stream].name));
      order("thread_sort_index", pid, thread(index, stream), stream);
    }
  }

  void describe(const char* what, std::size_t pid, std::size_t tid, const std::string& name) {
    events_.add(R"({{"name":"{}","ph":"M","pid":{},"tid":{},"args":{{"name":{}}}}})", what, pid, tid, name);
  }
  void order(const char* what, std::size_t pid, std::size_t tid, std::size_t place) {
    events_.add(R"({{"name":"{}","ph":"M","pid":{},"tid":{},"args":{{"sort_index":{}}}}})", what, pid, tid, place);
  }

  // An arrow's end belongs to the span that was opened last, so it stands right behind its span.
  void write_stream(std::size_t cell, std::size_t stream, int iteration) {
    const auto found = ends_.find({static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(stream)});
    const std::vector<iteration::Span>& spans = timeline_.cells[cell].streams[stream].spans;
    for (std::size_t index = 0; index < spans.size(); ++index) {
      const std::int64_t from = nanoseconds(spans[index].begin + start(iteration));
      const std::int64_t to = nanoseconds(spans[index].end + start(iteration));
      write_span(spans[index], process(cell), thread(cell, stream), from, to);
      if (found == ends_.end()) continue;
      const auto [first, last] = found->second.equal_range(static_cast<std::uint32_t>(index));
      for (auto end = first; end != last; ++end) {
        const std::size_t id = end->second.flow + timeline_.flows.size() * static_cast<std::size_t>(iteration) + 1;
        events_.add(R"({{"name":"message","cat":"message","ph":"{}"{},"id":{},"pid":{},"tid":{},"ts":{}}})",
                    end->second.phase, end->second.phase == 'f' ? R"(,"bp":"e")" : "", id, process(cell),
                    thread(cell, stream), microseconds(from));
      }
    }
  }

  void write_span(const iteration::Span& span, std::size_t pid, std::size_t tid, std::int64_t from, std::int64_t to) {
    std::string about;
    if (span.kind == SpanKind::exchange) {
      const std::string cause = span.cause == iteration::kNoName ? "" : ",\"in\":" + names_[span.cause];
      about = fmt::format(R"(,"args":{{"bytes":{:.0f}{}}})", span.bytes, cause);
    }
    events_.add(R"({{"name":{},"cat":"{}","ph":"X","pid":{},"tid":{},"ts":{},"dur":{}{}}})", names_[span.name],
                kCategories[static_cast<std::size_t>(span.kind)], pid, tid, microseconds(from), microseconds(to - from),
                about);
  }

  void write_loads() {
    if (timeline_.loads.empty()) return;
    const std::size_t pid = process(timeline_.cells.size());
    describe("process_name", pid, pid, "\"busiest links\"");
    order("process_sort_index", pid, pid, pid);
    for (const iteration::LinkLoad& load : timeline_.loads) {
      const std::string name = quoted(load_name(load));
      for (int iteration = 0; iteration < iterations_; ++iteration) {
        for (std::size_t i = 0; i < load.points.size(); ++i) {
          const bool is_end = i + 1 == load.points.size();
          if (is_end && iteration + 1 < iterations_) continue;  // the next iteration's first point
          const iteration::LinkLoad::Point& point = load.points[i];
          events_.add(R"({{"name":{},"ph":"C","pid":{},"ts":{},"args":{{"bytes_per_second":{:.6g},"share":{:.6g}}}}})",
                      name, pid, microseconds(nanoseconds(point.at + start(iteration))),
                      point.share * load.rate.value(), point.share);
        }
      }
    }
  }

  static std::string load_name(const iteration::LinkLoad& load) {
    return fmt::format("{}: {}", kTiers[static_cast<int>(load.tier)], load.name);
  }

  [[nodiscard]] Json about() const {
    Json processes = Json::array(), links = Json::array();
    for (std::size_t cell = 0; cell < timeline_.cells.size(); ++cell) {
      const iteration::TimelineCell& what = timeline_.cells[cell];
      processes.push_back({{"pid", process(cell)},
                           {"stage", what.stage},
                           {"chip", what.chip},
                           {"rank_count", what.ranks.size()},
                           {"ranks", ranges_text(what.ranks, 64)}});
    }
    for (const iteration::LinkLoad& load : timeline_.loads) {
      Json link{{"name", load_name(load)}, {"bytes_per_second", load.rate.value()}, {"mean_share", load.mean}};
      if (load.resolution > SimTime()) link["means_over_seconds"] = load.resolution.seconds().value();
      links.push_back(std::move(link));
    }
    const char* const steady = "every iteration of the steady state is the one that was simulated; copies repeat it";
    Json about{{"scenario", timeline_.title},
               {"ranks", timeline_.ranks},
               {"iteration_picoseconds", timeline_.period.picoseconds()},
               {"iterations", iterations_},
               {"steady_state", steady},
               {"process", "ranks that behave alike, shown once"},
               {"detail", kDetails[static_cast<int>(timeline_.detail)]},
               {"cells_left_out", timeline_.cells_left_out}};
    const std::string left_out = left_out_text(timeline_);
    if (!left_out.empty()) about["left_out"] = left_out;
    about["processes"] = std::move(processes);
    about["links"] = std::move(links);
    return about;
  }

  const Timeline& timeline_;
  int iterations_;
  const TextSink& sink_;
  Events events_;
  std::vector<std::string> names_;                                                             ///< in quotes
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::multimap<std::uint32_t, End>> ends_;  ///< by cell and stream
};

}  // namespace

void write_trace(const Timeline& timeline, int iterations, const TextSink& sink) {
  TraceWriter(timeline, iterations, sink).write();
}

std::string ranges_text(const std::vector<std::uint32_t>& numbers, std::size_t most) {
  std::string text;
  std::size_t ranges = 0;
  for (std::size_t first = 0; first < numbers.size(); ++ranges) {
    if (ranges == most) return text + fmt::format(", ... ({} in all)", numbers.size());
    std::size_t last = first;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (!text.empty()) text += ", ";
    text += first == last ? fmt::format("{}", numbers[first]) : fmt::format("{}-{}", numbers[first], numbers[last]);
    first = last + 1;
  }
  return text;
}

std::string left_out_text(const Timeline& timeline) {
  if (timeline.detail == iteration::Detail::kernels) return "";
  std::string text = timeline.detail == iteration::Detail::passes ? "layers, kernels" : "kernels";
  text += " and the exchanges inside layers";
  if (timeline.cells_left_out > 0) {
    text += fmt::format(", and {} of {} kinds of ranks", timeline.cells_left_out,
                        timeline.cells_left_out + timeline.cells.size());
  }
  return text + ", to keep the file small; --trace-ranks of a few ranks shows more";
}

}  // namespace sim::report
