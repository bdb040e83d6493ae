#pragma once

#include "sim/cost/collective_time.hpp"
#include "tests/cost/constants.hpp"

// Groups of chips on idle machines, one NIC a chip unless said.
namespace sim::test {

inline cost::GroupShape one_node(const hardware::LinkGeneration& link, double links, int ranks) {
  cost::GroupShape shape;
  shape.ranks = shape.ranks_per_node = ranks;
  shape.links = links;
  shape.link = &link;
  return shape;
}

inline cost::GroupShape across(const hardware::LinkGeneration& link, double links, int nodes, int ranks_per_node,
                               double nic_gb_s, const hardware::NetworkKind& network = infiniband()) {
  cost::GroupShape shape = one_node(link, links, ranks_per_node);
  shape.ranks = nodes * ranks_per_node;
  shape.nodes = nodes;
  shape.nics_per_node = ranks_per_node;
  shape.nic_rate = gigabytes_per_second(nic_gb_s);
  shape.network = &network;
  return shape;
}

inline cost::GroupShape a100(int ranks) {
  return one_node(nvlink3(), 12, ranks);
}
inline cost::GroupShape h100(int ranks) {
  return one_node(nvlink4(), 18, ranks);
}
inline cost::GroupShape b200(int ranks) {
  return one_node(nvlink5(), 18, ranks);
}
inline cost::GroupShape h100_nodes(int nodes, int local = 8) {
  return across(nvlink4(), 18, nodes, local, 50);
}

inline double us(cost::Collective collective, const cost::GroupShape& shape, double bytes,
                 cost::Algorithm forced = cost::Algorithm::automatic) {
  return collective_time(collective, shape, Bytes(bytes), forced).total().value() * 1e6;
}

/// GB/s as nccl-tests prints it.
inline double busbw(cost::Collective collective, const cost::GroupShape& shape, double bytes) {
  const double n = shape.ranks;
  const double factor = (collective == cost::Collective::all_reduce ? 2.0 : 1.0) * (n - 1) / n;
  return bytes * factor / us(collective, shape, bytes) / 1e3;
}

}  // namespace sim::test
