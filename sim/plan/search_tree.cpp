#include "sim/plan/search_tree.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <numeric>
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
  return sum - prices.table_add;  // where one stage holds both ends
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

// All layers of a chunk, or (under full recompute) a quarter, half and three quarters of them.
std::vector<int> recompute_counts(const std::vector<int>& layers) {
  std::vector<int> counts{0};
  const int most = *std::max_element(layers.begin(), layers.end());
  for (const int quarters : {3, 2, 1}) {
    const int count = most * quarters / 4;
    if (count > 0 && count < most && count != counts.back()) counts.push_back(count);
  }
  return counts;
}

}  // namespace

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
  for (const int pp : space.pp) add_splits(pp);
  tbb::parallel_for(std::size_t{0}, groups_.size() / space.recompute.size(), [&](std::size_t i) { price(i); });
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

// The groups of a family differ in the recompute rule.
void SearchTree::price(std::size_t family) {
  const std::size_t rules = space_.recompute.size(), first = family * rules;
  const Strategy& s = groups_[first].strategy;
  const std::vector<ModelPrices> prices = model_prices(job_, view_, s, space_.recompute);
  const double micro_batches = static_cast<double>(job_.training.global_batch / s.micro_batch);
  const bool keeps = space_.recompute_counts || job_.strategy.recompute_layers > 0;
  for (std::size_t rule = 0; rule < rules; ++rule) {
    KernelGroup& group = groups_[first + rule];
    group.prices = prices[rule];
    group.whole = whole_model(job_.model, group.prices);
    group.least =
        micro_batches * one_micro_batch(job_.model, group.prices, keeps, s.overlap.ep) * s.tp * s.cp / job_.chips();
  }
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

void SearchTree::add_splits(int pp) {
  splits_.emplace_back();
  for (const int vpp : space_.vpp) {
    if (vpp > 1 && (pp == 1 || pp * vpp > job_.model.layers)) break;
    const std::vector<int> layers = layers_of(job_.model.layers, pp, vpp);
    if (layers.empty()) continue;
    const std::vector<int> counts =
        space_.recompute_counts ? recompute_counts(layers) : std::vector<int>{job_.strategy.recompute_layers};
    for (const int count : counts) {
      LayerSplit split{vpp, count, space_.recompute_counts && count > 0, {}};
      for (const ScheduleKind schedule : space_.schedule) {
        Strategy s;
        s.pp = pp;
        s.schedule = schedule;
        const parallel::Placement placement = s.placement();
        const bool has_chunks = placement == parallel::Placement::v          ? vpp == 2
                                : placement == parallel::Placement::mirrored ? vpp == 1
                                                                             : true;
        if (!has_chunks) continue;
        StageShape& shape = split.placed[static_cast<std::size_t>(placement)];
        if (shape.classes.empty()) shape = stage_shape(job_.model, layers, count, pp, placement);
      }
      splits_.back().push_back(std::move(split));
    }
  }
}

Strategy SearchTree::strategy_of(const Leaf& leaf) const {
  Strategy s = groups_[leaf.group].strategy;
  s.pp = leaf.pp;
  s.vpp = leaf.vpp;
  s.dp = leaf.dp;
  s.schedule = leaf.schedule;
  s.zero = leaf.zero;
  s.recompute_layers = leaf.recompute_layers;
  set_overlap_dp(s, space_, job_.strategy.overlap, leaf.overlap_dp);
  s.overlap.pp = leaf.overlap_pp;
  return s;
}

}  // namespace sim::plan
