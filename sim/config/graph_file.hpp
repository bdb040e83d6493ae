#pragma once

#include <string>

#include "sim/topology/fabric_graph.hpp"

namespace sim::config {

/// Whether a file of that name holds a graph: it ends in .graphml, .dot or .gv.
[[nodiscard]] bool is_graph_file(const std::string& path);

/// Reads a machine as a graph, from GraphML or from DOT as the name says (docs/import.md has the attributes). Scale-up
/// edges that do not say their `links` get them from the wire rate, or else the usable rate, of one link of the graph's
/// `chip`. Throws InputError with file:line:column for mistakes, for attributes that mean nothing (those of drawings
/// are passed over), for more than 500,000 vertices or 2,000,000 edges.
[[nodiscard]] topology::FabricGraph parse_graph(const std::string& text, const std::string& name);

/// parse_graph() and topology::recognise(), with places; a fabric needs the kind of its network.
[[nodiscard]] topology::RecognisedGraph recognise_graph(const std::string& text, const std::string& name,
                                                        std::string& title);

/// Texts that parse_graph() reads back to the same graph, and that other programs read too.
[[nodiscard]] std::string graphml_text(const topology::FabricGraph& graph);
[[nodiscard]] std::string dot_text(const topology::FabricGraph& graph);

}  // namespace sim::config
