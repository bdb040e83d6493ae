#include "sim/replay/assemble.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "sim/base/error.hpp"
#include "sim/iteration/exchange.hpp"

namespace sim::replay {
namespace {

using chakra::CollectiveType;
using chakra::Node;
using chakra::Trace;
using engine::Instruction;
using engine::Step;

// Slots of every actor: its exchanges, its progress, the messages that it listens to, and the progress of the other
// streams of its rank.
constexpr std::uint8_t kExchange = 0, kProgress = 1, kMessage = 2, kFirstStream = 3;

constexpr double kMostPicoseconds = 4e18;  // 46 days, half of what time can say
constexpr double kMostBytes = 1e15;        // of one exchange

/// A collective as it is priced. Those that we do not model are taken for the one that moves the same bytes.
struct Priced {
  cost::Collective collective;
  bool is_substitute = false;
  bool gives_part = false;  ///< the bytes are a rank's part of the buffer
};

Priced priced_as(const Node& node) {
  switch (*node.collective) {
    case CollectiveType::all_reduce:
      return {cost::Collective::all_reduce};
    case CollectiveType::barrier:
      return {cost::Collective::all_reduce, true};
    case CollectiveType::all_gather:
      return {cost::Collective::all_gather, false, true};
    case CollectiveType::gather:
      return {cost::Collective::all_gather, true, true};
    case CollectiveType::broadcast:
      return {cost::Collective::all_gather, true};
    case CollectiveType::all_to_all:
      return {node.variant == "rail" ? cost::Collective::rail_all_to_all : cost::Collective::all_to_all};
    case CollectiveType::reduce_scatter:
    case CollectiveType::reduce_scatter_block:
      return {cost::Collective::reduce_scatter};
    case CollectiveType::reduce:
    case CollectiveType::scatter:
      break;
  }
  return {cost::Collective::reduce_scatter, true};
}

program::Cores cores_of(const Node& node) {
  if (node.overlap == "collective") return program::Cores::collective;
  return node.overlap == "message" ? program::Cores::message : program::Cores::none;
}

/// Groups that lie alike: their operations cost the same.
struct Shape {
  iteration::Geometry geometry;
  std::vector<engine::Activity> activities;
  std::vector<iteration::UsagePattern> patterns;
  std::map<std::tuple<cost::Collective, double, program::Cores>, std::uint32_t> known;
  std::map<std::pair<cost::Algorithm, cost::Collective>, std::uint16_t> known_patterns;
};

class Assembler {
 public:
  Assembler(const iteration::FabricView& view, const std::vector<Trace>& traces, const std::vector<RankStreams>& ranks,
            const Encounters& encounters, const Options& options, std::map<std::string, std::size_t>& warnings)
      : view_(view), traces_(traces), ranks_(ranks), encounters_(encounters), options_(options), warnings_(warnings) {
    shapes_.emplace_back();  // of progress: takes no time
    shapes_.front().activities.emplace_back();
  }

  Assembled assemble() {
    lay_out();
    operation_.resize(encounters_.list.size());
    for (std::uint32_t i = 0; i < encounters_.list.size(); ++i) form(i);
    form_progress();
    for (std::uint32_t actor = 0; actor < made_.actors.size(); ++actor) write(actor);
    if (!(duration_ < kMostPicoseconds)) throw InputError("the traces may take longer than 46 days");
    fill_activities();
    add_rows();
    iteration::drop_free_links(made_.system, view_.rate.size());
    return std::move(made_);
  }

 private:
  [[nodiscard]] const Stream& stream_of(std::uint32_t actor) const {
    return ranks_[made_.actors[actor].rank].streams[made_.actors[actor].stream];
  }
  [[nodiscard]] std::uint32_t actor_of(const StreamPlace& place) const {
    return made_.first_actor[place.rank] + place.stream;
  }

