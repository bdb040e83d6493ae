#include "sim/topology/shortest_paths.hpp"

namespace sim::topology {
namespace {

/// Distance and number of shortest paths from one vertex to every other.
struct Reach {
  std::vector<std::uint32_t> distance;
  std::vector<double> paths;
};

Reach breadth_first(const std::vector<std::vector<std::uint32_t>>& neighbours, std::uint32_t source) {
  Reach reach{std::vector<std::uint32_t>(neighbours.size(), kNone), std::vector<double>(neighbours.size(), 0.0)};
  reach.distance[source] = 0;
  reach.paths[source] = 1;
  std::vector<std::uint32_t> queue{source};
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const std::uint32_t at = queue[head];
    for (const std::uint32_t next : neighbours[at]) {
      if (reach.distance[next] == kNone) {
        reach.distance[next] = reach.distance[at] + 1;
        queue.push_back(next);
      }
      if (reach.distance[next] == reach.distance[at] + 1) reach.paths[next] += reach.paths[at];
    }
  }
  return reach;
}

/// Links are two-way, so the paths from `target` also count the paths towards it.
void append_route(const std::vector<Link>& links, const Reach& source, const Reach& target, std::uint32_t to,
                  std::vector<DomainHop>& hops) {
  const std::uint32_t length = source.distance[to];
  for (std::uint32_t index = 0; index < links.size(); ++index) {
    const Link& link = links[index];
    if (source.distance[link.from] == kNone || target.distance[link.to] == kNone) continue;
    if (source.distance[link.from] + 1 + target.distance[link.to] != length) continue;
    hops.push_back({index, source.paths[link.from] * target.paths[link.to] / source.paths[to]});
  }
}

}  // namespace

bool fill_shortest_paths(const std::vector<Link>& links, std::uint32_t vertices, std::uint32_t chips,
                         DomainRoutes& routes) {
  std::vector<std::vector<std::uint32_t>> neighbours(vertices);
  for (const Link& link : links) neighbours[link.from].push_back(link.to);
  std::vector<Reach> reach;
  for (std::uint32_t chip = 0; chip < chips; ++chip) reach.push_back(breadth_first(neighbours, chip));
  routes.chips = chips;
  routes.first.assign(1, 0);
  for (std::uint32_t from = 0; from < chips; ++from) {
    for (std::uint32_t to = 0; to < chips; ++to) {
      if (reach[from].distance[to] == kNone) return false;
      if (from != to) append_route(links, reach[from], reach[to], to, routes.hops);
      routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
    }
  }
  return true;
}

}  // namespace sim::topology
