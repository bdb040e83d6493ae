#pragma once

#include <string>
#include <vector>

#include "sim/hardware/chip.hpp"
#include "sim/model/transformer.hpp"
#include "sim/topology/cluster.hpp"
#include "sim/topology/metrics.hpp"

namespace sim::report {

[[nodiscard]] std::string chips_text(const std::vector<hardware::Chip>& chips);

[[nodiscard]] std::string models_text(const std::vector<model::Transformer>& models);
[[nodiscard]] std::string models_json(const std::vector<model::Transformer>& models);

[[nodiscard]] std::string topology_text(const std::string& title, const topology::TopologyMetrics& metrics);
[[nodiscard]] std::string topology_json(const std::string& title, const topology::TopologyMetrics& metrics);

}  // namespace sim::report