  void lay_out() {
    engine::System& system = made_.system;
    std::size_t streams = 0;
    for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
      made_.first_actor.push_back(static_cast<std::uint32_t>(made_.actors.size()));
      streams = std::max(streams, ranks_[rank].streams.size());
      for (std::uint32_t stream = 0; stream < ranks_[rank].streams.size(); ++stream) {
        made_.actors.push_back({rank, stream});
        system.program.push_back(static_cast<std::uint32_t>(system.program.size()));
      }
    }
    system.slot_posts = {1, 1, 0};
    system.slot_posts.resize(kFirstStream + streams, 0);
    constexpr std::size_t kMostSlots = 100'000'000;
    if (system.program.size() * system.slots() > kMostSlots) {
      throw infeasible("the traces have " + std::to_string(system.program.size()) + " streams, some ranks " +
                           std::to_string(streams) + " of them: too many to simulate",
                       "traces of fewer ranks");
    }
    system.meeting_at.assign(system.program.size() * system.slots(), engine::kNoMeeting);
  }

  void attach(std::uint32_t actor, std::uint8_t slot) {
    engine::System& system = made_.system;
    system.meeting_at[std::size_t{actor} * system.slots() + slot] = system.meetings();
    join(actor, slot);
  }

  void join(std::uint32_t actor, std::uint8_t slot) {
    made_.system.member.push_back(actor);
    made_.system.member_slot.push_back(slot);
  }

  void close_meeting(std::uint32_t shape) {
    made_.system.member_begin.push_back(static_cast<std::uint32_t>(made_.system.member.size()));
    made_.system.shape.push_back(shape);
  }

  [[nodiscard]] std::vector<topology::ChipId> chips_of(const Encounter& encounter) const {
    std::vector<topology::ChipId> chips;
    for (const std::uint32_t rank : encounter.ranks) chips.push_back(view_.chip_of(rank));
    if (!encounter.is_message) std::sort(chips.begin(), chips.end());
    return chips;
  }

  // The compute streams of a group are members too: what its exchanges take from the cores slows them.
  void form(std::uint32_t number) {
    const Encounter& encounter = encounters_.list[number];
    std::vector<topology::ChipId> chips = chips_of(encounter);
    std::sort(chips.begin(), chips.end());
    const std::uint32_t shape = shape_of(iteration::geometry_of(view_, chips));
    bool drags = false;
    for (std::size_t instance = 0; instance < encounter.bytes.size(); ++instance) {
      operation_[number].push_back(operation_of(encounter, instance, shape, drags));
    }
    attach(actor_of(encounter.members[0]), kExchange);
    for (std::size_t i = 1; i < encounter.members.size(); ++i) {
      attach(actor_of(encounter.members[i]), encounter.is_message ? kMessage : kExchange);
    }
    if (drags) {
      for (const StreamPlace& member : encounter.members) join(made_.first_actor[member.rank], kMessage);
    }
    close_meeting(shape);
  }

  std::uint32_t shape_of(iteration::Geometry geometry) {
    const auto next = static_cast<std::uint32_t>(shapes_.size());
    const auto [place, is_new] = shape_index_.try_emplace(geometry, next);
    if (is_new) {
      shapes_.emplace_back();
      shapes_.back().geometry = std::move(geometry);
    }
    return place->second;
  }

  std::uint32_t operation_of(const Encounter& encounter, std::size_t instance, std::uint32_t at, bool& drags) {
    const StreamPlace& first = encounter.members.front();
    const std::uint32_t index = ranks_[first.rank].streams[first.stream].nodes[instance];
    const Node& node = traces_[first.rank].nodes[index];
    Priced priced{cost::Collective::send};
    double bytes = encounter.bytes[instance];
    if (!encounter.is_message) {
      priced = priced_as(node);
      if (priced.gives_part) bytes *= static_cast<double>(encounter.ranks.size());
      if (node.collective == CollectiveType::barrier) bytes = 4;
      if (priced.is_substitute) ++warnings_["collectives taken for one that moves the same bytes (docs/import.md)"];
    }
    if (bytes > kMostBytes) throw InputError(node_name(traces_[first.rank], index) + ": exchanges more than 1 PB");
    const program::Cores cores = encounter.is_message ? program::Cores::none : cores_of(node);
    Shape& shape = shapes_[at];
    const auto next = static_cast<std::uint32_t>(shape.activities.size());
    const auto [place, is_new] = shape.known.try_emplace({priced.collective, bytes, cores}, next);
    if (is_new) shape.activities.push_back(activity_of(priced.collective, bytes, cores, shape));
    const engine::Activity& activity = shape.activities[place->second];
    drags = drags || activity.drag != 0;
    duration_ += static_cast<double>(activity.latency) + static_cast<double>(activity.transfer);
    return place->second;
  }

