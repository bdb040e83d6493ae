#include "sim/replay/replay.hpp"

#include <algorithm>
#include <map>

#include "sim/base/error.hpp"
#include "sim/engine/run.hpp"
#include "sim/iteration/usage.hpp"
#include "sim/replay/assemble.hpp"

namespace sim::replay {
namespace {

using chakra::NodeType;
using chakra::Trace;
using engine::SimTime;

/// Books what the first stream of every rank does and waits for. A wait for another stream of the rank ends when that
/// one has ended a node: what this node did meanwhile is what the wait was for.
class Books : public engine::Observer {
 public:
  Books(const Assembled& made, const std::vector<RankStreams>& ranks, std::vector<RankShare>& shares)
      : made_(made), ranks_(ranks), shares_(shares), work_(made.actors.size()), began_(made.system.meetings()) {}

  void delayed(std::uint32_t actor, const engine::Instruction& /*what*/, SimTime from, SimTime to) {
    const StreamPlace& place = made_.actors[actor];
    if (place.stream == 0) shares_[place.rank].compute += (to - from).seconds().value();
    work_[actor] = {from, to, &RankShare::host};
  }

  void began(std::uint32_t meeting, std::uint32_t operation, std::uint32_t /*last*/, SimTime now) {
    began_[meeting] = {now, made_.system.activity(meeting, operation).tag};
  }

  // The next instance may begin before those who wait for this one are told.
  void ended(std::uint32_t meeting, SimTime /*transfer_began*/, SimTime /*now*/) { last_ = began_[meeting]; }

  void waited(std::uint32_t actor, std::uint32_t slot, std::uint32_t /*meeting*/, SimTime from, SimTime to) {
    if (slot < kFirstProgress) {
      const bool is_inside = iteration::ExchangeTag::of(last_.tag).tier == iteration::BindingTier::scale_up;
      work_[actor] = {last_.at, to, is_inside ? &RankShare::scale_up : &RankShare::scale_out};
    } else if (made_.actors[actor].stream == 0) {
      book(actor, made_.first_actor[made_.actors[actor].rank] + slot - kFirstProgress, from, to);
    }
  }

  void waited_before(std::uint32_t actor, std::uint32_t meeting, SimTime from, SimTime to) {
    const StreamPlace& place = made_.actors[actor];
    if (place.stream != 0) return;
    for (std::uint32_t stream = 0; stream < ranks_[place.rank].streams.size(); ++stream) {
      if (made_.system.meeting(actor, kFirstProgress + stream) != meeting) continue;
      book(actor, made_.first_actor[place.rank] + stream, from, to);
    }
  }

 private:
  static constexpr std::uint32_t kFirstProgress = 3;

  struct Work {
    SimTime from, to;
    double RankShare::*what = &RankShare::host;
  };
  struct Began {
    SimTime at;
    std::uint16_t tag = 0;
  };

  void book(std::uint32_t actor, std::uint32_t other, SimTime from, SimTime to) {
    const Work& work = work_[other];
    RankShare& share = shares_[made_.actors[actor].rank];
    const double shared = std::max(0.0, (std::min(work.to, to) - std::max(work.from, from)).seconds().value());
    share.*work.what += shared;
    share.others += (to - from).seconds().value() - shared;
  }

  const Assembled& made_;
  const std::vector<RankStreams>& ranks_;
  std::vector<RankShare>& shares_;
  std::vector<Work> work_;    // by actor: its last
  std::vector<Began> began_;  // by meeting: its last instance
  Began last_;                // of the instance that ended last
};

[[noreturn]] void refuse_deadlock(const engine::DeadlockError& error, const Assembled& made,
                                  const std::vector<Trace>& traces) {
  constexpr std::size_t kMostNamed = 6;
  std::string text;
  std::size_t named = 0;
  for (const engine::StuckActor& stuck : error.stuck()) {
    const std::uint32_t begin = made.system.program_begin[made.system.program[stuck.actor]];
    const std::uint32_t node = made.node_of[begin + stuck.instruction];
    if (node == kNoEncounter || named == kMostNamed) continue;
    ++named;
    text += "\n    " + node_name(traces[made.actors[stuck.actor].rank], node);
  }
  throw InputError(
      "the traces never end: ranks wait for each other in a circle. Nodes that never run, the first:" + text,
      "streams run their nodes by ascending id: do all ranks do their exchanges in one order?");
}

void warn_of(const std::vector<Trace>& traces, std::map<std::string, std::size_t>& warnings) {
  for (const Trace& trace : traces) {
    for (const auto& [name, count] : trace.ignored)
      warnings["nodes with the attribute " + name + ", which is not known"] += count;
    for (const chakra::Node& node : trace.nodes) {
      const bool is_mark = node.type == NodeType::invalid || node.type >= NodeType::storage;
      if (is_mark) ++warnings["nodes of storage, batches, checkpoints or no type, which take no time"];
      const bool is_work = node.type == NodeType::compute && node.duration_us == 0;
      if (is_work) ++warnings["compute nodes without a duration, which take no time"];
    }
  }
}

}  // namespace

Result replay(const iteration::FabricView& view, const std::vector<Trace>& traces, const chakra::Groups& groups,
              const Options& options) {
  Result result;
  std::map<std::string, std::size_t> warnings;
  warn_of(traces, warnings);
  std::vector<RankStreams> ranks;
  for (const Trace& trace : traces) {
    const std::size_t places = view.chip_of_rank.empty() ? view.cluster.chips.size() : view.chip_of_rank.size();
    if (trace.rank >= places) {
      throw infeasible(trace.file + ": rank " + std::to_string(trace.rank) + ", but the fleet has places for " +
                       std::to_string(places));
    }
    ranks.push_back(divide(trace));
    result.nodes += trace.nodes.size();
    result.ranks.push_back({trace.rank});
  }
  const Encounters encounters = match(traces, ranks, groups, warnings);
  const Assembled made = assemble(view, traces, ranks, encounters, options, warnings);
  if (static_cast<double>(made.system.instructions.size()) > options.event_budget) {
    throw infeasible("the traces may need " + std::to_string(made.system.instructions.size()) + " events",
                     "traces of fewer ranks, or a higher --event-budget");
  }
  Books books(made, ranks, result.ranks);
  try {
    const engine::RunResult run = engine::Run<Books>(made.system, books).run();
    result.seconds = run.end.seconds();
    result.events = run.events;
  } catch (const engine::DeadlockError& error) {
    refuse_deadlock(error, made, traces);
  }
  for (std::uint32_t i = 0; i < result.ranks.size(); ++i) {
    RankShare& share = result.ranks[i];
    const double booked = share.compute + share.scale_up + share.scale_out + share.host + share.others;
    share.others += std::max(0.0, result.seconds.value() - booked);
    if (share.compute > result.ranks[result.slowest].compute) result.slowest = i;
  }
  for (const auto& [what, count] : warnings) result.warnings.push_back(std::to_string(count) + " " + what);
  return result;
}

}  // namespace sim::replay
