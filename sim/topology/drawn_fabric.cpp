#include <algorithm>
#include <map>
#include <set>

#include "sim/base/error.hpp"
#include "sim/topology/drawing.hpp"

namespace sim::topology {
namespace {

using Kind = GraphVertex::Kind;

/// Nodes that share leaves, directly or over others of the pod.
struct Pod {
  std::vector<std::size_t> nodes;
  std::vector<std::uint32_t> leaves;  ///< by rail
  std::vector<std::uint32_t> spines;  ///< sorted
};

std::uint32_t leaf_of(const Drawing& drawing, std::uint32_t nic) {
  const auto leaves = neighbours(drawing, nic, [&](std::uint32_t vertex) { return drawing.level[vertex] == 1; });
  if (leaves.empty()) no_such_shape(drawing.place(nic), drawing.name(nic) + " is on no switch, as others are");
  if (leaves.size() > 1) {
    no_such_shape(drawing.place(nic),
                  drawing.name(nic) + " is on " + drawing.name(leaves[0]) + " and " + drawing.name(leaves[1]) +
                      ", which do not serve the same NICs",
                  "a NIC has one leaf, or several that are alike");
  }
  return leaves.front();
}

const Cable* cable_between(const Drawing& drawing, std::uint32_t a, std::uint32_t b) {
  for (const std::uint32_t cable : drawing.at[a]) {
    if (drawing.cables[cable].other(a) == b) return &drawing.cables[cable];
  }
  return nullptr;
}

std::vector<std::uint32_t> above(const Drawing& drawing, std::uint32_t vertex) {
  const int level = drawing.level[vertex];
  return neighbours(drawing, vertex, [&](std::uint32_t other) { return drawing.level[other] == level + 1; });
}

/// Pods in the order of their first nodes; the NICs of every node in the order of the pod's leaves.
std::vector<Pod> find_pods(const Drawing& drawing, std::vector<DrawnNode>& nodes) {
  std::map<std::uint32_t, std::size_t> pod_of_leaf;
  std::vector<Pod> pods;
  for (std::size_t index = 0; index < nodes.size(); ++index) {
    DrawnNode& node = nodes[index];
    std::set<std::size_t> known;
    std::vector<std::uint32_t> leaves;
    for (const std::uint32_t nic : node.nics) {
      leaves.push_back(leaf_of(drawing, nic));
      if (pod_of_leaf.count(leaves.back()) > 0) known.insert(pod_of_leaf[leaves.back()]);
    }
    if (known.size() > 1) {
      no_such_shape(drawing.place(node.nics.front()),
                    "the node of " + drawing.name(node.nics.front()) + " is on leaves of two pods");
    }
    if (known.empty()) pods.emplace_back();
    Pod& pod = known.empty() ? pods.back() : pods[*known.begin()];
    const std::size_t pod_index = static_cast<std::size_t>(&pod - pods.data());
    pod.nodes.push_back(index);
    for (const std::uint32_t leaf : leaves) {
      if (pod_of_leaf.try_emplace(leaf, pod_index).second) pod.leaves.push_back(leaf);
    }
  }
  for (Pod& pod : pods) {
    std::set<std::uint32_t> spines;
    for (const std::uint32_t leaf : pod.leaves) {
      for (const std::uint32_t spine : above(drawing, leaf)) spines.insert(spine);
    }
    pod.spines.assign(spines.begin(), spines.end());
  }
  return pods;
}

/// By vertex, the tree of a switch: those that hang together have one number, from 1; 0: no switch.
std::vector<std::size_t> trees_of(const Drawing& drawing) {
  std::vector<std::size_t> tree(drawing.at.size(), 0);
  std::size_t count = 0;
  for (std::uint32_t start = 0; start < tree.size(); ++start) {
    if (drawing.level[start] == 0 || drawing.merged_into[start] != start || tree[start] != 0) continue;
    tree[start] = ++count;
    std::vector<std::uint32_t> stack{start};
    while (!stack.empty()) {
      const std::uint32_t at = stack.back();
      stack.pop_back();
      for (const std::uint32_t next : neighbours(drawing, at, [&](std::uint32_t v) { return drawing.level[v] > 0; })) {
        if (tree[next] == 0) stack.push_back(next);
        tree[next] = count;
      }
    }
  }
  return tree;
}

bool has_trunks_beside(const Drawing& drawing, const Pod& pod) {
  const auto is_spine = [&](std::uint32_t vertex) { return drawing.level[vertex] == 2; };
  return !pod.spines.empty() && !neighbours(drawing, pod.spines.front(), is_spine).empty();
}

FabricKind kind_of(const Drawing& drawing, const std::vector<Pod>& pods, const DrawnNode& node) {
  const std::vector<std::size_t> tree = trees_of(drawing);
  const std::size_t count = *std::max_element(tree.begin(), tree.end()), nics = node.nics.size();
  if (has_trunks_beside(drawing, pods.front())) return FabricKind::dragonfly;
  std::set<std::size_t> planes;
  for (const std::uint32_t leaf : pods.front().leaves) planes.insert(tree[leaf]);
  if (count > 1 && count == nics && planes.size() == nics) return FabricKind::rail_planes;
  if (count > 1) {
    no_such_shape(drawing.graph->place, "the switches are " + std::to_string(count) + " networks that nothing joins",
                  "they meet in spines or cores, or there is one for each NIC (rail_planes)");
  }
  if (pods.front().leaves.size() == 1) return FabricKind::fat_tree;
  if (pods.front().leaves.size() == nics) return FabricKind::rail_fat_tree;
  no_such_shape(drawing.place(pods.front().leaves.front()),
                "a pod of nodes with " + std::to_string(nics) + " NICs has " +
                    std::to_string(pods.front().leaves.size()) + " leaves",
                "NICs i of all nodes of a pod share a leaf, or all NICs do; parallel leaves serve the same NICs");
}

/// In planes, the leaves of a pod in the order of the planes of the first pod.
void order_planes(const Drawing& drawing, std::vector<Pod>& pods) {
  std::map<std::uint32_t, std::size_t> plane;  // by spine
  const auto plane_of = [&](std::uint32_t leaf) {
    const std::vector<std::uint32_t> up = above(drawing, leaf);
    if (up.empty()) return std::size_t{0};
    const std::vector<std::uint32_t> top = above(drawing, up.front());
    return plane.try_emplace(top.empty() ? up.front() : top.front(), plane.size()).first->second;
  };
  for (Pod& pod : pods) {
    std::vector<std::pair<std::size_t, std::uint32_t>> keyed;
    for (const std::uint32_t leaf : pod.leaves) keyed.emplace_back(plane_of(leaf), leaf);
    std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t rail = 0; rail < keyed.size(); ++rail) pod.leaves[rail] = keyed[rail].second;
  }
}

void order_nics(const Drawing& drawing, const std::vector<Pod>& pods, std::vector<DrawnNode>& nodes) {
  for (const Pod& pod : pods) {
    std::map<std::uint32_t, std::size_t> rail;
    for (std::size_t index = 0; index < pod.leaves.size(); ++index) rail[pod.leaves[index]] = index;
    for (const std::size_t index : pod.nodes) {
      std::vector<std::uint32_t>& nics = nodes[index].nics;
      std::stable_sort(nics.begin(), nics.end(), [&](std::uint32_t a, std::uint32_t b) {
        return rail[leaf_of(drawing, a)] < rail[leaf_of(drawing, b)];
      });
    }
  }
}

// Chips that share a NIC are neighbours.
void order_chips(const Drawing& drawing, DrawnNode& node) {
  std::map<std::uint32_t, std::size_t> rail;
  for (std::size_t index = 0; index < node.nics.size(); ++index) rail[node.nics[index]] = index;
  std::map<std::uint32_t, std::size_t> rail_of_chip;
  for (const std::uint32_t chip : node.chips) {
    const auto nics = neighbours(drawing, chip, [&](std::uint32_t v) { return drawing.kind(v) == Kind::nic; });
    if (nics.size() == 1) {
      rail_of_chip[chip] = rail[nics.front()];
      continue;
    }
    no_such_shape(drawing.place(chip),
                  drawing.name(chip) + (nics.empty() ? " has no NIC, as others have" : " has several NICs"),
                  "every chip is joined to one NIC; hosts between them are left out where there are scale-up links");
  }
  std::stable_sort(node.chips.begin(), node.chips.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return rail_of_chip[a] < rail_of_chip[b]; });
}