  [[nodiscard]] engine::Activity activity_of(cost::Collective collective, double bytes, program::Cores cores,
                                             Shape& shape) const {
    if (shape.geometry.shape.ranks < 2) return {};
    const iteration::Exchange exchange =
        iteration::price_exchange(view_.job->step_latency, collective, shape.geometry, Bytes(bytes), cores);
    const auto next = static_cast<std::uint16_t>(shape.patterns.size());
    const auto [place, is_new] = shape.known_patterns.try_emplace({exchange.time.algorithm, collective}, next);
    if (is_new) shape.patterns.push_back(exchange.pattern);
    engine::Activity activity = exchange.activity;
    activity.pattern = place->second;
    return activity;
  }

  // Who waits for whose progress: only those get a meeting.
  void form_progress() {
    listened_.resize(made_.actors.size());
    for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
      for (std::uint32_t node = 0; node < traces_[rank].nodes.size(); ++node) {
        const std::uint32_t own = ranks_[rank].stream_of[node];
        for (const std::uint32_t dep : ranks_[rank].after[node]) {
          const std::uint32_t other = ranks_[rank].stream_of[dep];
          if (other != own) listened_[made_.first_actor[rank] + other].insert(own);
        }
      }
      // At the end the first stream waits for all others, so that its books cover the iteration.
      for (std::uint32_t stream = 1; stream < ranks_[rank].streams.size(); ++stream) {
        listened_[made_.first_actor[rank] + stream].insert(0);
      }
    }
    for (std::uint32_t actor = 0; actor < made_.actors.size(); ++actor) {
      if (listened_[actor].empty()) continue;
      const StreamPlace place = made_.actors[actor];
      attach(actor, kProgress);
      for (const std::uint32_t listener : listened_[actor]) {
        attach(made_.first_actor[place.rank] + listener, static_cast<std::uint8_t>(kFirstStream + place.stream));
      }
      close_meeting(0);
    }
  }

  void put(const Instruction& instruction, std::uint32_t node) {
    made_.system.instructions.push_back(instruction);
    made_.node_of.push_back(node);
  }

  void write(std::uint32_t actor) {
    const StreamPlace place = made_.actors[actor];
    const RankStreams& rank = ranks_[place.rank];
    std::vector<std::uint32_t> waited(rank.streams.size(), 0);
    const auto wait_for = [&](std::uint32_t stream, std::uint32_t number, std::uint32_t node) {
      if (stream == place.stream || number <= waited[stream]) return;
      waited[stream] = number;
      put({Step::wait, static_cast<std::uint8_t>(kFirstStream + stream), 0, number, 0}, node);
    };
    std::uint32_t number = 0;
    for (const std::uint32_t node : rank.streams[place.stream].nodes) {
      for (const std::uint32_t dep : rank.after[node]) wait_for(rank.stream_of[dep], rank.place_of[dep], node);
      work(place, node, number++);
      if (!listened_[actor].empty()) put({Step::post, kProgress, 0, 0, 0}, node);
    }
    if (place.stream == 0) {
      for (std::uint32_t stream = 1; stream < rank.streams.size(); ++stream) {
        wait_for(stream, static_cast<std::uint32_t>(rank.streams[stream].nodes.size()), kNoEncounter);
      }
    }
    made_.system.program_begin.push_back(static_cast<std::uint32_t>(made_.system.instructions.size()));
  }

  void work(const StreamPlace& place, std::uint32_t node, std::uint32_t number) {
    const std::uint32_t encounter = encounters_.of[place.rank][place.stream];
    switch (ranks_[place.rank].streams[place.stream].kind) {
      case StreamKind::mark:
        return;
      case StreamKind::receive:
        put({Step::wait, kMessage, 0, encounters_.message_of[place.rank].at(node), 0}, node);
        return;
      case StreamKind::collective:
      case StreamKind::send:
        put({Step::post, kExchange, 0, operation_[encounter][number], 0}, node);
        put({Step::wait, kExchange, 0, number + 1, 0}, node);
        return;
      default:
        delay(place, node);
    }
  }

