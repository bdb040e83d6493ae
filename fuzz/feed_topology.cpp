#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/iteration/fabric_view.hpp"
#include "sim/topology/metrics.hpp"

namespace sim::fuzz {

// As `simulate topology FILE --chips 48` goes about it.
void feed_topology(std::string_view input) {
  constexpr int kChips = 48;
  may_refuse([&] {
    const std::string folder = (config::data_directory() / "topologies").string();
    const topology::TopologySpec spec = config::load_topology(as_file(input), folder);
    iteration::Job job;
    iteration::FleetEntry entry;
    entry.chip = config::load_chip(spec.node.usual_chip);
    entry.node = spec.node;
    entry.count = kChips;
    if (entry.chip.scale_up) entry.link = config::load_link(entry.chip.scale_up->link);
    job.fleet.push_back(entry);
    job.fabric = spec.fabric;
    (void)topology::measure(iteration::build_fabric(job).cluster);
  });
}

}  // namespace sim::fuzz
