#include "sim/replay/export.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/base/error.hpp"
#include "sim/iteration/exchange.hpp"
#include "sim/iteration/exchange_names.hpp"
#include "sim/iteration/groups.hpp"
#include "sim/iteration/prepare.hpp"

namespace sim::replay {
namespace {

using chakra::CollectiveType;
using chakra::Node;
using chakra::NodeType;
using cost::Collective;
using program::Slot;

constexpr std::uint32_t kNobody = 0xffffffffU;

std::size_t at(Slot slot) {
  return static_cast<std::size_t>(slot);
}

CollectiveType type_of(Collective collective) {
  switch (collective) {
    case Collective::all_gather:
      return CollectiveType::all_gather;
    case Collective::reduce_scatter:
      return CollectiveType::reduce_scatter;
    case Collective::all_to_all:
    case Collective::rail_all_to_all:
    case Collective::deduplicated_all_to_all:
      return CollectiveType::all_to_all;
    default:
      return CollectiveType::all_reduce;
  }
}

program::IterationPrograms annotated_programs(const iteration::Job& job, const iteration::FabricView& view) {
  program::IterationPlan plan = iteration::make_plan(job, view);
  plan.annotated = true;
  return program::build_programs(plan);
}

std::uint64_t whole(double count) {
  return static_cast<std::uint64_t>(std::llround(count));
}

}  // namespace

/// Writes one rank's trace.
class RankWriter {
 public:
  RankWriter(const TraceExport& source, std::uint32_t rank) : source_(source), rank_(rank) {
    trace_.rank = rank;
    if (!source.view_.speed.empty()) stretch_ = 1.0 / source.view_.speed[source.view_.chip_of(rank)];
    const std::vector<program::Mark>& marks = source.programs_.annotations.marks;
    const std::uint32_t first = source.programs_.program_begin[source.program_of(rank)];
    next_mark_ = static_cast<std::size_t>(
        std::lower_bound(marks.begin(), marks.end(), first,
                         [](const program::Mark& mark, std::uint32_t i) { return mark.instruction < i; }) -
        marks.begin());
  }

  chakra::Trace write() {
    const std::uint32_t program = source_.program_of(rank_);
    const std::uint32_t end = source_.programs_.program_begin[program + 1];
    for (std::uint32_t i = source_.programs_.program_begin[program]; i < end; ++i) {
      const engine::Instruction& instruction = source_.programs_.instructions[i];
      read_marks(i);
      const auto slot = static_cast<Slot>(instruction.slot);
      if (instruction.step == engine::Step::delay) {
        compute(instruction);
      } else if (instruction.step == engine::Step::post) {
        post(source_.programs_.operations[instruction.value]);
      } else if (program::slot_posts(slot)) {
        wait_for(done_[at(slot)][instruction.value - 1]);
      } else {
        receive(slot, instruction.value);
      }
    }
    for (const Slot slot : {Slot::receive_previous, Slot::receive_next}) receive(slot, sent_to(slot));
    return std::move(trace_);
  }

 private:
  void read_marks(std::uint32_t instruction) {
    kernels_.clear();
    const std::vector<program::Mark>& marks = source_.programs_.annotations.marks;
    for (; next_mark_ < marks.size() && marks[next_mark_].instruction <= instruction; ++next_mark_) {
      const program::Mark& mark = marks[next_mark_];
      const auto depth = static_cast<std::size_t>(mark.depth);
      const std::string text =
          mark.label == program::kNoLabel ? "" : source_.programs_.annotations.labels[mark.label].text;
      for (std::size_t deeper = depth; deeper < labels_.size(); ++deeper) labels_[deeper].clear();
      labels_[depth] = text;
      if (mark.depth == program::Depth::kernel && !text.empty()) kernels_.push_back(text);
    }
  }

  [[nodiscard]] std::string placed(const std::string& what) const {
    std::string name;
    for (const auto depth : {program::Depth::part, program::Depth::unit}) {
      const std::string& label = labels_[static_cast<std::size_t>(depth)];
      if (!label.empty()) name += label + ", ";
    }
    return name + what;
  }

  [[nodiscard]] std::string work_name() const {
    if (kernels_.empty()) return placed("work");
    return placed(kernels_.size() == 1 ? kernels_.front() : kernels_.front() + " to " + kernels_.back());
  }

  // After what the rank has computed and waited for so far.
  Node next_node(NodeType type, std::string name) {
    Node node;
    node.id = ++last_id_;
    node.type = type;
    node.name = std::move(name);
    if (computed_ != 0) node.data_deps.push_back(computed_);
    for (const std::uint64_t id : awaited_) node.data_deps.push_back(id);
    return node;
  }

  void follow(std::uint64_t previous, Node& node) const {
    const bool is_known = std::find(node.data_deps.begin(), node.data_deps.end(), previous) != node.data_deps.end();
    if (previous != 0 && !is_known) node.data_deps.push_back(previous);
  }

