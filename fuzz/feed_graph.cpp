#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/config/graph_file.hpp"
#include "sim/config/nccl_topology.hpp"
#include "sim/config/slurm_topology.hpp"

namespace sim::fuzz {

void feed_graph(std::string_view input) {
  const auto [kind, text] = cut_first_line(input);
  if (kind != "graphml" && kind != "dot") return;
  const std::string name = "fuzz." + std::string(kind);
  std::string title;
  may_refuse([&, text = text] { (void)config::recognise_graph(std::string(text), name, title); });
  may_refuse([&, text = text] {
    const topology::FabricGraph graph = config::parse_graph(std::string(text), name);
    const topology::FabricGraph again = config::parse_graph(config::dot_text(graph), "again.dot");
    check(again.vertices.size() == graph.vertices.size() && again.edges.size() == graph.edges.size(),
          "a graph in DOT reads back");
  });
}

void feed_import(std::string_view input) {
  const auto [kind, text] = cut_first_line(input);
  std::vector<std::string> notes;
  may_refuse([&, kind = kind, text = text] {
    if (kind == "nccl") (void)config::parse_nccl_topology(std::string(text), "fuzz.xml", notes);
    if (kind == "slurm") (void)config::parse_slurm_topology(std::string(text), "topology.conf");
  });
}

}  // namespace sim::fuzz
