#include <filesystem>

#include "sim/base/error.hpp"
#include "sim/config/graph_file.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/topology/fabric_graph.hpp"
#include "sim/topology/metrics.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_folder.hpp"
#include "tests/topology/machines.hpp"

using namespace sim;
using namespace sim::topology;

namespace {

const std::string kTopologies = sim::test::source_folder() + "/topologies";

/// Chips for the node: enough links of 25 GB/s for every mesh and torus of topologies/.
ClusterEntry entry_of(const TopologySpec& topology, int chips) {
  ClusterEntry entry;
  entry.node = topology.node;
  entry.fabric = topology.fabric;
  entry.chips = chips;
  entry.links_per_chip = topology.node.links_per_chip > 0 ? topology.node.links_per_chip : 8;
  entry.link_rate = gigabytes_per_second(25);
  entry.host_rate = gigabytes_per_second(32);
  return entry;
}

ClusterEntry entry_of(const RecognisedGraph& found) {
  TopologySpec topology;
  topology.node = found.node;
  topology.fabric = found.fabric;
  ClusterEntry entry = entry_of(topology, found.chips);
  entry.host_rate = found.node.host_rate.value;
  return entry;
}

/// Whole nodes, pods and groups of pods where they are small enough, else what is still quick.
int small_count(const TopologySpec& topology) {
  const int chips = topology.node.chips;
  if (topology.fabric.kind == FabricKind::none) return chips;
  const int pod = chips * topology.fabric.nodes_per_pod;
  return 2 * pod <= 1024 ? 2 * pod : std::max(pod, 4 * chips);
}

void check_same_metrics(const Cluster& a, const Cluster& b) {
  const TopologyMetrics one = measure(a), other = measure(b);
  CHECK(one.chips == other.chips);
  CHECK(one.nodes == other.nodes);
  CHECK(one.nics == other.nics);
  CHECK(one.switches == other.switches);
  CHECK(one.links == other.links);
  CHECK(one.diameter == other.diameter);
  CHECK_THAT(other.diameter_latency.value(), WithinRel(one.diameter_latency.value(), 1e-9));
  CHECK_THAT(other.bisection.value(), WithinRel(one.bisection.value(), 1e-6));
  for (const auto& [left, right] : {std::pair{&one.ring, &other.ring}, std::pair{&one.tree, &other.tree},
                                    std::pair{&one.all_to_all, &other.all_to_all}}) {
    CHECK_THAT(right->busiest_link_bytes, WithinRel(left->busiest_link_bytes, 1e-9));
    CHECK_THAT(right->seconds_per_gigabyte.value(), WithinRel(left->seconds_per_gigabyte.value(), 1e-9));
    CHECK(left->busiest_tier == right->busiest_tier);
  }
}

std::string message_of(const std::string& text, const std::string& name = "test.dot") {
  try {
    std::string title;
    (void)config::recognise_graph(text, name, title);
  } catch (const InputError& error) {
    const Diagnostic& first = error.diagnostics().front();
    return std::to_string(first.mark.line) + ":" + std::to_string(first.mark.column) + " " + first.message;
  }
  return "";
}

RecognisedGraph recognised(const std::string& text) {
  std::string title;
  return config::recognise_graph(text, "test.dot", title);
}

/// Four nodes of two chips over parallel switches, two leaves of rails, two spines: drawn as a person would.
const char* const kDrawn = R"(graph {
  graph [network=roce];
  node [kind=chip]; a0; a1; b0; b1; c0; c1; d0; d1;
  node [kind=scale_up_switch]; as; at; bs; bt; cs; ct; ds; dt;
  node [kind=nic]; an0; an1; bn0; bn1; cn0; cn1; dn0; dn1;
  node [kind=switch]; l0; l1; m0; m1; s0; s1;
  edge [capacity="25 GB/s", links=1];
  {a0 a1} -- {as at}; {b0 b1} -- {bs bt}; {c0 c1} -- {cs ct}; {d0 d1} -- {ds dt};
  edge [capacity="32 GB/s", links=0];
  a0 -- an0; a1 -- an1; b0 -- bn0; b1 -- bn1; c0 -- cn0; c1 -- cn1; d0 -- dn0; d1 -- dn1;
  edge [capacity="100 Gb/s"];
  an0 -- l0; bn0 -- l0; an1 -- l1; bn1 -- l1; cn0 -- m0; dn0 -- m0; cn1 -- m1; dn1 -- m1;
  edge [capacity="50 Gb/s"];
  {l0 l1 m0 m1} -- {s0 s1};
})";

}  // namespace