/// Full pods first, pods under one spine together.
void order_pods(std::vector<Pod>& pods) {
  std::map<std::vector<std::uint32_t>, std::size_t> group, nodes;
  for (const Pod& pod : pods) {
    group.try_emplace(pod.spines, group.size());
    nodes[pod.spines] += pod.nodes.size();
  }
  std::stable_sort(pods.begin(), pods.end(), [&](const Pod& a, const Pod& b) {
    if (nodes[a.spines] != nodes[b.spines]) return nodes[a.spines] > nodes[b.spines];
    if (group[a.spines] != group[b.spines]) return group[a.spines] < group[b.spines];
    return a.nodes.size() > b.nodes.size();
  });
}

double up_rate(const Drawing& drawing, std::uint32_t vertex) {
  double sum = 0;
  for (const std::uint32_t other : above(drawing, vertex)) sum += cable_between(drawing, vertex, other)->capacity;
  return sum;
}

/// Figures over the leaves. A full pod's uplinks, against what its NICs feed into them.
void set_ratios(const Drawing& drawing, const std::vector<Pod>& pods, const NodeSpec& node, FabricSpec& fabric) {
  const Pod& first = pods.front();
  if (first.spines.empty()) return;
  const double nics_of_leaf = fabric.kind == FabricKind::fat_tree || fabric.kind == FabricKind::dragonfly
                                  ? node.nics
                                  : static_cast<double>(node.nics) / static_cast<double>(first.leaves.size());
  const double fed = nics_of_leaf * node.nic_rate.value.value() * fabric.nodes_per_pod;
  const double uplink = up_rate(drawing, first.leaves.front());
  if (uplink <= 0)
    no_such_shape(drawing.place(first.leaves.front()), drawing.name(first.leaves.front()) + " has no uplink");
  fabric.oversubscription = fed / uplink;
  if (fabric.kind == FabricKind::dragonfly) {
    const int groups = static_cast<int>(pods.size());
    if (drawing.graph->groups > 0 && drawing.graph->groups < groups) {
      refuse_graph(drawing.graph->place, "groups: the graph says " + std::to_string(drawing.graph->groups) + ", and " +
                                             std::to_string(groups) + " are drawn");
    }
    fabric.pods_per_core = std::max(groups, drawing.graph->groups);
    const auto beside =
        neighbours(drawing, first.spines.front(), [&](std::uint32_t v) { return drawing.level[v] == 2; });
    const double trunk = cable_between(drawing, first.spines.front(), beside.front())->capacity;
    fabric.core_oversubscription = fed / trunk / (fabric.pods_per_core - 1);
    return;
  }
  const double trunk = up_rate(drawing, first.spines.front());
  if (trunk <= 0) return;
  fabric.pods_per_core = static_cast<int>(
      std::count_if(pods.begin(), pods.end(), [&](const Pod& pod) { return pod.spines == first.spines; }));
  const auto leaves = neighbours(drawing, first.spines.front(), [&](std::uint32_t v) { return drawing.level[v] == 1; });
  double below = 0;
  for (const std::uint32_t leaf : leaves) below += cable_between(drawing, leaf, first.spines.front())->capacity;
  fabric.core_oversubscription = below / trunk;
}

