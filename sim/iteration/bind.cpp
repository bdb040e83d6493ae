#include "sim/iteration/bind.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/iteration/exchange.hpp"
#include "sim/iteration/groups.hpp"
#include "sim/iteration/usage.hpp"
#include "sim/iteration/variants.hpp"

namespace sim::iteration {
namespace {

using cost::CollectiveTime;
using program::Operation;
using program::Slot;

bool carries_state(Slot slot) {
  return slot == Slot::data || slot == Slot::expert_data;
}

bool is_host_copy(Slot slot) {
  return slot == Slot::to_host || slot == Slot::from_host;
}

void chips_of(const FabricView& view, const Group& group, std::vector<topology::ChipId>& chips) {
  chips.clear();
  for (const std::uint32_t rank : group.ranks) chips.push_back(view.chip_of(rank));
}

// `chips` ascending. Sharded parameters travel on some of a node's NICs only, where the software says so.
Geometry group_geometry(const FabricView& view, const parallel::Strategy& strategy, Slot slot,
                        const std::vector<topology::ChipId>& chips) {
  Geometry geometry = geometry_of(view, chips);
  const double rails = view.job->software.zero3.rails.value;
  if (strategy.zero == 3 && carries_state(slot) && rails > 0) {
    geometry.nics_for_each = std::max(1.0, geometry.shape.nics_per_node / rails);
  }
  return geometry;
}

// How the group of a slot lies that a rank belongs to; of those that hold state the rank-th, which may reach over two
// stages.
Geometry group_at(const FabricView& view, const parallel::Strategy& strategy, Slot slot, std::uint32_t rank) {
  Group group;
  if (carries_state(slot)) {
    make_group(strategy, slot, std::min<std::size_t>(rank, group_count(strategy, slot) - 1), group);
  } else {
    group = group_of(strategy, slot, rank);
  }
  std::vector<topology::ChipId> chips;
  chips_of(view, group, chips);
  std::sort(chips.begin(), chips.end());
  return group_geometry(view, strategy, slot, chips);
}

// Whether the groups of any node lie like those of the first.
bool repeats_by_node(const parallel::Strategy& s, int node) {
  const auto fits = [node](int ranks) { return node % ranks == 0 || ranks % node == 0; };
  return s.stage_ranks() % node == 0 && fits(s.tp) && fits(s.tp * s.cp) && fits(s.etp) && fits(s.ep * s.etp);
}

/// Groups of one slot that lie alike on the machine: their operations cost the same.
struct Shape {
  Slot slot;
  Geometry geometry;
  std::vector<UsagePattern> patterns;
};

class Binder {
 public:
  Binder(const FabricView& view, const parallel::Strategy& strategy, program::IterationPrograms& programs)
      : view_(view), strategy_(strategy), operations_(programs.operations) {
    system_.instructions = std::move(programs.instructions);
    system_.program_begin = std::move(programs.program_begin);
    for (int slot = 0; slot < program::kSlots; ++slot) {
      system_.slot_posts.push_back(program::slot_posts(static_cast<Slot>(slot)) ? 1 : 0);
    }
    system_.operations = static_cast<std::uint32_t>(operations_.size());
  }

  /// `usage`: where all links are wanted too.
  engine::System bind(flow::Rows* usage) {
    place_actors();
    find_posted_slots();
    for (const Slot slot : used_slots(operations_)) form_meetings(slot);
    for (const Shape& shape : shapes_) {
      system_.patterns = std::max(system_.patterns, static_cast<std::uint32_t>(shape.patterns.size()));
    }
    add_rows();
    if (usage != nullptr) *usage = system_.rows;
    drop_free_links(system_, view_.rate.size());
    return std::move(system_);
  }

 private:
  void find_posted_slots() {
    for (std::size_t program = 0; program + 1 < system_.program_begin.size(); ++program) {
      std::uint32_t slots = 0;
      for (std::uint32_t i = system_.program_begin[program]; i < system_.program_begin[program + 1]; ++i) {
        const engine::Instruction& instruction = system_.instructions[i];
        if (instruction.step == engine::Step::post) slots |= std::uint32_t{1} << instruction.slot;
      }
      posted_slots_.push_back(slots);
    }
  }

