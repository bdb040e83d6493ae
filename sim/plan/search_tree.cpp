#include "sim/plan/search_tree.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>
#include <utility>

#include "sim/iteration/bind.hpp"
#include "sim/parallel/schedule.hpp"

namespace sim::plan {
namespace {

using parallel::Recompute;
using parallel::ScheduleKind;
using parallel::Strategy;
using program::Slot;

double one_micro_batch(const model::Transformer& model, const ModelPrices& prices, bool keeps, bool pairs) {
  const auto seconds = [&](const UnitSeconds& unit) {
    const double sum = unit.forward.work + unit.backward.work + unit.forward.waits + unit.backward.waits;
    const double shown = unit.forward.expert_waits + unit.backward.expert_waits;
    const double hidden = unit.forward.expert_exchanges + unit.backward.expert_exchanges;
    return pairs ? std::max(sum, hidden) : sum + shown;
  };
  double sum = seconds(prices.embedding) + seconds(prices.head);
  for (int layer = 0; layer < model.layers; ++layer) {
    const std::size_t kind = model::has_experts(model, layer) ? 1 : 0;
    const double recomputed = seconds(prices.layer[kind]);
    sum += keeps ? std::min(recomputed, seconds(prices.kept_layer[kind])) : recomputed;
  }
  return sum;
}

bool divides_model(const iteration::Job& job, const Strategy& s) {
  const model::Transformer& m = job.model;
  if (m.heads % s.tp != 0 || m.ffn_hidden % s.tp != 0) return false;
  if (!m.latent && m.kv_heads % s.tp != 0 && s.tp % m.kv_heads != 0) return false;
  if (job.training.sequence_length % (s.cp * s.tp) != 0) return false;
  if (!m.experts) return s.ep == 1;
  return m.experts->experts % s.ep == 0 && m.experts->expert_ffn_hidden % s.etp == 0 &&
         m.experts->shared_ffn_hidden % s.tp == 0;
}

// Chunks need layers that divide, as programs that train so do; stages without chunks may differ by a layer.
std::vector<int> layers_of(int layers, int pp, int vpp) {
  const int stages = pp * vpp;
  if (vpp > 1 && (pp == 1 || stages > layers)) return {};
  if (layers % stages != 0 && (layers + 2) % stages == 0 && (layers + 2) / stages > 1 && stages > 1) {
    std::vector<int> split(static_cast<std::size_t>(stages), (layers + 2) / stages);
    --split.front();
    --split.back();
    return split;
  }
  if (vpp > 1 && layers % stages != 0) return {};
  return even_split(layers, stages);
}

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

bool is_possible(const Strategy& s) {
  if (s.splits_backward() && s.recompute == Recompute::full) return false;
  if (s.copies() == 2 && (s.zero >= 2 || s.overlap.dp_gradients)) return false;
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
    const int layers = tree_.job_.model.layers;
    for (const int pp : tree_.space_.pp) {
      const std::vector<int> replicas = tree_.replicas(group_.strategy, pp);
      s_.pp = pp;
      find_room(replicas);
      for (const int vpp : tree_.space_.vpp) {
        if (vpp > 1 && (pp == 1 || pp * vpp > layers)) break;
        const std::vector<int> split = layers_of(layers, pp, vpp);
        if (split.empty()) continue;
        for (const int count : tree_.recompute_counts(group_, split)) {
          split_ = &split;
          is_priced_ = false;
          s_.vpp = vpp;
          s_.recompute_layers = count;
          for (const int dp : replicas) add_replicas(dp);
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
    hopeless_.clear();
    s_.schedule = ScheduleKind::gpipe;  // holds one copy of the model
    for (const int dp : replicas) {
      s_.dp = dp;
      const double work = group_.least * tree_.job_.chips() / s_.ranks();
      for (const int zero : tree_.space_.zero) {
        s_.zero = zero;
        if (mean_state(tree_.job_, s_, group_.whole) > capacity()) hopeless_[{dp, zero}] = Room::none;
        if (work >= below_) hopeless_[{dp, zero}] = Room::useless;
      }
    }
  }

  void price_stages() {
    if (std::exchange(is_priced_, true)) return;
    stages_ = stage_seconds(tree_.job_.model, group_.prices, *split_, s_.recompute, s_.recompute_layers);
    held_.clear();
  }

  void add_replicas(int dp) {
    s_.dp = dp;
    micro_batches_ = static_cast<int>(tree_.job_.training.global_batch / (std::int64_t{dp} * s_.micro_batch));
    for (const int zero : tree_.space_.zero) {
      s_.zero = zero;
      const auto known = hopeless_.find({dp, zero});
      const Room room = known != hopeless_.end() ? known->second : state_fits() ? Room::enough : Room::none;
      for (const ScheduleKind schedule : tree_.space_.schedule) {
        if (!suits(schedule, s_.pp, s_.vpp, micro_batches_)) continue;
        s_.schedule = schedule;
        add_schedule(room);
      }
    }
  }

  void add_schedule(Room room) {
    const std::vector<bool>& choices = tree_.space_.overlap_dp;
    for (const bool wanted : choices) {
      const bool overlaps = wanted && s_.copies() == 1;
      if (wanted != overlaps && choices.size() > 1) continue;
      s_.overlap.dp_gradients = s_.overlap.dp_parameters = overlaps;
      if (!is_possible(s_)) continue;
      made_.bounded += tree_.space_.overlap_pp.size();
      if (room == Room::enough) add_overlaps();
      if (room == Room::none) made_.does_not_fit += tree_.space_.overlap_pp.size();
    }
  }

  // No schedule needs less than the state and one pass.
  bool state_fits() {
    price_stages();
    s_.schedule = ScheduleKind::gpipe;
    return least_memory(tree_.job_, s_, stages_, held(), nullptr) <= capacity();
  }

  const std::vector<HeldStage>& held() {
    const auto [place, is_new] = held_.try_emplace(s_.placement());
    if (is_new) place->second = held_stages(stages_, s_);
    return place->second;
  }

  [[nodiscard]] Bytes capacity() const { return tree_.job_.fleet.front().chip.memory_capacity->value; }

  // Whether messages are waited for changes neither bytes nor the bound.
  void add_overlaps() {
    const std::vector<bool>& choices = tree_.space_.overlap_pp;
    if (!fits(nullptr)) return;
    const Bound bound = lower_bound(tree_.job_, s_, stages_, held(), state_);
    if (bound.total >= below_ || !fits(&tree_.in_flight(s_, micro_batches_))) return;
    for (const bool overlap_pp : choices) {
      made_.leaves.push_back({{index_, static_cast<std::int16_t>(s_.pp), static_cast<std::int16_t>(s_.vpp),
                               static_cast<std::int16_t>(s_.recompute_layers), s_.schedule,
                               static_cast<std::int8_t>(s_.zero), s_.overlap.dp_gradients, overlap_pp, s_.dp},
                              bound});
    }
  }

  bool fits(const InFlight* in_flight) {
    if (least_memory(tree_.job_, s_, stages_, held(), in_flight) <= capacity()) return true;
    made_.does_not_fit += tree_.space_.overlap_pp.size();
    return false;
  }

  // With two copies of the model groups join two stages: the two in the middle lie best, unless nodes hold several.
  double state_seconds(Slot slot, cost::Collective collective, double bytes) {
    const auto [place, is_new] = times_.try_emplace({s_.dp, joined_stages(), s_.zero == 3});
    if (is_new) {
      Strategy one = over_places(tree_.job_, s_);
      if (s_.copies() == 2) one.pp = joined_stages();
      place->second = iteration::fastest_group_times(tree_.view_, one, {Slot::data, Slot::expert_data});
    }
    const auto [known, is_unknown] = known_.try_emplace({&place->second, slot, collective, bytes}, 0);
    if (is_unknown) known->second = place->second(slot, collective, Bytes(bytes)).value();
    return known->second;
  }

  [[nodiscard]] int joined_stages() const {
    const int node = std::max(1, tree_.job_.fleet.front().node.chips);
    return s_.copies() == 1 ? 0 : s_.stage_ranks() % node == 0 ? 2 : s_.pp;
  }

  using GroupTimes = std::function<Seconds(Slot, cost::Collective, Bytes)>;
  const SearchTree& tree_;
  std::uint32_t index_;
  const KernelGroup& group_;
  double below_;
  Strategy s_;
  const std::vector<int>* split_ = nullptr;  ///< layers by virtual stage
  StageSeconds stages_;                      ///< of the split, once is_priced_
  bool is_priced_ = false;
  std::map<std::pair<int, int>, Room> hopeless_;                ///< by dp and zero: what is known of all splits
  std::map<parallel::Placement, std::vector<HeldStage>> held_;  ///< of these stages
  int micro_batches_ = 0;
  std::map<std::tuple<int, int, bool>, GroupTimes> times_;
  std::map<std::tuple<const GroupTimes*, Slot, cost::Collective, double>, double> known_;
  StateExchange state_{
      [this](Slot slot, cost::Collective collective, double bytes) { return state_seconds(slot, collective, bytes); },
      tree_.slowdown_};
  Expansion made_;
};

SearchTree::SearchTree(const iteration::Job& job, const SearchSpace& space)
    : job_(job), space_(space), view_(iteration::build_fabric(job)) {
  slowdown_ = iteration::collective_slowdown(view_, Strategy(), Slot::data);
  Strategy s = job.strategy;
  s.zero_group = 0;
  s.prefetch = -1;
  s.stage_layers.clear();
  s.recompute_stages.clear();
  for (const int tp : space.tp) {
    for (const int cp : space.cp) {
      for (const int micro_batch : space.micro_batch) {
        s.tp = tp;
        s.cp = cp;
        s.micro_batch = micro_batch;
        s.sequence_parallel = space.sequence_parallel && tp > 1;
        add_groups(s);
      }
    }
  }
  tbb::parallel_for(std::size_t{0}, groups_.size(), [&](std::size_t i) { price(groups_[i]); });
}

void SearchTree::add_groups(Strategy s) {
  for (const int ep : space_.ep) {
    for (const int etp : space_.etp) {
      const std::int64_t group = job_.model.experts ? std::int64_t{ep} * etp : 1;
      if (job_.model.experts && s.tp * s.cp % etp != 0) continue;
      if (std::lcm(std::int64_t{s.tp} * s.cp, group) > job_.chips()) continue;  // one stage has no room
      s.ep = ep;
      s.etp = job_.model.experts ? etp : 1;
      for (const bool overlap_tp : space_.overlap_tp) {
        for (const bool overlap_ep : space_.overlap_ep) {
          if ((overlap_tp && s.tp == 1) || (overlap_ep && s.ep == 1)) continue;
          s.overlap.tp = overlap_tp;
          s.overlap.ep = overlap_ep;
          for (const Recompute recompute : space_.recompute) {
            s.recompute = recompute;
            const bool divides = job_.training.global_batch % s.micro_batch == 0 && divides_model(job_, s);
            if (divides) {
              groups_.push_back({});
              groups_.back().strategy = s;
            }
            if (!divides) ++undivided_;
          }
        }
      }
    }
  }
}

void SearchTree::price(KernelGroup& group) const {
  const Strategy& s = group.strategy;
  group.prices = model_prices(job_, view_, s);
  group.whole = whole_model(job_.model, group.prices);
  const double micro_batches = static_cast<double>(job_.training.global_batch / s.micro_batch);
  const bool keeps = space_.recompute_counts || job_.strategy.recompute_layers > 0;
  group.least =
      micro_batches * one_micro_batch(job_.model, group.prices, keeps, s.overlap.ep) * s.tp * s.cp / job_.chips();
}

// Of chunks that hold about the same.
const InFlight& SearchTree::in_flight(const Strategy& s, int micro_batches) const {
  const std::lock_guard<std::mutex> lock(in_flight_lock_);
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

// The two largest numbers of replicas that have room and divide the batch, or those asked for.
std::vector<int> SearchTree::replicas(const Strategy& s, int pp) const {
  const std::int64_t micro_batches = job_.training.global_batch / s.micro_batch;
  const int most = job_.chips() / (s.tp * s.cp * pp), group = job_.model.experts ? s.ep * s.etp : 1;
  const auto works = [&](int dp) { return micro_batches % dp == 0 && s.tp * s.cp * dp % group == 0; };
  std::vector<int> found;
  if (!space_.dp.empty()) {
    for (const int dp : space_.dp) {
      if (dp >= 1 && dp <= most && works(dp)) found.push_back(dp);
    }
    return found;
  }
  for (int dp = static_cast<int>(std::min<std::int64_t>(most, micro_batches)); dp > 0 && found.size() < 2; --dp) {
    if (works(dp)) found.push_back(dp);
  }
  return found;
}

// All layers of a chunk, or a quarter, half and three quarters of them.
std::vector<int> SearchTree::recompute_counts(const KernelGroup& group, const std::vector<int>& layers) const {
  if (!space_.recompute_counts) return {job_.strategy.recompute_layers};
  std::vector<int> counts{0};
  if (group.strategy.recompute != Recompute::full) return counts;
  const int most = *std::max_element(layers.begin(), layers.end());
  for (const int quarters : {3, 2, 1}) {
    const int count = most * quarters / 4;
    if (count > 0 && count < most && count != counts.back()) counts.push_back(count);
  }
  return counts;
}

Strategy SearchTree::strategy_of(const Leaf& leaf) const {
  Strategy s = groups_[leaf.group].strategy;
  s.pp = leaf.pp;
  s.vpp = leaf.vpp;
  s.dp = leaf.dp;
  s.schedule = leaf.schedule;
  s.zero = leaf.zero;
  s.recompute_layers = leaf.recompute_layers;
  s.overlap.dp_gradients = leaf.overlap_dp;
  s.overlap.dp_parameters = leaf.overlap_dp;
  s.overlap.pp = leaf.overlap_pp;
  return s;
}

}  // namespace sim::plan
