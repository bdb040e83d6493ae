#pragma once

#include "sim/config/fields.hpp"
#include "sim/topology/spec.hpp"

namespace sim::config {

/// The keys of a node description (topologies/nodes). Complains about shapes that cannot be: torus dimensions that do
/// not multiply to the chips, mesh edges outside the node, more NICs than chips.
void describe(Fields& fields, topology::NodeSpec& node);

/// The keys of a scale-out fabric.
void describe(Fields& fields, topology::FabricSpec& fabric);

/// The keys of what joins islands. Complains about a join with a network but no rate, or the other way round.
void describe(Fields& fields, topology::JoinSpec& join);

/// The keys of a topology file: a node and the fabric that joins such nodes.
void describe(Fields& fields, topology::TopologySpec& topology);

}  // namespace sim::config