  // A rank's program is that of its stage on its kind of chip.
  void place_actors() {
    const auto ranks = static_cast<std::uint32_t>(strategy_.ranks());
    const auto stage_ranks = static_cast<std::uint32_t>(strategy_.stage_ranks());
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const std::uint32_t entry = view_.cluster.chips[view_.chip_of(rank)].entry;
      system_.program.push_back(entry * static_cast<std::uint32_t>(strategy_.pp) + rank / stage_ranks);
    }
    system_.meeting_at.assign(std::size_t{ranks} * system_.slots(), engine::kNoMeeting);
    if (view_.speed.empty()) return;
    std::vector<double> stretch;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) stretch.push_back(1.0 / view_.speed[view_.chip_of(rank)]);
    stretch_programs(system_, stretch);
  }

  void form_meetings(Slot slot) {
    const std::size_t count = group_count(strategy_, slot);
    Group group;
    for (std::size_t index = 0; index < count; ++index) {
      make_group(strategy_, slot, index, group);
      const std::uint32_t posted = posted_slots_[system_.program[group.ranks.front()]];
      if ((posted >> static_cast<unsigned>(slot) & 1U) == 0) continue;
      for (std::size_t i = 0; i < group.ranks.size(); ++i) {
        const bool listens = group.is_pair && i == 1;
        attach(group.ranks[i], listens ? group.listener : slot);
      }
      system_.member_begin.push_back(static_cast<std::uint32_t>(system_.member.size()));
      system_.shape.push_back(shape_of(slot, group));
      group_index_.push_back(static_cast<std::uint32_t>(index));
    }
  }

  void attach(std::uint32_t rank, Slot slot) {
    system_.meeting_at[std::size_t{rank} * system_.slots() + static_cast<std::size_t>(slot)] = system_.meetings();
    system_.member.push_back(rank);
    system_.member_slot.push_back(static_cast<std::uint8_t>(slot));
  }

  std::uint32_t shape_of(Slot slot, const Group& group) {
    chips_of(view_, group, chips_);
    std::sort(chips_.begin(), chips_.end());
    const Geometry geometry = group_geometry(view_, strategy_, slot, chips_);
    if (slot == last_slot_ && geometry == last_geometry_) return last_shape_;
    last_slot_ = slot;
    last_geometry_ = geometry;
    const auto next = static_cast<std::uint32_t>(shapes_.size());
    const auto [place, is_new] = shape_index_[static_cast<std::size_t>(slot)].try_emplace(geometry, next);
    if (is_new) add_shape(slot, std::move(geometry));
    last_shape_ = place->second;
    return place->second;
  }

  void add_shape(Slot slot, Geometry geometry) {
    Shape shape{slot, std::move(geometry), {}};
    std::map<std::pair<cost::Algorithm, cost::Collective>, std::uint16_t> known;
    for (const Operation& operation : operations_) {
      engine::Activity activity;
      if (operation.slot == slot && is_host_copy(slot)) {
        activity = host_copy(view_.job->step_latency, shape.geometry, operation.bytes);
      } else if (operation.slot == slot) {
        const Exchange exchange = price_exchange(view_.job->step_latency, operation.collective, shape.geometry,
                                                 operation.bytes, operation.cores);
        const auto next = static_cast<std::uint16_t>(shape.patterns.size());
        const auto [place, is_new] =
            known.try_emplace({exchange.time.algorithm, pattern_class(operation.collective)}, next);
        if (is_new) shape.patterns.push_back(exchange.pattern);
        activity = exchange.activity;
        activity.pattern = place->second;
      }
      system_.activities.push_back(activity);
    }
    shapes_.push_back(std::move(shape));
  }

  // All-reduce, all-gather and reduce-scatter of one algorithm load the same links in the same proportions.
  static cost::Collective pattern_class(cost::Collective collective) {
    const bool is_ring_like =
        collective == cost::Collective::all_gather || collective == cost::Collective::reduce_scatter;
    return is_ring_like ? cost::Collective::all_reduce : collective;
  }

