#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "sim/iteration/bind.hpp"
#include "sim/parallel/schedule.hpp"
#include "sim/plan/search_tree.hpp"

namespace sim::plan {
namespace {

using parallel::Recompute;
using parallel::ScheduleKind;
using parallel::Strategy;
using program::Slot;

bool suits(ScheduleKind kind, int pp, int vpp, int micro_batches) {
  switch (kind) {
    case ScheduleKind::one_f_one_b:
      return vpp == 1;
    case ScheduleKind::interleaved:
    case ScheduleKind::breadth_first:
      return vpp > 1;
    case ScheduleKind::zb_v:
      return pp > 1 && vpp == 2 && micro_batches >= 2 * pp - 1;
    case ScheduleKind::dualpipe:
      return pp > 1 && vpp == 1 && pp % 2 == 0 && micro_batches % 2 == 0 && micro_batches >= 2 * pp;
    default:
      return pp > 1 && vpp == 1;
  }
}

// Of both choices of overlap for the exchanges of state.
bool is_possible(const Strategy& s) {
  if (s.splits_backward() && s.recompute == Recompute::full) return false;
  if (s.copies() == 2 && s.zero >= 2) return false;
  if (!s.overlap.ep) return true;
  const bool alternates = s.schedule == ScheduleKind::one_f_one_b || s.schedule == ScheduleKind::interleaved ||
                          s.schedule == ScheduleKind::dualpipe || s.pp == 1;
  return alternates && s.zero < 2 && !s.offload.activations;
}

}  // namespace

/// Walks through the strategies of one group.
class Expander {
 public:
  Expander(const SearchTree& tree, std::uint32_t index, double below)
      : tree_(tree), index_(index), group_(tree.groups_[index]), below_(below), s_(group_.strategy) {}

  Expansion run() {
    for (std::size_t i = 0; i < tree_.space_.pp.size(); ++i) {
      s_.pp = tree_.space_.pp[i];
      const std::vector<int> replicas = tree_.replicas(group_.strategy, s_.pp);
      find_room(replicas);
      for (const LayerSplit& split : tree_.splits_[i]) {
        if (split.is_for_full && group_.strategy.recompute != Recompute::full) continue;
        split_ = &split;
        for (StageSeconds& stages : stages_) stages.shape = nullptr;
        s_.vpp = split.vpp;
        s_.recompute_layers = split.recompute_layers;
        for (std::size_t choice = 0; choice < replicas.size(); ++choice) {
          s_.dp = replicas[choice];
          add_replicas(rooms_[choice]);
        }
      }
    }
    return std::move(made_);
  }

 private:
  /// Whether a strategy's state has room, and whether it would be of use.
  enum class Room { enough, none, useless };

  // Where even stages that all held the same would have no room for their state, or take too long for their work, no
  // stage needs a look.
  void find_room(const std::vector<int>& replicas) {
    rooms_.assign(replicas.size(), {});
    s_.schedule = ScheduleKind::gpipe;  // holds one copy of the model
    for (std::size_t choice = 0; choice < replicas.size(); ++choice) {
      s_.dp = replicas[choice];
      const bool is_useless = group_.least * tree_.job_.chips() / s_.ranks() >= below_;
      for (const int zero : tree_.space_.zero) {
        s_.zero = zero;
        const bool fits = is_useless || mean_state(tree_.job_, s_, group_.whole) <= capacity();
        rooms_[choice].push_back(is_useless ? Room::useless : fits ? Room::enough : Room::none);
      }
    }
  }

  const StageSeconds& stages() {
    const auto placement = static_cast<std::size_t>(s_.placement());
    StageSeconds& stages = stages_[placement];
    if (stages.shape == nullptr) price_stages(split_->placed[placement], group_.prices, s_.recompute, stages);
    return stages;
  }

  void add_replicas(const std::vector<Room>& rooms) {
    micro_batches_ = static_cast<int>(tree_.job_.training.global_batch / (std::int64_t{s_.dp} * s_.micro_batch));
    for (const ScheduleKind schedule : tree_.space_.schedule) {
      if (!suits(schedule, s_.pp, s_.vpp, micro_batches_)) continue;
      s_.schedule = schedule;
      busy_.reset();
      for (std::size_t i = 0; i < rooms.size(); ++i) {
        s_.zero = tree_.space_.zero[i];
        if (is_possible(s_)) add_choices(rooms[i]);
      }
    }
  }

  // Exchanges of state that hide or do not, messages that are waited for or not.
  void add_choices(Room room) {
    const std::vector<bool>& choices = tree_.space_.overlap_dp;
    const bool can_hide = s_.copies() == 1;  // two copies exchange when both are done
    const std::uint64_t count = (can_hide || choices.size() == 1 ? choices.size() : 1) * tree_.space_.overlap_pp.size();
    made_.bounded += count;
    if (room == Room::enough && is_too_slow()) room = Room::useless;
    if (room == Room::enough && least_memory(tree_.job_, s_, stages(), nullptr) > capacity()) room = Room::none;
    if (room == Room::none) made_.does_not_fit += count;
    if (room == Room::useless) made_.too_slow += count;
    if (room != Room::enough) return;
    std::optional<bool> fits;
    for (const bool wanted : choices) {
      if (wanted && !can_hide && choices.size() > 1) continue;
      set_overlap_dp(s_, tree_.space_, tree_.job_.strategy.overlap, wanted);
      add_leaves(fits);
    }
  }