TEST_CASE("every shipped topology is recognised in its own graph, in GraphML and in DOT") {
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(kTopologies)) {
    if (file.path().extension() != ".yaml") continue;
    const TopologySpec topology = config::load_topology(file.path().stem().string(), kTopologies);
    CAPTURE(topology.id);
    const ClusterEntry entry = entry_of(topology, small_count(topology));
    const Cluster cluster = build({entry});
    const FabricGraph graph = graph_of(cluster, entry);
    std::string title;
    const RecognisedGraph dot = config::recognise_graph(config::dot_text(graph), "fabric.dot", title);
    const RecognisedGraph graphml = config::recognise_graph(config::graphml_text(graph), "fabric.graphml", title);
    CHECK(graphml.node.scale_up == topology.node.scale_up);
    CHECK(graphml.node.chips == topology.node.chips);
    CHECK(graphml.node.chips_per_host == topology.node.chips_per_host);
    CHECK(graphml.node.mesh.size() == topology.node.mesh.size());
    CHECK(graphml.node.dimensions == topology.node.dimensions);
    CHECK(graphml.chips == entry.chips);
    CHECK(graphml.fabric.network == topology.fabric.network);
    CHECK_THAT(graphml.link_rate.value(),
               topology.node.scale_up == ScaleUpKind::none ? WithinAbs(0, 0) : WithinAbs(25e9, 1));
    check_same_metrics(cluster, build({entry_of(graphml)}));
    check_same_metrics(cluster, build({entry_of(dot)}));
    ++count;
  }
  CHECK(count >= 39);
}

TEST_CASE("the figures of a fabric of two full pods come back as they were") {
  const std::string name = GENERATE("dgx_h100_rail_ndr400_sharp", "dgx2_v100_fat_tree_edr100", "h800_planes_ndr400",
                                    "summit_fat_tree_edr100", "gb200_nvl72_ndr400");
  CAPTURE(name);
  const TopologySpec topology = config::load_topology(name, kTopologies);
  const ClusterEntry entry = entry_of(topology, 2 * topology.node.chips * topology.fabric.nodes_per_pod);
  const RecognisedGraph found = recognise(graph_of(build({entry}), entry));
  CHECK(found.fabric.kind == topology.fabric.kind);
  CHECK(found.fabric.nodes_per_pod == topology.fabric.nodes_per_pod);
  CHECK_THAT(found.fabric.oversubscription, WithinRel(topology.fabric.oversubscription, 1e-9));
  CHECK(found.fabric.in_network_reduction == topology.fabric.in_network_reduction);
  CHECK(found.node.nics == topology.node.nics);
  CHECK_THAT(found.node.nic_rate.value.value(), WithinRel(topology.node.nic_rate.value.value(), 1e-9));
  CHECK_THAT(found.node.nic_latency.value.value(), WithinRel(topology.node.nic_latency.value.value(), 1e-9));
  CHECK_THAT(found.fabric.switch_latency.value.value(), WithinRel(topology.fabric.switch_latency.value.value(), 1e-9));
}

TEST_CASE("pods under several spines and a core are told apart, with the ratio of the core") {
  ClusterEntry entry = sim::topology::test::switched_node(2 * 3 * 4 * 8);  // two spines of three pods of four nodes
  entry.node.usual_chip = "H100-SXM5-80GB";
  entry.fabric.kind = FabricKind::rail_fat_tree;
  entry.fabric.network = "roce";
  entry.fabric.nodes_per_pod = 4;
  entry.fabric.pods_per_core = 3;
  entry.fabric.oversubscription = 2;
  entry.fabric.core_oversubscription = 5;
  const RecognisedGraph found = recognise(graph_of(build({entry}), entry));
  CHECK(found.fabric.nodes_per_pod == 4);
  CHECK(found.fabric.pods_per_core == 3);
  CHECK_THAT(found.fabric.oversubscription, WithinRel(2, 1e-9));
  CHECK_THAT(found.fabric.core_oversubscription, WithinRel(5, 1e-9));
}

TEST_CASE("parallel switches that are drawn one by one are one of the sum") {
  // Two links of 25 GB/s to two switches: two links a chip. Two spines of 50 Gb/s a leaf, fed by two NICs of
  // 100 Gb/s: 200 over 100, two to one.
  const RecognisedGraph found = recognised(kDrawn);
  CHECK(found.node.scale_up == ScaleUpKind::switched);
  CHECK(found.node.chips == 2);
  CHECK(found.node.links_per_chip == 2);
  CHECK_THAT(found.link_rate.value(), WithinAbs(25e9, 1));
  CHECK(found.fabric.kind == FabricKind::rail_fat_tree);
  CHECK(found.fabric.nodes_per_pod == 2);
  CHECK_THAT(found.fabric.oversubscription, WithinRel(2, 1e-9));
  CHECK(found.chips == 8);
}