  void add_rows() {
    Group group;
    for (std::uint32_t meeting = 0; meeting < system_.meetings(); ++meeting) {
      const Shape& shape = shapes_[system_.shape[meeting]];
      make_group(strategy_, shape.slot, group_index_[meeting], group);
      chips_of(view_, group, chips_);
      if (!group.is_pair) std::sort(chips_.begin(), chips_.end());
      for (std::uint32_t pattern = 0; pattern < system_.patterns; ++pattern) {
        if (pattern < shape.patterns.size()) {
          add_row(view_, chips_, shape.geometry, shape.patterns[pattern], system_.rows);
        } else {
          system_.rows.close_row();
        }
      }
    }
  }

  const FabricView& view_;
  const parallel::Strategy& strategy_;
  const std::vector<Operation>& operations_;
  engine::System system_;
  std::vector<topology::ChipId> chips_;      // of the group at hand
  std::vector<std::uint32_t> posted_slots_;  // by program, one bit a slot
  std::vector<Shape> shapes_;
  std::vector<std::uint32_t> group_index_;  // by meeting
  Slot last_slot_ = Slot::world;            // most groups lie like the one before them
  Geometry last_geometry_;
  std::uint32_t last_shape_ = 0;
  std::unordered_map<Geometry, std::uint32_t, GeometryHash> shape_index_[program::kSlots];
};

}  // namespace

std::function<Seconds(Slot, cost::Collective, Bytes)> first_group_times(const FabricView& view,
                                                                        const parallel::Strategy& strategy,
                                                                        std::size_t entry) {
  std::uint32_t rank = 0;
  const auto ranks = static_cast<std::uint32_t>(strategy.ranks());
  while (rank + 1 < ranks && view.cluster.chips[view.chip_of(rank)].entry != entry) ++rank;
  std::map<Slot, Geometry> first;
  for (const Slot slot : {Slot::tensor, Slot::expert_tensor, Slot::expert, Slot::context})
    first.emplace(slot, group_at(view, strategy, slot, rank));
  return [first, step_latency = view.job->step_latency](Slot slot, cost::Collective collective, Bytes bytes) {
    return exchange_time(step_latency, collective, first.at(slot).shape, bytes).total();
  };
}

std::function<Seconds(Slot, cost::Collective, Bytes)> fastest_group_times(const FabricView& view,
                                                                          const parallel::Strategy& strategy,
                                                                          const std::vector<Slot>& slots) {
  std::map<Slot, std::vector<Geometry>> kinds;
  const int node = std::max(1, view.job->fleet.front().node.chips);
  const int ranks = repeats_by_node(strategy, node) ? std::min(strategy.ranks(), node) : strategy.ranks();
  for (const Slot slot : slots) {
    std::vector<Geometry>& known = kinds[slot];
    const std::size_t groups = carries_state(slot) ? group_count(strategy, slot) : static_cast<std::size_t>(ranks);
    for (std::uint32_t rank = 0; rank < std::min(groups, static_cast<std::size_t>(ranks)); ++rank) {
      const Geometry geometry = group_at(view, strategy, slot, rank);
      if (std::find(known.begin(), known.end(), geometry) == known.end()) known.push_back(geometry);
    }
  }
  return [kinds, step_latency = view.job->step_latency](Slot slot, cost::Collective collective, Bytes bytes) {
    Seconds least(std::numeric_limits<double>::infinity());
    for (const Geometry& geometry : kinds.at(slot)) {
      const CollectiveTime time = exchange_time(step_latency, collective, geometry.shape, bytes);
      const Seconds on_links = Seconds(bytes.value() * seconds_per_byte(geometry, usage_pattern(collective, time)));
      least = std::min(least, time.latency + std::max(time.transfer, on_links));
    }
    return least;
  };
}

double collective_slowdown(const FabricView& view, const parallel::Strategy& strategy, Slot slot) {
  return exchange_slowdown(program::Cores::collective, group_at(view, strategy, slot, 0));
}

Bound bind(const FabricView& view, const parallel::Strategy& strategy, program::IterationPrograms programs,
           bool keeps_usage) {
  Bound bound;
  bound.system = Binder(view, strategy, programs).bind(keeps_usage ? &bound.usage : nullptr);
  bound.operations = std::move(programs.operations);
  bound.labels = std::move(programs.labels);
  bound.annotations = std::move(programs.annotations);
  return bound;
}

}  // namespace sim::iteration
