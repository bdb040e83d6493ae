#include <string>

#include "sim/base/error.hpp"
#include "sim/iteration/fabric_view.hpp"

namespace sim::iteration {
namespace {

using topology::kNone;
using topology::LinkId;
using topology::VertexId;
using Part = Degradation::Part;

class Degrader {
 public:
  Degrader(FabricView& view, const Degradation& what, std::size_t index)
      : view_(view), what_(what), path_("degrade." + std::to_string(index)) {}

  void apply() {
    if (what_.factor == 0 && what_.part != Part::nic) {
      throw InputError(path_ + ".factor: only a NIC can be gone; other parts need a factor above 0",
                       "a chip or node that is gone is a smaller count");
    }
    switch (what_.part) {
      case Part::chip:
        slow_chip();
        break;
      case Part::node:
        slow_node();
        break;
      case Part::nic:
        slow_nic();
        break;
      case Part::scale_up:
        slow_port();
        break;
      case Part::leaf:
        slow_leaf();
        break;
      case Part::spine:
        slow_spine();
        break;
    }
  }

 private:
  void require(bool exists, const char* key, const std::string& what, const std::string& hint) const {
    if (!exists) throw InputError(path_ + "." + key + ": there is no " + what, hint);
  }

  [[nodiscard]] static std::string range(const char* what, std::size_t count) {
    return std::string("this fleet has ") + what + " 0 to " + std::to_string(count - 1);
  }

  void require_chip(const char* key) const {
    require(what_.index < view_.cluster.chips.size(), key, "chip " + std::to_string(what_.index),
            range("chips", view_.cluster.chips.size()));
  }

  void set_speed(std::size_t chip) {
    if (view_.speed.empty()) view_.speed.assign(view_.cluster.chips.size(), 1.0);
    view_.speed[chip] *= what_.factor;
  }

  void slow_chip() {
    require_chip("chip");
    set_speed(what_.index);
  }

  void slow_node() {
    require(what_.index < view_.cluster.nodes, "node", "node " + std::to_string(what_.index),
            range("nodes", view_.cluster.nodes));
    const topology::NodePlace& node = view_.cluster.node_places[what_.index];
    for (std::uint32_t chip = 0; chip < node.chips; ++chip) set_speed(node.first_chip + chip);
  }

  void slow_both_ways(VertexId vertex, const std::string& name) {
    const LinkId up = vertex == kNone ? kNone : view_.cluster.up[vertex];
    require(up != kNone, "link", name, "this fabric has no such link");
    view_.rate[up] *= what_.factor;
    view_.rate[view_.cluster.down[vertex]] *= what_.factor;
  }

  void slow_nic() {
    require_chip("link");
    const VertexId nic = view_.cluster.chips[what_.index].nic;
    if (what_.factor > 0) {
      slow_both_ways(nic, "nic of chip " + std::to_string(what_.index));
      return;
    }
    const topology::NodePlace& node = view_.cluster.node_places[view_.cluster.chips[what_.index].node];
    VertexId other = kNone;
    for (std::uint32_t i = 0; i < node.chips && other == kNone; ++i) {
      const VertexId candidate = view_.cluster.chips[node.first_chip + i].nic;
      if (candidate != nic) other = candidate;
    }
    require(other != kNone, "link", "other NIC in the node", "a node without its only NIC cannot take part");
    for (std::uint32_t i = 0; i < node.chips; ++i) {
      VertexId& used = view_.cluster.chips[node.first_chip + i].nic;
      if (used == nic) used = other;
    }
  }

  void slow_port() {
    require_chip("link");
    const LinkId out = view_.cluster.scale_up_out[what_.index];
    require(out != kNone, "link", "switched scale-up port of chip " + std::to_string(what_.index),
            "this node joins its chips without switches");
    view_.rate[out] *= what_.factor;
    view_.rate[view_.cluster.scale_up_in[what_.index]] *= what_.factor;
  }

  // The leaf of a rail is found through the NICs of the pod's first node.
  [[nodiscard]] VertexId leaf() const {
    for (std::uint32_t node = 0; node < view_.cluster.nodes; ++node) {
      if (view_.cluster.pod_of_node[node] != what_.index) continue;
      const topology::NodePlace& place = view_.cluster.node_places[node];
      VertexId last = kNone;
      std::uint32_t rail = 0;
      for (std::uint32_t i = 0; i < place.chips; ++i) {
        const VertexId nic = view_.cluster.chips[place.first_chip + i].nic;
        if (nic == kNone || nic == last) continue;
        if (last != kNone) ++rail;
        last = nic;
        if (rail == what_.rail) return view_.leaf_of(nic);
      }
      return kNone;
    }
    return kNone;
  }

  void slow_leaf() { slow_both_ways(leaf(), "leaf " + std::to_string(what_.index) + "/" + std::to_string(what_.rail)); }

  void slow_spine() {
    const VertexId first_leaf = leaf();
    const LinkId up = first_leaf == kNone ? kNone : view_.cluster.up[first_leaf];
    slow_both_ways(up == kNone ? kNone : view_.cluster.links[up].to, "spine " + std::to_string(what_.index));
  }

  FabricView& view_;
  const Degradation& what_;
  std::string path_;
};

}  // namespace

void degrade(const Job& job, FabricView& view) {
  for (std::size_t i = 0; i < job.degradations.size(); ++i) Degrader(view, job.degradations[i], i).apply();
}

}  // namespace sim::iteration
