#include "sim/topology/graph.hpp"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <cmath>
#include <numeric>
#include <utility>

namespace sim::topology {
namespace {

constexpr double kFlowUnit = 1e6;  // B/s

struct LinkLatency {
  double seconds = 0;
};

using SearchRows = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, LinkLatency,
                                                      boost::no_property, std::uint32_t, std::uint32_t>;
using FlowRows = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                    boost::no_property, std::uint32_t, std::uint32_t>;
using FlowArc = boost::graph_traits<FlowRows>::edge_descriptor;

class DistanceVisitor : public boost::default_bfs_visitor {
 public:
  explicit DistanceVisitor(Distances& distances) : distances_(distances) {}

  void tree_edge(SearchRows::edge_descriptor edge, const SearchRows& rows) const {
    const auto from = source(edge, rows);
    const auto to = target(edge, rows);
    distances_.hops[to] = distances_.hops[from] + 1;
    distances_.latency[to] = distances_.latency[from] + Seconds(rows[edge].seconds);
  }

 private:
  Distances& distances_;
};

bool earlier(const FlowEdge& a, const FlowEdge& b) {
  return std::pair(a.from, a.to) < std::pair(b.from, b.to);
}

/// Sorted by ends, parallel edges merged, no loops.
std::vector<FlowEdge> merged(std::vector<FlowEdge> edges) {
  std::sort(edges.begin(), edges.end(), earlier);
  std::vector<FlowEdge> result;
  for (const FlowEdge& edge : edges) {
    if (edge.from == edge.to) continue;
    const bool same = !result.empty() && result.back().from == edge.from && result.back().to == edge.to;
    if (same) result.back().capacity += edge.capacity;
    if (!same) result.push_back(edge);
  }
  return result;
}

/// Arcs of the residual network, sorted by their start. Every edge has a reverse of its own with capacity 0, also where
/// another edge leads back: push-relabel tells flow from spare capacity by that.
struct Residual {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<std::int64_t> capacity;
  std::vector<std::size_t> reverse;
};

Residual residual_of(const std::vector<FlowEdge>& edges) {
  const std::size_t arcs = 2 * edges.size();  // arc 2e is edge e, arc 2e + 1 its reverse
  const auto start = [&](std::size_t arc) { return arc % 2 == 0 ? edges[arc / 2].from : edges[arc / 2].to; };
  const auto finish = [&](std::size_t arc) { return arc % 2 == 0 ? edges[arc / 2].to : edges[arc / 2].from; };
  std::vector<std::size_t> order(arcs);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return start(a) < start(b); });
  std::vector<std::size_t> place(arcs);
  for (std::size_t index = 0; index < arcs; ++index) place[order[index]] = index;
  Residual residual;
  for (const std::size_t arc : order) {
    residual.ends.emplace_back(start(arc), finish(arc));
    residual.capacity.push_back(arc % 2 == 0 ? std::llround(edges[arc / 2].capacity / kFlowUnit) : 0);
    residual.reverse.push_back(place[arc ^ 1U]);
  }
  return residual;
}

}  // namespace

struct Graph::Rows {
  SearchRows graph;
};

Graph::Graph(const Cluster& cluster) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<LinkLatency> latencies;
  ends.reserve(cluster.links.size());
  latencies.reserve(cluster.links.size());
  for (const Link& link : cluster.links) {
    ends.emplace_back(link.from, link.to);
    latencies.push_back({link.latency.value()});
  }
  const auto vertices = static_cast<std::uint32_t>(cluster.vertices.size());
  rows_ = std::make_unique<Rows>(
      Rows{SearchRows(boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), latencies.begin(), vertices)});
}

Graph::~Graph() = default;

Distances Graph::distances(VertexId source) const {
  const std::size_t vertices = num_vertices(rows_->graph);
  Distances found{std::vector<int>(vertices, -1), std::vector<Seconds>(vertices)};
  found.hops[source] = 0;
  breadth_first_search(rows_->graph, source, boost::visitor(DistanceVisitor(found)));
  return found;
}

BytesPerSecond max_flow(std::uint32_t vertices, std::vector<FlowEdge> edges, std::uint32_t source, std::uint32_t sink) {
  const Residual network = residual_of(merged(std::move(edges)));
  const FlowRows rows(boost::edges_are_sorted, network.ends.begin(), network.ends.end(), vertices);
  std::vector<FlowArc> arcs;
  for (auto [arc, end] = boost::edges(rows); arc != end; ++arc) arcs.push_back(*arc);
  std::vector<FlowArc> reverse;
  for (const std::size_t back : network.reverse) reverse.push_back(arcs[back]);
  std::vector<std::int64_t> left(arcs.size(), 0);
  const auto by_arc = [&](auto& values) {
    return boost::make_iterator_property_map(values.begin(), get(boost::edge_index, rows));
  };
  const std::int64_t flow = push_relabel_max_flow(rows, source, sink, by_arc(network.capacity), by_arc(left),
                                                  by_arc(reverse), get(boost::vertex_index, rows));
  return BytesPerSecond(static_cast<double>(flow) * kFlowUnit);
}

}  // namespace sim::topology
