#include "sim/iteration/link_loads.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace sim::iteration {
namespace {

using engine::SimTime;
using topology::LinkId;
using topology::LinkTier;
using topology::VertexId;
using topology::VertexKind;

constexpr std::size_t kLinksOfATier = 2;
constexpr std::size_t kMostCandidates = 64;  // of a tier; the busiest of a symmetric machine are alike
constexpr std::size_t kMostPoints = 4000;

LinkId link_of(const FabricView& view, std::uint32_t resource) {
  if (resource < view.cluster.links.size()) return resource;
  LinkId found = 0;
  for (LinkId link = 0; link < view.first_cable.size(); ++link) {
    if (view.first_cable[link] != topology::kNone && view.first_cable[link] <= resource) found = link;
  }
  return found;
}

/// Time that meetings' flows take at level 1 in one iteration.
class TransferTimes {
 public:
  explicit TransferTimes(const engine::System& system) : system_(system) {}

  /// By pattern, ps.
  const std::vector<double>& of(std::uint32_t meeting) {
    std::uint32_t at = system_.member_begin[meeting];
    while (!system_.slot_posts[system_.member_slot[at]]) ++at;
    const std::uint32_t program = system_.program[system_.member[at]];
    const std::uint8_t slot = system_.member_slot[at];
    const auto [place, is_new] = known_.try_emplace({program, slot, system_.shape[meeting]});
    if (!is_new) return place->second;
    place->second.resize(system_.patterns);
    for (std::uint32_t i = system_.program_begin[program]; i < system_.program_begin[program + 1]; ++i) {
      const engine::Instruction& instruction = system_.instructions[i];
      if (instruction.step != engine::Step::post || instruction.slot != slot) continue;
      const engine::Activity& what = system_.activity(meeting, instruction.value);
      place->second[what.pattern] += static_cast<double>(what.transfer);
    }
    return place->second;
  }

 private:
  const engine::System& system_;
  std::map<std::tuple<std::uint32_t, std::uint8_t, std::uint32_t>, std::vector<double>> known_;
};

constexpr double share_of(std::int64_t weight) {
  return static_cast<double>(weight) / static_cast<double>(engine::kFullWeight);
}

std::vector<double> busy_times(const FabricView& view, const Bound& bound) {
  std::vector<double> busy(view.rate.size(), 0);
  TransferTimes times(bound.system);
  const std::uint32_t patterns = bound.system.patterns;
  for (std::uint32_t row = 0; row < bound.usage.count(); ++row) {
    if (bound.usage.is_empty(row)) continue;
    const double transfer = times.of(row / patterns)[row % patterns];
    for (std::uint32_t entry = bound.usage.begin[row]; entry < bound.usage.begin[row + 1]; ++entry) {
      busy[bound.usage.resource[entry]] += share_of(bound.usage.weight[entry]) * transfer;
    }
  }
  return busy;
}

// The busiest of each tier, the busiest first.
std::vector<std::uint32_t> candidates(const FabricView& view, const Bound& bound) {
  const std::vector<double> busy = busy_times(view, bound);
  std::map<LinkTier, std::vector<std::uint32_t>> tiers;
  for (std::uint32_t resource = 0; resource < busy.size(); ++resource) {
    if (busy[resource] > 0) tiers[view.cluster.links[link_of(view, resource)].tier].push_back(resource);
  }
  std::vector<std::uint32_t> chosen;
  for (auto& [tier, links] : tiers) {
    std::stable_sort(links.begin(), links.end(), [&](std::uint32_t a, std::uint32_t b) { return busy[a] > busy[b]; });
    links.resize(std::min(links.size(), kMostCandidates));
    chosen.insert(chosen.end(), links.begin(), links.end());
  }
  return chosen;
}

// A meeting of the machine runs as that of its first member's cell.
std::uint32_t prepared_meeting(const Bound& bound, const Prepared& prepared, std::uint32_t meeting) {
  const std::uint32_t first = bound.system.member_begin[meeting];
  return prepared.system.meeting(prepared.actor_of_rank[bound.system.member[first]], bound.system.member_slot[first]);
}

std::string vertex_name(const FabricView& view, VertexId vertex) {
  const topology::Cluster& cluster = view.cluster;
  const VertexKind kind = cluster.vertices[vertex];
  if (kind == VertexKind::chip) return "chip " + std::to_string(vertex);
  if (kind == VertexKind::nic) {
    const auto uses = [vertex](const topology::ChipPlace& chip) { return chip.nic == vertex; };
    const auto chip = std::find_if(cluster.chips.begin(), cluster.chips.end(), uses);
    return "NIC of chip " + std::to_string(chip - cluster.chips.begin());
  }
  const auto number = std::count(cluster.vertices.begin(), cluster.vertices.begin() + vertex, kind);
  constexpr const char* kNames[] = {"chip", "scale-up switch", "host", "NIC", "leaf", "spine", "core"};
  return kNames[static_cast<int>(kind)] + (" " + std::to_string(number));
}

std::string link_name(const FabricView& view, std::uint32_t resource) {
  const LinkId link = link_of(view, resource);
  const topology::Link& edge = view.cluster.links[link];
  std::string name = vertex_name(view, edge.from) + " to " + vertex_name(view, edge.to);
  if (resource != link) name += ", cable " + std::to_string(resource - view.first_cable[link]);
  return name;
}

/// What one user of a link takes of it for a while.
struct Use {
  SimTime from, to;
  std::size_t user;
  double share;
};

void add_uses(const engine::System& system, const Recorder& recorder, const WatchedLink& link, std::size_t user,
              std::vector<Use>& uses) {
  const MeetingShare& mine = link.users[user];
  const std::vector<LevelChange>& levels = recorder.levels(mine.meeting);
  auto level = levels.begin();
  for (const Instance& instance : recorder.instances(mine.meeting)) {
    const bool is_mine = system.activity(mine.meeting, instance.operation).pattern == mine.pattern;
    Use use{instance.transfer_began, instance.ended, user, mine.share};
    for (; level != levels.end() && level->at < instance.ended; ++level) {
      if (is_mine && use.from < level->at) uses.push_back({use.from, level->at, user, use.share});
      use.from = level->at;
      use.share = level->level * mine.share;
    }
    if (is_mine && use.from < use.to) uses.push_back(use);
  }
}

// What runs past the end of an iteration runs beside the beginning of the next one.
void wrap(std::vector<Use>& uses, SimTime period) {
  for (std::size_t i = 0; i < uses.size(); ++i) {
    while (uses[i].from >= period) {
      uses[i].from = uses[i].from - period;
      uses[i].to = uses[i].to - period;
    }
    if (uses[i].to <= period) continue;
    uses.push_back({SimTime(), uses[i].to - period, uses[i].user, uses[i].share});
    uses[i].to = period;
  }
}

// The sum is made anew at each moment, so that it comes back to nothing.
std::vector<LinkLoad::Point> sum_of(const std::vector<Use>& uses, std::size_t users, SimTime period) {
  struct Change {
    SimTime at;
    bool begins;
    std::size_t user;
    double share;
  };
  std::vector<Change> changes;
  for (const Use& use : uses) {
    changes.push_back({use.from, true, use.user, use.share});
    changes.push_back({use.to, false, use.user, 0});
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.at, a.begins, a.user) < std::tie(b.at, b.begins, b.user);
  });
  std::vector<double> share(users, 0);
  std::vector<LinkLoad::Point> points{{SimTime(), 0}};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    share[changes[i].user] = changes[i].share;
    if (i + 1 < changes.size() && changes[i + 1].at == changes[i].at) continue;
    double sum = 0;
    for (const double part : share) sum += part;
    if (points.back().at == changes[i].at) points.pop_back();
    if (points.empty() || points.back().share != sum) points.push_back({changes[i].at, sum});
  }
  if (points.back().at < period) points.push_back({period, points.back().share});
  return points;
}

