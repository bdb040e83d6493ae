#pragma once

#include <string>
#include <vector>

#include "sim/topology/spec.hpp"

namespace sim::config {

/// A node as NCCL sees it, from the XML that NCCL_TOPO_DUMP_FILE writes and NCCL_TOPO_FILE reads (NCCL
/// src/graph/xml.cc, topo.cc; version 1; RCCL's xgmi counts as nvlink). GPUs are positions in the order of their `dev`.
/// Scale-up: switched if all NVLinks lead to switches, a mesh if all lead to GPUs, none without links. A <net> is a
/// NIC; several per GPU are one of the summed rate. The host link is the narrowest PCIe link over a GPU: link_speed
/// times link_width less encoding. `notes` gets what the file does not say or the simulator does not take. Throws
/// InputError with the place for what is no such file, for GPUs or targets that do not fit together, and (infeasible)
/// for nodes that the simulator does not know: links to GPUs and switches at once, GPUs that differ, several hosts.
[[nodiscard]] topology::NodeSpec parse_nccl_topology(const std::string& text, const std::string& name,
                                                     std::vector<std::string>& notes);

}  // namespace sim::config
