#include <filesystem>

#include "sim/base/error.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/topology/cluster.hpp"
#include "sim/topology/metrics.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"

using namespace sim;
using namespace sim::topology;

namespace {

const std::string kTopologies = sim::test::source_folder() + "/topologies";

/// Chips for the node: enough links of 25 GB/s for every mesh and torus here.
ClusterEntry entry_of(const NodeSpec& node, int chips) {
  ClusterEntry entry;
  entry.node = node;
  entry.chips = chips;
  entry.links_per_chip = node.links_per_chip > 0 ? node.links_per_chip : 8;
  entry.link_rate = gigabytes_per_second(25);
  entry.host_rate = gigabytes_per_second(32);
  return entry;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".yaml") names.push_back(file.path().stem().string());
  }
  return names;
}

template <class T>
void check_source(const Sourced<T>& number) {
  CHECK(number.value.value() > 0);
  CHECK(!number.source.empty());
}

std::string message_of(const std::string& yaml) {
  try {
    (void)config::read_topology(config::read_yaml_text(yaml, "test.yaml"), kTopologies);
  } catch (const InputError& error) {
    std::string all;
    for (const Diagnostic& diagnostic : error.diagnostics()) all += diagnostic.message + " | " + diagnostic.hint + "\n";
    return all;
  }
  return "";
}

}  // namespace

TEST_CASE("every topology file builds and its chips are joined") {
  const std::vector<std::string> names = names_in(kTopologies);
  REQUIRE(names.size() >= 25);
  for (const std::string& name : names) {
    CAPTURE(name);
    const TopologySpec topology = config::load_topology(name, kTopologies);
    CHECK(topology.id == name);
    REQUIRE(topology.default_chips > 0);
    const Cluster cluster = build({entry_of(topology.node, topology.default_chips)}, topology.fabric);
    CHECK(cluster.chips.size() == static_cast<std::size_t>(topology.default_chips));
    const TopologyMetrics metrics = measure(cluster);
    CHECK(metrics.bisection.value() > 0);
    CHECK(metrics.all_to_all.busiest_link_bytes > 0);
    if (topology.fabric.kind == FabricKind::none) continue;
    CHECK(!topology.fabric.source.empty());
    check_source(topology.fabric.switch_latency);
  }
}

TEST_CASE("every node file states the source of its numbers") {
  for (const std::string& name : names_in(kTopologies + "/nodes")) {
    CAPTURE(name);
    const NodeSpec node = config::load_node(name, kTopologies);
    CHECK(node.id == name);
    CHECK(!node.title.empty());
    CHECK(!node.source.empty());
    CHECK(node.chips % node.chips_per_host == 0);
    check_source(node.scale_up_latency);
    if (node.nics == 0) continue;
    check_source(node.nic_rate);
    check_source(node.nic_latency);
  }
}

TEST_CASE("the DGX-1V file has six links at every chip") {
  const NodeSpec node = config::load_node("dgx1-v100", kTopologies);
  std::vector<int> links(8, 0);
  for (const MeshEdge& edge : node.mesh) {
    links[static_cast<std::size_t>(edge.from)] += edge.links;
    links[static_cast<std::size_t>(edge.to)] += edge.links;
  }
  CHECK(links == std::vector<int>(8, 6));
  CHECK(node.nic_rate.value.value() == 12.5e9);  // 100 Gb/s
}

TEST_CASE("full meshes join every pair once") {
  const std::string name = GENERATE("atlas-800-a2", "mi300x-8", "br100-8");
  CHECK(config::load_node(name, kTopologies).mesh.size() == 8 * 7 / 2);
}

TEST_CASE("zones of the 7 to 1 fabric share a seventh of their uplinks") {
  // Halves of 24,576 chips are four zones of 3,072 each. A zone: 384 nodes x 8 x 50 GB/s x 1.125 / 7 = 24,686 GB/s;
  // four of them 98.7 TB/s (the file rounds 1 / 1.125 to 0.8889).
  const TopologySpec topology = config::load_topology("roce_oversubscribed_7to1", kTopologies);
  const Cluster cluster = build({entry_of(topology.node, 24576)}, topology.fabric);
  CHECK_THAT(measure(cluster).bisection.value(), WithinRel(4 * 384 * 8 * 50e9 * 1.125 / 7, 1e-4));
}

TEST_CASE("a node may start from a named one and change keys") {
  const TopologySpec topology = config::load_topology("tpu_v4_torus", kTopologies);
  CHECK(topology.node.id == "tpu-v4-cube");
  CHECK(topology.node.chips == 4096);
  CHECK(topology.node.dimensions == std::vector<int>{16, 16, 16});
  CHECK(topology.node.chips_per_host == 4);  // from the cube
}

TEST_CASE("mistakes in topology files are named") {
  CHECK_THAT(message_of("node: dgx-h10\n"), ContainsSubstring("no node named dgx-h10 | did you mean dgx-h100?"));
  CHECK_THAT(message_of("node: {like: dgx-h100, chip: 4}\n"), ContainsSubstring("chip"));
  CHECK_THAT(message_of("node: {chips: 4, nics: 5}\n"), ContainsSubstring("more NICs than chips"));
  CHECK_THAT(message_of("node: {chips: 9, scale_up: torus, dimensions: [4, 2]}\n"), ContainsSubstring("multiply to 9"));
  CHECK_THAT(message_of("node: {chips: 2, nics: 1, scale_up: mesh, mesh: [{from: 0, to: 2}]}\n"),
             ContainsSubstring("edge 0-2"));
  CHECK_THAT(message_of("node: {chips: 2, nics: 1, scale_up: mesh}\n"), ContainsSubstring("needs edges"));
  CHECK_THAT(message_of("fabric: {kind: fat_tree, network: roce, oversubscription: 0}\n"),
             ContainsSubstring("oversubscription"));
  CHECK_THAT(message_of("fabric: {kind: fat_tree}\n"), ContainsSubstring("network"));
  CHECK(message_of("node: dgx-h100\n").empty());
  REQUIRE_THROWS_AS(config::load_topology("no_such_topology", kTopologies), InputError);
}