double mean_of(const std::vector<LinkLoad::Point>& points) {
  double area = 0;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    area += points[i].share * static_cast<double>((points[i + 1].at - points[i].at).picoseconds());
  }
  return area / static_cast<double>(points.back().at.picoseconds());
}

std::vector<LinkLoad::Point> averaged(const std::vector<LinkLoad::Point>& points, SimTime step) {
  std::vector<LinkLoad::Point> means;
  std::size_t at = 0;
  for (SimTime from; from < points.back().at; from += step) {
    const SimTime to = std::min(from + step, points.back().at);
    double area = 0;
    for (SimTime now = from; now < to;) {
      while (at + 1 < points.size() && points[at + 1].at <= now) ++at;
      const SimTime next = at + 1 < points.size() ? std::min(to, points[at + 1].at) : to;
      area += points[at].share * static_cast<double>((next - now).picoseconds());
      now = next;
    }
    means.push_back({from, area / static_cast<double>((to - from).picoseconds())});
  }
  means.push_back(points.back());
  return means;
}

}  // namespace

std::vector<WatchedLink> busiest_links(const FabricView& view, const Bound& bound, const Prepared& prepared) {
  using Users = std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t>;
  const std::vector<std::uint32_t> order = candidates(view, bound);
  std::map<std::uint32_t, Users> users;
  for (const std::uint32_t resource : order) users[resource];
  const std::uint32_t patterns = bound.system.patterns;
  for (std::uint32_t row = 0; row < bound.usage.count(); ++row) {
    for (std::uint32_t entry = bound.usage.begin[row]; entry < bound.usage.begin[row + 1]; ++entry) {
      const auto wanted = users.find(bound.usage.resource[entry]);
      if (wanted == users.end()) continue;
      const std::uint32_t meeting = prepared_meeting(bound, prepared, row / patterns);
      wanted->second[{meeting, row % patterns}] += bound.usage.weight[entry];
    }
  }
  std::vector<WatchedLink> watched;
  std::map<LinkTier, std::vector<const Users*>> shown;
  for (const std::uint32_t resource : order) {
    const Users& mine = users.at(resource);
    std::vector<const Users*>& known = shown[view.cluster.links[link_of(view, resource)].tier];
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const Users* other) { return *other == mine; });
    if (is_known || known.size() == kLinksOfATier) continue;
    known.push_back(&mine);
    watched.push_back({resource, {}});
    for (const auto& [who, weight] : mine) watched.back().users.push_back({who.first, who.second, share_of(weight)});
  }
  return watched;
}

LinkLoad load_of(const FabricView& view, const engine::System& system, const Recorder& recorder,
                 const WatchedLink& link, SimTime period) {
  std::vector<Use> uses;
  for (std::size_t user = 0; user < link.users.size(); ++user) add_uses(system, recorder, link, user, uses);
  wrap(uses, period);
  LinkLoad load;
  load.name = link_name(view, link.resource);
  load.tier = view.cluster.links[link_of(view, link.resource)].tier;
  load.rate = view.rate[link.resource];
  load.points = sum_of(uses, link.users.size(), period);
  load.mean = mean_of(load.points);
  if (load.points.size() <= kMostPoints) return load;
  load.resolution = SimTime(load.points.back().at.picoseconds() / static_cast<std::int64_t>(kMostPoints) + 1);
  load.points = averaged(load.points, load.resolution);
  return load;
}

}  // namespace sim::iteration
