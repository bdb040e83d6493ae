#include "sim/fold/certificate.hpp"

#include <algorithm>
#include <string>

namespace sim::fold {
namespace {

using engine::System;

class Certificate {
 public:
  Certificate(const System& system, const EntriesByResource& entries, const Partition& partition)
      : system_(system), entries_(entries), partition_(partition), vertices_(system) {}

  void check() {
    for (std::uint32_t actor = 0; actor < vertices_.actors; ++actor) check_actor(actor);
    for (std::uint32_t meeting = 0; meeting < vertices_.meetings; ++meeting) check_meeting(meeting);
    for (std::uint32_t resource = 0; resource < vertices_.resources; ++resource) check_resource(resource);
  }

 private:
  [[nodiscard]] std::uint32_t representative(std::uint32_t vertex) const {
    return partition_.representative[partition_.cell[vertex]];
  }

  static void require(bool holds, const char* what, std::uint32_t index) {
    if (!holds) throw InternalError(std::string("folding certificate fails: ") + what + " " + std::to_string(index));
  }

  [[nodiscard]] bool same_program(std::uint32_t a, std::uint32_t b) const {
    if (a == b) return true;
    const auto first = [&](std::uint32_t program) {
      return system_.instructions.begin() + system_.program_begin[program];
    };
    return std::equal(first(a), first(a + 1), first(b), first(b + 1));
  }

  void check_actor(std::uint32_t actor) {
    const std::uint32_t other = representative(actor);
    if (actor == other) return;
    // Programs are few: remember the last pair that was compared in full.
    const auto pair = std::make_pair(system_.program[actor], system_.program[other]);
    if (pair != last_equal_) {
      require(same_program(pair.first, pair.second), "programs differ at actor", actor);
      last_equal_ = pair;
    }
    require(system_.stretch.empty() || system_.stretch[actor] == system_.stretch[other], "stretch differs at actor",
            actor);
    for (std::uint32_t slot = 0; slot < system_.slots(); ++slot) {
      require(meeting_cell(actor, slot) == meeting_cell(other, slot), "meetings differ at actor", actor);
    }
  }

  [[nodiscard]] std::uint32_t meeting_cell(std::uint32_t actor, std::uint32_t slot) const {
    const std::uint32_t meeting = system_.meeting(actor, slot);
    return meeting == engine::kNoMeeting ? engine::kNoMeeting : partition_.cell[vertices_.meeting(meeting)];
  }

  using Pairs = std::vector<std::uint64_t>;

  void members_of(std::uint32_t meeting, Pairs& pairs) const {
    pairs.clear();
    for (std::uint32_t i = system_.member_begin[meeting]; i < system_.member_begin[meeting + 1]; ++i) {
      add(pairs, std::uint64_t{partition_.cell[system_.member[i]]} << 8 | system_.member_slot[i]);
    }
    sort_unique(pairs);
  }

  void support_of(std::uint32_t meeting, Pairs& pairs) const {
    pairs.clear();
    for (std::uint32_t pattern = 0; pattern < system_.patterns; ++pattern) {
      const std::uint32_t row = meeting * system_.patterns + pattern;
      for (std::uint32_t entry = system_.rows.begin[row]; entry < system_.rows.begin[row + 1]; ++entry) {
        const std::uint32_t cell = partition_.cell[vertices_.resource(system_.rows.resource[entry])];
        add(pairs, std::uint64_t{cell} << 8 | pattern);
      }
    }
    sort_unique(pairs);
  }

  // Neighbours are mostly alike: runs are dropped before they need sorting.
  static void add(Pairs& pairs, std::uint64_t pair) {
    if (pairs.empty() || pairs.back() != pair) pairs.push_back(pair);
  }

  static void sort_unique(Pairs& pairs) {
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  }

  void check_meeting(std::uint32_t meeting) {
    const std::uint32_t other = representative(vertices_.meeting(meeting)) - vertices_.actors;
    if (meeting == other) return;
    require(system_.shape[meeting] == system_.shape[other], "shapes differ at meeting", meeting);
    if (other != last_meeting_) {
      members_of(other, their_members_);
      support_of(other, their_support_);
      last_meeting_ = other;
    }
    members_of(meeting, mine_);
    require(mine_ == their_members_, "members differ at meeting", meeting);
    support_of(meeting, mine_);
    require(mine_ == their_support_, "resources differ at meeting", meeting);
  }

  using Loads = std::vector<std::pair<std::uint64_t, std::int64_t>>;

  void loads_of(std::uint32_t resource, Loads& loads) const {
    loads.clear();
    for (std::uint32_t i = entries_.begin[resource]; i < entries_.begin[resource + 1]; ++i) {
      const std::uint32_t row = entries_.row[i];
      const std::uint32_t cell = partition_.cell[vertices_.meeting(row / system_.patterns)];
      const std::uint64_t key = std::uint64_t{cell} << 8 | row % system_.patterns;
      if (!loads.empty() && loads.back().first == key) {
        loads.back().second += entries_.weight[i];
      } else {
        loads.emplace_back(key, entries_.weight[i]);
      }
    }
    std::sort(loads.begin(), loads.end());
    std::size_t kept = 0;
    for (std::size_t i = 1; i < loads.size(); ++i) {
      if (loads[i].first == loads[kept].first) {
        loads[kept].second += loads[i].second;
      } else {
        loads[++kept] = loads[i];
      }
    }
    if (!loads.empty()) loads.resize(kept + 1);
  }

  void check_resource(std::uint32_t resource) {
    const std::uint32_t other = representative(vertices_.resource(resource)) - vertices_.actors - vertices_.meetings;
    if (resource == other) return;
    require(system_.capacity[resource] == system_.capacity[other], "capacities differ at resource", resource);
    if (other != last_resource_) loads_of(other, their_loads_);
    last_resource_ = other;
    loads_of(resource, my_loads_);
    require(my_loads_ == their_loads_, "loads differ at resource", resource);
  }

  const System& system_;
  const EntriesByResource& entries_;
  const Partition& partition_;
  Vertices vertices_;
  std::pair<std::uint32_t, std::uint32_t> last_equal_{engine::kNoMeeting, engine::kNoMeeting};
  // Representatives of the last meeting and resource, whose lists stand below: neighbours mostly share a cell.
  std::uint32_t last_meeting_ = engine::kNoMeeting, last_resource_ = engine::kNoMeeting;
  Pairs mine_, their_members_, their_support_;
  Loads my_loads_, their_loads_;
};

}  // namespace

void certify(const System& system, const EntriesByResource& entries, const Partition& partition) {
  Certificate(system, entries, partition).check();
}

}  // namespace sim::fold