  void compute(const engine::Instruction& instruction) {
    elapsed_ += static_cast<double>(instruction.picoseconds) * stretch_;
    const std::uint64_t end = whole(elapsed_ * 1e-6);
    if (end == written_) return;
    Node node = next_node(NodeType::compute, work_name());
    node.duration_us = end - written_;
    written_ = end;
    computed_ = node.id;
    awaited_.clear();
    trace_.nodes.push_back(std::move(node));
  }

  void wait_for(std::uint64_t id) {
    const bool is_known = std::find(awaited_.begin(), awaited_.end(), id) != awaited_.end();
    if (id != 0 && !is_known) awaited_.push_back(id);
  }

  void post(const program::Operation& operation) {
    std::vector<std::uint64_t>& done = done_[at(operation.slot)];
    const std::uint64_t previous = done.empty() ? 0 : done.back();
    const std::uint32_t peer =
        source_.members_[at(operation.slot)].peer.empty() ? kNobody : source_.members_[at(operation.slot)].peer[rank_];
    const bool is_copy = operation.slot == Slot::to_host || operation.slot == Slot::from_host;
    const std::uint32_t group = is_copy || peer != kNobody ? 0 : source_.members_[at(operation.slot)].group[rank_];
    if (group != 0 && source_.groups_[group].size() == 1) {
      done.push_back(0);  // alone there is nothing to exchange
      return;
    }
    Node node = next_node(NodeType::collective, placed(iteration::exchange_name(operation)));
    follow(previous, node);
    if (is_copy) {
      copy(operation, node);
    } else if (peer != kNobody) {
      send(operation, peer, static_cast<std::uint32_t>(done.size()), node);
    } else {
      join(operation, group, node);
    }
    done.push_back(node.id);
    trace_.nodes.push_back(std::move(node));
  }

  void copy(const program::Operation& operation, Node& node) const {
    const topology::ChipId chip = source_.view_.chip_of(rank_);
    const iteration::Geometry geometry = iteration::geometry_of(source_.view_, {&chip, 1});
    const engine::Activity activity = iteration::host_copy(source_.job_->step_latency, geometry, operation.bytes);
    node.type = operation.slot == Slot::to_host ? NodeType::memory_store : NodeType::memory_load;
    node.tensor_size = whole(operation.bytes.value());
    node.duration_us = whole(static_cast<double>(activity.latency + activity.transfer) * 1e-6);
  }

  // Both directions between two stages have tags of their own.
  static std::uint64_t tag(Slot slot, std::uint32_t number) { return 2U * number + (slot == Slot::send_next ? 0 : 1); }

  void send(const program::Operation& operation, std::uint32_t peer, std::uint32_t number, Node& node) {
    node.type = NodeType::send;
    node.bytes = whole(operation.bytes.value());
    node.source = rank_;
    node.target = peer;
    node.tag = tag(operation.slot, number);
  }

  void join(const program::Operation& operation, std::uint32_t group, Node& node) const {
    node.collective = type_of(operation.collective);
    node.group = std::to_string(group);
    const auto members = static_cast<double>(source_.groups_[group].size());
    const bool is_gather = operation.collective == Collective::all_gather;
    node.bytes = whole(operation.bytes.value() / (is_gather ? members : 1.0));
    if (operation.cores == program::Cores::collective) node.overlap = "collective";
    if (operation.cores == program::Cores::message) node.overlap = "message";
    if (operation.collective == Collective::rail_all_to_all) node.variant = "rail";
  }

  [[nodiscard]] static Slot sender_of(Slot listener) {
    return listener == Slot::receive_previous ? Slot::send_next : Slot::send_previous;
  }

  [[nodiscard]] std::uint32_t sent_to(Slot listener) const {
    const std::vector<std::uint32_t>& peers = source_.members_[at(listener)].peer;
    return peers.empty() ? 0 : static_cast<std::uint32_t>(source_.sent(peers[rank_], sender_of(listener)).size());
  }

  // Messages up to this number, which come in the order in which they were sent.
  void receive(Slot listener, std::uint32_t number) {
    std::vector<std::uint64_t>& done = done_[at(listener)];
    const std::uint32_t peer = number == 0 ? kNobody : source_.members_[at(listener)].peer[rank_];
    while (done.size() < number) {
      Node node = next_node(NodeType::receive, placed("receive"));
      follow(done.empty() ? 0 : done.back(), node);
      node.source = peer;
      node.target = rank_;
      node.tag = tag(sender_of(listener), static_cast<std::uint32_t>(done.size()));
      node.bytes = whole(source_.sent(peer, sender_of(listener))[done.size()]);
      done.push_back(node.id);
      trace_.nodes.push_back(std::move(node));
    }
    if (number > 0) wait_for(done[number - 1]);
  }

