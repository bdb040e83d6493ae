#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/plan/search_space.hpp"
#include "sim/plan/strategy_bound.hpp"

namespace sim::plan {

/// Strategies that share all choices which kernels and exchanges inside a stage depend on, with their prices.
struct KernelGroup {
  parallel::Strategy strategy;  ///< tp, cp, ep, etp, micro_batch, recompute, overlap.tp, overlap.ep
  ModelPrices prices;
  UnitSeconds whole;  ///< of the model
  double least = 0;   ///< s: the work of an iteration spread evenly over all chips, without any bubble
};

/// A strategy of a group. Small, as there are millions.
struct Leaf {
  std::uint32_t group = 0;
  std::int16_t pp = 1, vpp = 1, recompute_layers = 0;
  parallel::ScheduleKind schedule = parallel::ScheduleKind::one_f_one_b;
  std::int8_t zero = 0;
  bool overlap_dp = false, overlap_pp = false;
  std::int32_t dp = 1;
};

/// A way to cut the layers into virtual stages of which some layers are recomputed.
struct LayerSplit {
  int vpp = 1;
  int recompute_layers = 0;
  bool is_for_full = false;          ///< under full recompute alone
  std::array<StageShape, 3> placed;  ///< by parallel::Placement; empty where no schedule of the space has it
};

/// What came of a group.
struct Expansion {
  std::vector<std::pair<Leaf, Bound>> leaves;
  std::uint64_t bounded = 0;
  std::uint64_t does_not_fit = 0;
  std::uint64_t too_slow = 0;
};

/// Enumerates and bounds the strategies of a space for a job with one fleet entry. Both live as long as the tree.
class SearchTree {
 public:
  SearchTree(const iteration::Job& job, const SearchSpace& space);

  [[nodiscard]] const std::vector<KernelGroup>& groups() const { return groups_; }

  /// Kernel choices that divide neither the model nor the batch.
  [[nodiscard]] std::uint64_t undivided() const { return undivided_; }

  /// Strategies of a group that may take less than `below` seconds. May run in several threads.
  [[nodiscard]] Expansion expand(std::uint32_t group, double below) const;

  [[nodiscard]] parallel::Strategy strategy_of(const Leaf& leaf) const;

 private:
  void add_groups(parallel::Strategy strategy);
  void price(std::size_t family);
  [[nodiscard]] std::vector<int> replicas(const parallel::Strategy& s, int pp) const;
  void add_splits(int pp);

  const iteration::Job& job_;
  const SearchSpace& space_;
  iteration::FabricView view_;
  double slowdown_ = 0;  ///< of kernels beside a collective
  std::vector<KernelGroup> groups_;
  std::vector<std::vector<LayerSplit>> splits_;  ///< by index of pp in the space
  std::uint64_t undivided_ = 0;
  using GroupTimes = std::function<Seconds(program::Slot, cost::Collective, Bytes)>;
  [[nodiscard]] const GroupTimes& state_times(const parallel::Strategy& s, int joined_stages) const;
  [[nodiscard]] const InFlight& in_flight(const parallel::Strategy& s, int micro_batches) const;
  using ScheduleShape = std::tuple<parallel::ScheduleKind, int, int, int, bool>;  ///< pp, vpp, micro-batches, pairs
  mutable std::map<ScheduleShape, InFlight> in_flight_;
  using GroupShape = std::tuple<int, int, int, int, int, int, bool>;  ///< tp, cp, ep, etp, dp, stages joined, ZeRO-3
  mutable std::map<GroupShape, GroupTimes> state_times_;
  mutable std::mutex lock_;  ///< of both maps, whose entries stay
  friend class Expander;
};

}  // namespace sim::plan
