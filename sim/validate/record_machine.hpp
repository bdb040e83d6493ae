#pragma once

#include <string>

#include "sim/hardware/chip.hpp"
#include "sim/topology/spec.hpp"
#include "sim/validate/record.hpp"

namespace sim::validate {

/// The record's node: the usual server of its chip with that many chips where topologies/nodes has it, two links
/// between every two of four V100, a torus for TPU slices, PCIe for chips without scale-up ports, else a switched node.
/// NICs carry nic_gbps_per_gpu x gpus_per_node: as many as the fabric text says ("4x100 Gb/s"), else the node's usual
/// number, or fewer at their usual rate where the total is smaller. A rate of 0 means unknown: the usual NICs.
[[nodiscard]] topology::NodeSpec node_of(const Record& record, const hardware::Chip& chip);

/// The usual node of a chip as a whole, without NICs; where none is known, one of `chips` chips (a torus for TPUs). It
/// may have fewer than `chips`.
[[nodiscard]] topology::NodeSpec usual_node(const hardware::Chip& chip, int chips);

/// Non-blocking rails between the record's nodes; none where the run stays inside one.
[[nodiscard]] topology::FabricSpec fabric_of(const Record& record, const topology::NodeSpec& node);

/// Kind of network that the words of `fabric` name, by keyword; without one InfiniBand of the generation of the NIC's
/// rate (Gb/s). A file of catalog/networks.
[[nodiscard]] std::string network_of(const std::string& fabric, double nic_gigabits);

}  // namespace sim::validate
