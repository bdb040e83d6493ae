#include "sim/cli/usual_topology.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

std::string link_of(const hardware::Chip& chip) {
  return chip.scale_up ? chip.scale_up->link : "";
}

constexpr int kUnfit = 4;

// How well a topology fits, the smaller the better: 0 and 1 are made for the chip, 2 and 3 for another chip with the
// same links; of each two the first is the plain network that most sites have.
int misfit(const topology::TopologySpec& spec, const hardware::Chip& chip, int count) {
  const bool is_one_node = spec.fabric.kind == topology::FabricKind::none;
  if (is_one_node != (count <= spec.node.chips)) return kUnfit;
  const bool is_plain =
      is_one_node || (spec.fabric.kind == topology::FabricKind::rail_fat_tree && !spec.fabric.in_network_reduction);
  if (spec.node.usual_chip == chip.id) return is_plain ? 0 : 1;
  if (link_of(config::load_chip(spec.node.usual_chip)) != link_of(chip)) return kUnfit;
  return is_plain ? 2 : 3;
}

}  // namespace

std::string usual_topology(const hardware::Chip& chip, int count) {
  if (!chip.scale_up) {  // runs on pcie_8_single end in an internal error
    throw InputError("there is no usual topology for " + chip.id + ", which has no scale-up links",
                     "name one of topologies/ with --topology, and test it with `simulate check`");
  }
  const fs::path folder = config::data_directory() / "topologies";
  std::vector<std::string> names;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    if (file.path().extension() == ".yaml") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  std::string best;
  int least = kUnfit;
  for (const std::string& name : names) {
    const int found = misfit(config::load_topology(name, folder.string()), chip, count);
    if (found < least) {
      best = name;
      least = found;
    }
  }
  if (best.empty()) {
    throw InputError(fmt::format("no topology that ships joins {} {}", count, chip.id),
                     "name one of topologies/ with --topology, or another --count");
  }
  return best;
}

}  // namespace sim::cli