TEST_CASE("a graph that differs in one link from a machine is refused at that link") {
  const std::string drawn = kDrawn;
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = drawn;
    text.replace(text.find(from), from.size(), to);
    return message_of(text);
  };
  CHECK(message_of(drawn).empty());
  CHECK_THAT(changed("dn1 -- m1;", "dn1 -- m1 [capacity=\"50 Gb/s\"];"),
             ContainsSubstring("dn1 -- m1 carries 50 Gb/s"));
  CHECK_THAT(changed("dn1 -- m1;", "dn1 -- m0;"), ContainsSubstring("m"));
  CHECK_THAT(changed("d1 -- dn1;", ""), ContainsSubstring("dn1"));
  CHECK_THAT(changed("{l0 l1 m0 m1} -- {s0 s1}", "{l0 l1} -- s0; {m0 m1} -- s1"), ContainsSubstring("nothing joins"));
  CHECK_THAT(changed("{l0 l1 m0 m1} -- {s0 s1}", "{l0 l1 m0} -- {s0 s1}; m1 -- s0"), ContainsSubstring("m"));
  CHECK_THAT(changed("as at", "as"), ContainsSubstring("at"));
  CHECK_THAT(changed("network=roce", "title=x"), ContainsSubstring("kind of its network"));
}

TEST_CASE("a directed graph has an edge for each direction, which carry the same") {
  const std::string head = "digraph { node [kind=chip]; edge [links=1];\n";
  CHECK(message_of(head + "a -> b [capacity=\"1 GB/s\"]; b -> a [capacity=\"1 GB/s\"]; }").empty());
  CHECK_THAT(message_of(head + "a -> b [capacity=\"1 GB/s\"]; b -> a [capacity=\"2 GB/s\"]; }"),
             ContainsSubstring("and back 2 GB/s"));
  CHECK_THAT(message_of(head + "a -> b [capacity=\"1 GB/s\"]; }"), ContainsSubstring("and back 0 B/s"));
  CHECK_THAT(message_of(head + "a -- b; }"), ContainsSubstring("-- in a digraph"));
}

TEST_CASE("mistakes in graphs are named with their places") {
  const std::string pair = "graph { node [kind=chip]; edge [capacity=\"1 GB/s\", links=1];\n";
  CHECK(message_of(pair + "a -- b; }").empty());
  CHECK(message_of(pair + "a -- a; }") == "2:3 a -- a joins a vertex to itself");
  CHECK(message_of(pair + "a -- b; c; }") == "2:9 c is joined to nothing");
  CHECK(message_of("graph { a -- b; }") == "1:9 node a has no kind");
  CHECK_THAT(message_of("graph { node [kind=chip]; a -- b; }"), ContainsSubstring("has no capacity"));
  CHECK_THAT(message_of(pair + "a -- b [capacity=1]; }"), ContainsSubstring("capacity of a -- b"));
  CHECK_THAT(message_of(pair + "a -- b [capacity=\"-1 GB/s\"]; }"), ContainsSubstring("0 or more"));
  CHECK_THAT(message_of(pair + "a -- b [capacity=\"nan GB/s\"]; }"), ContainsSubstring("capacity of a -- b"));
  CHECK_THAT(message_of(pair + "a -- b [bandwidth=\"1 GB/s\"]; }"),
             ContainsSubstring("bandwidth, which means nothing"));
  CHECK_THAT(message_of(pair + "a -- b [tier=nic]; }"),
             ContainsSubstring("is called nic, but by its ends it is scale_up"));
  CHECK_THAT(message_of("graph { node [kind=ship]; a -- b; }"), ContainsSubstring("no kind ship"));
  CHECK_THAT(message_of(std::string(100, '{')), ContainsSubstring("expected graph"));
  CHECK_THAT(message_of("graph " + std::string(100, '{')), ContainsSubstring("64 levels"));
  CHECK_THAT(message_of("<graphml/>", "a.graphml"), ContainsSubstring("without a <graph>"));
  CHECK_THAT(message_of("<!DOCTYPE lolz [<!ENTITY a \"b\">]><graphml/>", "a.graphml"),
             ContainsSubstring("document type"));
}
