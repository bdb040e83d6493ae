#pragma once

#include <memory>

#include "sim/topology/cluster.hpp"

namespace sim::topology {

/// What a breadth-first search from one vertex finds, by vertex.
struct Distances {
  std::vector<int> hops;         ///< -1 where nothing leads
  std::vector<Seconds> latency;  ///< along the path that was found first
};

/// The vertices and links of a cluster as a compressed sparse row graph of Boost.Graph.
class Graph {
 public:
  explicit Graph(const Cluster& cluster);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  [[nodiscard]] Distances distances(VertexId source) const;

 private:
  struct Rows;
  std::unique_ptr<Rows> rows_;
};

/// An edge of a flow network.
struct FlowEdge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  double capacity = 0;  ///< B/s
};

/// Largest flow from `source` to `sink`, by push-relabel on integer capacities of 1 MB/s. Parallel edges add up.
[[nodiscard]] BytesPerSecond max_flow(std::uint32_t vertices, std::vector<FlowEdge> edges, std::uint32_t source,
                                      std::uint32_t sink);

}  // namespace sim::topology
