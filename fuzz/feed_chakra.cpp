#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/chakra/trace.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/replay/replay.hpp"

namespace sim::fuzz {
namespace {

const iteration::FabricView& two_chips() {
  static const iteration::Job job = [] {
    const topology::TopologySpec spec =
        config::load_topology("dgx_h100_single", (config::data_directory() / "topologies").string());
    iteration::Job made;
    iteration::FleetEntry entry;
    entry.chip = config::load_chip(spec.node.usual_chip);
    entry.node = spec.node;
    entry.count = 2;
    entry.link = config::load_link(entry.chip.scale_up->link);
    made.fleet.push_back(entry);
    made.fabric = spec.fabric;
    made.strategy.dp = entry.count;
    return made;
  }();
  static const iteration::FabricView view = iteration::build_fabric(job);
  return view;
}

}  // namespace

void feed_chakra(std::string_view input) {
  may_refuse([&] {
    chakra::Groups groups;
    chakra::read_groups(input, "fuzz.json", {0, 1}, groups);
  });
  may_refuse([&] {
    const chakra::Trace first = chakra::decode(input, 0, "fuzz.0.et");
    (void)chakra::decode(chakra::encode(first), 0, "fuzz.0.et");
    chakra::Groups groups;
    chakra::read_declared_groups(first, {0, 1}, groups);
    chakra::Trace second = first;
    second.rank = 1;
    may_refuse([&] { (void)replay::replay(two_chips(), {first}, groups); });
    (void)replay::replay(two_chips(), {first, second}, groups);
  });
}

}  // namespace sim::fuzz