/// Latencies of a NIC and of a switch: the trunks tell the switch's, and a NIC's cable has half of one in its mean.
void set_latencies(const Drawing& drawing, const DrawnNode& node, NodeSpec& spec, FabricSpec& fabric) {
  const std::uint32_t nic = node.nics.front(), leaf = leaf_of(drawing, nic);
  const Cable& cable = *cable_between(drawing, nic, leaf);
  spec.nic_rate.value = BytesPerSecond(cable.capacity);
  const std::vector<std::uint32_t> up = above(drawing, leaf);
  const double of_switch = up.empty() ? 0 : cable_between(drawing, leaf, up.front())->latency;
  fabric.switch_latency.value = Seconds(of_switch);
  if (cable.latency < of_switch / 2) {
    no_such_shape(cable.place,
                  "the latency of " + drawing.name(nic) + " -- " + drawing.name(leaf) +
                      " is less than half of that of a switch's uplink",
                  "a NIC's link holds its own latency and half of a switch's");
  }
  spec.nic_latency.value = Seconds(cable.latency - of_switch / 2);
}

}  // namespace

FabricSpec find_fabric(const Drawing& drawing, std::vector<DrawnNode>& nodes, NodeSpec& spec) {
  FabricSpec fabric;
  const bool has_switches =
      std::any_of(drawing.level.begin(), drawing.level.end(), [](int level) { return level > 0; });
  if (!has_switches) {
    if (nodes.size() > 1) {
      const std::uint32_t chip = nodes[1].chips.front();
      no_such_shape(drawing.place(chip), drawing.name(chip) + " and " + drawing.name(nodes[0].chips.front()) +
                                             " are on nodes that nothing joins");
    }
    if (!nodes.front().nics.empty()) {
      const std::uint32_t nic = nodes.front().nics.front();
      no_such_shape(drawing.place(nic), drawing.name(nic) + " is on no switch", "leave the NICs of a single node out");
    }
    return fabric;
  }
  for (const DrawnNode& node : nodes) {
    if (!node.nics.empty()) continue;
    no_such_shape(drawing.place(node.chips.front()),
                  "the node of " + drawing.name(node.chips.front()) + " has no NIC, as others have");
  }
  std::vector<Pod> pods = find_pods(drawing, nodes);
  fabric.kind = kind_of(drawing, pods, nodes.front());
  if (fabric.kind == FabricKind::rail_planes) order_planes(drawing, pods);
  order_nics(drawing, pods, nodes);
  for (DrawnNode& node : nodes) order_chips(drawing, node);
  order_pods(pods);
  fabric.nodes_per_pod = static_cast<int>(pods.front().nodes.size());
  set_latencies(drawing, nodes.front(), spec, fabric);
  set_ratios(drawing, pods, spec, fabric);
  std::vector<DrawnNode> ordered;
  for (const Pod& pod : pods) {
    for (const std::size_t node : pod.nodes) ordered.push_back(nodes[node]);
  }
  nodes = std::move(ordered);
  return fabric;
}

}  // namespace sim::topology