  // Sharded parameters are gathered between passes; else these are the same however state is held.
  bool is_too_slow() {
    if (!busy_ || s_.zero == 3) busy_ = busy_seconds(tree_.job_, s_, stages(), state_);
    return busy_->total() >= below_;
  }

  // Whether messages are waited for changes neither bytes nor the bound.
  void add_leaves(std::optional<bool>& fits) {
    const std::vector<bool>& choices = tree_.space_.overlap_pp;
    const Bound bound = lower_bound(tree_.job_, s_, stages(), *busy_, state_);
    if (bound.total >= below_) {
      made_.too_slow += choices.size();
      return;
    }
    if (!fits) {
      const InFlight& in_flight = tree_.in_flight(s_, micro_batches_);
      fits = least_memory(tree_.job_, s_, stages(), &in_flight) <= capacity();
    }
    if (!*fits) made_.does_not_fit += choices.size();
    for (std::size_t i = 0; *fits && i < choices.size(); ++i) {
      made_.leaves.push_back({{index_, static_cast<std::int16_t>(s_.pp), static_cast<std::int16_t>(s_.vpp),
                               static_cast<std::int16_t>(s_.recompute_layers), s_.schedule,
                               static_cast<std::int8_t>(s_.zero), s_.overlap.dp_gradients, choices[i], s_.dp},
                              bound});
    }
  }

  [[nodiscard]] Bytes capacity() const { return tree_.job_.fleet.front().chip.memory_capacity->value; }

  double state_seconds(Slot slot, cost::Collective collective, double bytes) {
    const auto [place, is_new] = times_.try_emplace({s_.dp, joined_stages(), s_.zero == 3}, nullptr);
    if (is_new) place->second = &tree_.state_times(s_, joined_stages());
    const auto [known, is_unknown] = known_.try_emplace({place->second, slot, collective, bytes}, 0);
    if (is_unknown) known->second = (*place->second)(slot, collective, Bytes(bytes)).value();
    return known->second;
  }

  // With two copies of the model groups join two stages: the two in the middle lie best, unless nodes hold several.
  [[nodiscard]] int joined_stages() const {
    const int node = std::max(1, tree_.job_.fleet.front().node.chips);
    return s_.copies() == 1 ? 0 : s_.stage_ranks() % node == 0 ? 2 : s_.pp;
  }

  using GroupTimes = SearchTree::GroupTimes;
  const SearchTree& tree_;
  std::uint32_t index_;
  const KernelGroup& group_;
  double below_;
  Strategy s_;
  const LayerSplit* split_ = nullptr;
  std::array<StageSeconds, 3> stages_;    ///< of the split, by placement; without a shape: not priced yet
  std::vector<std::vector<Room>> rooms_;  ///< by dp and zero: what is known of all splits
  std::optional<Busy> busy_;              ///< of the split, dp and schedule
  int micro_batches_ = 0;
  std::map<std::tuple<int, int, bool>, const GroupTimes*> times_;
  std::map<std::tuple<const GroupTimes*, Slot, cost::Collective, double>, double> known_;
  StateExchange state_{
      [this](Slot slot, cost::Collective collective, double bytes) { return state_seconds(slot, collective, bytes); },
      tree_.slowdown_};
  Expansion made_;
};

// The same for all groups of kernels with as many ranks on each axis. `joined_stages`: 0 for one copy of the model.
const SearchTree::GroupTimes& SearchTree::state_times(const Strategy& s, int joined_stages) const {
  const GroupShape shape{s.tp, s.cp, s.ep, s.etp, s.dp, joined_stages, s.zero == 3};
  {
    const std::lock_guard<std::mutex> lock(lock_);
    const auto known = state_times_.find(shape);
    if (known != state_times_.end()) return known->second;
  }
  Strategy one = over_places(job_, s);
  if (joined_stages > 0) one.pp = joined_stages;
  GroupTimes times = iteration::fastest_group_times(view_, one, {Slot::data, Slot::expert_data});
  const std::lock_guard<std::mutex> lock(lock_);
  return state_times_.try_emplace(shape, std::move(times)).first->second;
}

// Of chunks that hold about the same.
const InFlight& SearchTree::in_flight(const Strategy& s, int micro_batches) const {
  const std::lock_guard<std::mutex> lock(lock_);
  const auto [place, is_new] = in_flight_.try_emplace({s.schedule, s.pp, s.vpp, micro_batches, s.overlap.ep});
  if (!is_new) return place->second;
  const parallel::Schedule schedule = parallel::make_schedule(s.schedule, s.pp, s.vpp, micro_batches, {}, s.overlap.ep);
  const std::vector<double> equal(static_cast<std::size_t>(schedule.chunks), 1.0);
  for (int stage = 0; stage < s.pp; ++stage) place->second.push_back(parallel::peak_in_flight(schedule, stage, equal));
  return place->second;
}

Expansion SearchTree::expand(std::uint32_t group, double below) const {
  return Expander(*this, group, below).run();
}

}  // namespace sim::plan