  const TraceExport& source_;
  std::uint32_t rank_;
  chakra::Trace trace_;
  double stretch_ = 1;
  double elapsed_ = 0;          // ps of computing
  std::uint64_t written_ = 0;   // us of it
  std::uint64_t last_id_ = 0;   // ids start from 1: 0 stands for none here
  std::uint64_t computed_ = 0;  // the last node that computes
  std::vector<std::uint64_t> awaited_;
  std::array<std::vector<std::uint64_t>, program::kSlots> done_;  // nodes by slot, in order
  std::size_t next_mark_ = 0;
  std::array<std::string, 3> labels_;
  std::vector<std::string> kernels_;
};

TraceExport::TraceExport(const iteration::Job& job)
    : job_(&job), view_(iteration::build_fabric(job)), programs_(annotated_programs(job, view_)) {
  number_groups();
  list_messages();
}

void TraceExport::number_groups() {
  groups_.emplace_back();
  const auto ranks = static_cast<std::size_t>(job_->strategy.ranks());
  iteration::Group group;
  for (const Slot slot : iteration::used_slots(programs_.operations)) {
    if (slot == Slot::to_host || slot == Slot::from_host) continue;
    Membership& members = members_[at(slot)];
    const std::size_t count = iteration::group_count(job_->strategy, slot);
    for (std::size_t index = 0; index < count; ++index) {
      iteration::make_group(job_->strategy, slot, index, group);
      if (group.is_pair) {
        members.peer.resize(ranks);
        members_[at(group.listener)].peer.resize(ranks);
        members.peer[group.ranks[0]] = group.ranks[1];
        members_[at(group.listener)].peer[group.ranks[1]] = group.ranks[0];
        continue;
      }
      members.group.resize(ranks, 0);
      for (const std::uint32_t rank : group.ranks) members.group[rank] = static_cast<std::uint32_t>(groups_.size());
      groups_.push_back(group.ranks);
    }
  }
}

std::uint32_t TraceExport::program_of(std::uint32_t rank) const {
  const auto stage_ranks = static_cast<std::uint32_t>(job_->strategy.stage_ranks());
  const std::uint32_t entry = view_.cluster.chips[view_.chip_of(rank)].entry;
  return entry * static_cast<std::uint32_t>(job_->strategy.pp) + rank / stage_ranks;
}

// Bytes of the messages that a rank sends, in order.
const std::vector<double>& TraceExport::sent(std::uint32_t rank, Slot slot) const {
  return sent_[program_of(rank)][slot == Slot::send_next ? 0 : 1];
}

void TraceExport::list_messages() {
  sent_.resize(programs_.program_begin.size() - 1);
  for (std::size_t program = 0; program < sent_.size(); ++program) {
    for (std::uint32_t i = programs_.program_begin[program]; i < programs_.program_begin[program + 1]; ++i) {
      const engine::Instruction& instruction = programs_.instructions[i];
      if (instruction.step != engine::Step::post) continue;
      const program::Operation& operation = programs_.operations[instruction.value];
      const bool is_message = operation.slot == Slot::send_next || operation.slot == Slot::send_previous;
      if (is_message) sent_[program][operation.slot == Slot::send_next ? 0 : 1].push_back(operation.bytes.value());
    }
  }
}

chakra::Trace TraceExport::trace_of(std::uint32_t rank) const {
  return RankWriter(*this, rank).write();
}

chakra::Groups TraceExport::groups_of(const std::vector<std::uint32_t>& ranks) const {
  chakra::Groups groups;
  for (const Membership& members : members_) {
    if (members.group.empty()) continue;
    for (const std::uint32_t rank : ranks) {
      const std::uint32_t group = members.group[rank];
      if (group != 0 && groups_[group].size() > 1) groups.try_emplace(std::to_string(group), groups_[group]);
    }
  }
  return groups;
}

std::vector<std::string> TraceExport::notes() const {
  std::vector<std::string> notes;
  const auto deduplicates = [](const program::Operation& operation) {
    return operation.collective == Collective::deduplicated_all_to_all;
  };
  if (std::any_of(programs_.operations.begin(), programs_.operations.end(), deduplicates)) {
    notes.emplace_back("deduplicated all-to-alls are written as plain ones of their whole buffer");
  }
  return notes;
}

std::vector<std::uint32_t> ranks_to_write(const iteration::Job& job, std::vector<std::uint32_t> asked) {
  const auto ranks = static_cast<std::uint32_t>(job.strategy.ranks());
  if (asked.empty()) {
    asked.resize(ranks);
    std::iota(asked.begin(), asked.end(), 0U);
  }
  std::sort(asked.begin(), asked.end());
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  if (asked.back() >= ranks) {
    throw InputError("--chakra-ranks: there is no rank " + std::to_string(asked.back()),
                     "the job has ranks 0 to " + std::to_string(ranks - 1));
  }
  if (asked.size() > kMostRanks) {
    throw infeasible("--chakra: " + std::to_string(asked.size()) + " ranks, a file each; at most " +
                         std::to_string(kMostRanks) + " are written",
                     "name some with --chakra-ranks, such as those of one replica");
  }
  return asked;
}

}  // namespace sim::replay