  void delay(const StreamPlace& place, std::uint32_t index) {
    const Node& node = traces_[place.rank].nodes[index];
    const StreamKind kind = ranks_[place.rank].streams[place.stream].kind;
    double picoseconds = 1e6 * static_cast<double>(node.duration_us);
    if (kind == StreamKind::compute) {  // as recorded: a slow chip of the fleet does not slow it again
      picoseconds *= node.operations ? options_.scale_with_operations : options_.scale_without_operations;
    }
    const bool is_copy = kind == StreamKind::load || kind == StreamKind::store;
    if (is_copy && node.duration_us == 0) picoseconds = copy_time(place, index);
    duration_ += picoseconds;
    if (!(duration_ < kMostPicoseconds)) throw InputError("the traces may take longer than 46 days");
    put({Step::delay, 0, 0, 0, std::llround(picoseconds)}, index);
  }

  [[nodiscard]] double copy_time(const StreamPlace& place, std::uint32_t index) const {
    const Node& node = traces_[place.rank].nodes[index];
    const topology::ChipId chip = view_.chip_of(traces_[place.rank].rank);
    const iteration::Geometry geometry = iteration::geometry_of(view_, {&chip, 1});
    const auto bytes = static_cast<double>(node.tensor_size.value_or(0));
    if (bytes == 0 || bytes > kMostBytes || geometry.shape.host_path == BytesPerSecond(0)) {
      throw InputError(node_name(traces_[place.rank], index) +
                       ": a copy without a duration, and its bytes or the rate of the host link are not known");
    }
    const engine::Activity copy = iteration::host_copy(view_.job->step_latency, geometry, Bytes(bytes));
    return static_cast<double>(copy.latency) + static_cast<double>(copy.transfer);
  }

  void fill_activities() {
    engine::System& system = made_.system;
    std::size_t most = 1;
    for (const Shape& shape : shapes_) {
      most = std::max(most, shape.activities.size());
      system.patterns = std::max(system.patterns, static_cast<std::uint32_t>(shape.patterns.size()));
    }
    constexpr std::size_t kMostActivities = 100'000'000;
    if (most * shapes_.size() > kMostActivities) {
      throw infeasible("the traces have too many kinds of exchanges to simulate", "traces of fewer ranks");
    }
    system.operations = static_cast<std::uint32_t>(most);
    for (const Shape& shape : shapes_) {
      system.activities.insert(system.activities.end(), shape.activities.begin(), shape.activities.end());
      system.activities.resize(system.activities.size() + most - shape.activities.size());
    }
  }

  // The meetings of encounters come first.
  void add_rows() {
    engine::System& system = made_.system;
    for (std::uint32_t meeting = 0; meeting < system.meetings(); ++meeting) {
      const Shape& shape = shapes_[system.shape[meeting]];
      const bool is_progress = meeting >= encounters_.list.size();
      const std::vector<topology::ChipId> chips =
          is_progress ? std::vector<topology::ChipId>{} : chips_of(encounters_.list[meeting]);
      for (std::uint32_t pattern = 0; pattern < system.patterns; ++pattern) {
        if (pattern < shape.patterns.size()) {
          iteration::add_row(view_, chips, shape.geometry, shape.patterns[pattern], system.rows);
        } else {
          system.rows.close_row();
        }
      }
    }
  }

  const iteration::FabricView& view_;
  const std::vector<Trace>& traces_;
  const std::vector<RankStreams>& ranks_;
  const Encounters& encounters_;
  const Options& options_;
  std::map<std::string, std::size_t>& warnings_;
  Assembled made_;
  double duration_ = 0;                                // ps of everything one after another: no run takes longer
  std::vector<std::vector<std::uint32_t>> operation_;  // by encounter and instance: column of its shape
  std::vector<std::set<std::uint32_t>> listened_;      // by actor: streams of its rank that wait for it
  std::vector<Shape> shapes_;
  std::unordered_map<iteration::Geometry, std::uint32_t, iteration::GeometryHash> shape_index_;
};

}  // namespace

Assembled assemble(const iteration::FabricView& view, const std::vector<Trace>& traces,
                   const std::vector<RankStreams>& ranks, const Encounters& encounters, const Options& options,
                   std::map<std::string, std::size_t>& warnings) {
  return Assembler(view, traces, ranks, encounters, options, warnings).assemble();
}

}  // namespace sim::replay
