#include "sim/iteration/group_trunks.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace sim::iteration {

using topology::kNone;
using topology::LinkId;
using topology::VertexId;

std::vector<LeafShare> leaves_of(const FabricView& view, std::span<const topology::ChipId> chips) {
  std::map<VertexId, LeafShare> leaves;
  for (const topology::ChipId chip : chips) {
    const topology::ChipPlace& place = view.cluster.chips[chip];
    const VertexId leaf = view.leaf_of(place.nic);
    LeafShare& share = leaves[leaf];
    share.leaf = leaf;
    share.pod = view.cluster.pod_of_node[place.node];
    ++share.members;
  }
  std::vector<LeafShare> list;
  for (const auto& [leaf, share] : leaves) list.push_back(share);
  return list;
}

void for_each_trunk(const FabricView& view, VertexId from, VertexId to, const std::function<void(LinkId)>& visit) {
  std::vector<VertexId> above;
  for (VertexId vertex = to; vertex != kNone; vertex = view.parent_of(vertex)) above.push_back(vertex);
  // Planes that never meet: as much is carried up the one as a relay inside the node would send up the other.
  VertexId vertex = from;
  while (vertex != kNone && std::find(above.begin(), above.end(), vertex) == above.end()) {
    const LinkId up = view.cluster.up[vertex];
    const LinkId link = up == kNone ? view.cluster.global.between_roots(vertex, above.back()) : up;
    if (link != kNone) visit(link);
    vertex = view.parent_of(vertex);
  }
  for (const VertexId below : above) {
    if (below == vertex || view.cluster.down[below] == kNone) break;
    visit(view.cluster.down[below]);
  }
}

void for_each_ring_flow(const std::vector<LeafShare>& leaves, double rails,
                        const std::function<void(VertexId from, VertexId to)>& visit) {
  std::map<std::uint32_t, std::vector<VertexId>> by_pod;
  for (const LeafShare& share : leaves) by_pod[share.pod].push_back(share.leaf);
  if (by_pod.size() < 2) return;
  std::vector<std::vector<VertexId>> pods;
  for (auto& [pod, list] : by_pod) pods.push_back(std::move(list));
  const auto owned = static_cast<std::size_t>(std::max(1L, std::lround(rails)));
  for (std::size_t pod = 0; pod < pods.size(); ++pod) {
    const std::vector<VertexId>& here = pods[pod];
    const std::vector<VertexId>& next = pods[(pod + 1) % pods.size()];
    const std::size_t flows = std::max(owned, std::min(here.size(), next.size()));
    for (std::size_t rail = 0; rail < flows; ++rail) visit(here[rail % here.size()], next[rail % next.size()]);
  }
}

namespace {

void for_each_group_pair(const topology::GlobalLinks& global, const std::map<std::uint32_t, int>& in_pod, double total,
                         const std::function<void(LinkId link, bool is_leaf, double buffers)>& visit) {
  if (global.groups == 0) return;
  for (const auto& [from, senders] : in_pod) {
    for (const auto& [to, receivers] : in_pod) {
      if (from != to) visit(global.between(from, to), false, senders * (receivers / total));
    }
  }
}

}  // namespace

void for_each_exchange(const FabricView& view, const std::vector<LeafShare>& leaves,
                       const std::function<void(LinkId link, bool is_leaf, double buffers)>& visit) {
  int all = 0;
  std::map<std::uint32_t, int> in_pod;
  std::map<VertexId, int> below;
  for (const LeafShare& share : leaves) {
    all += share.members;
    in_pod[share.pod] += share.members;
    for (VertexId vertex = view.parent_of(share.leaf); vertex != kNone; vertex = view.parent_of(vertex)) {
      below[vertex] += share.members;
    }
  }
  const double total = all;
  const auto visit_both_ways = [&](VertexId vertex, bool is_leaf, double leaving) {
    for (const LinkId link : {view.cluster.up[vertex], view.cluster.down[vertex]}) {
      if (link != kNone) visit(link, is_leaf, leaving);
    }
  };
  for (const LeafShare& share : leaves) {
    visit_both_ways(share.leaf, true, share.members * ((total - in_pod[share.pod]) / total));
  }
  for (const auto& [vertex, members] : below) {
    if (members < all) visit_both_ways(vertex, false, members * ((total - members) / total));
  }
  for_each_group_pair(view.cluster.global, in_pod, total, visit);
}

}  // namespace sim::iteration
