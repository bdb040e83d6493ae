#include "sim/validate/record_machine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <regex>
#include <string_view>

#include "sim/base/error.hpp"
#include "sim/base/lower_case.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/validate/words.hpp"

namespace sim::validate {
namespace {

using topology::NodeSpec;
using topology::ScaleUpKind;

constexpr double kGigabit = 1e9 / 8;  // B/s

struct UsualNode {
  std::string_view chip;  ///< start of the chip's id
  int chips;
  const char* node;
};

constexpr std::array<UsualNode, 15> kUsualNodes = {{
    {"V100-SXM2", 8, "dgx1-v100"},
    {"V100-SXM3", 16, "dgx2-v100"},
    {"A100-SXM4", 8, "dgx-a100"},
    {"A800-SXM4", 8, "hgx-a800"},
    {"H100-SXM5", 8, "dgx-h100"},
    {"H800-SXM5", 8, "hgx-h800"},
    {"H200-SXM", 8, "hgx-h200"},
    {"H20-SXM", 8, "hgx-h20"},
    {"B100-SXM", 8, "hgx-b200"},
    {"B200-SXM", 8, "hgx-b200"},
    {"B300-SXM", 8, "hgx-b200"},
    {"GB", 72, "gb200-nvl72"},
    {"Ascend-910B", 8, "atlas-800-a2"},
    {"MI300X", 8, "mi300x-8"},
    {"BR100", 8, "br100-8"},
}};

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

NodeSpec load(const std::string& name) {
  return config::load_node(name, (config::data_directory() / "topologies").string());
}

// Four V100-SXM2 are joined by two of each chip's six NVLinks per pair (IBM AC922 and HPE Apollo 6500 boards of four).
NodeSpec four_v100() {
  NodeSpec node = load("dgx1-v100");
  node.chips = node.chips_per_host = node.nics = 4;
  node.mesh.clear();
  for (int from = 0; from < 4; ++from) {
    for (int to = from + 1; to < 4; ++to) node.mesh.push_back({from, to, 2});
  }
  return node;
}

// The cuboid of `count` chips with the smallest longest side; slices of whole cubes keep sides of fours.
std::vector<int> torus_sides(int count, int dimensions) {
  if (dimensions == 3 && count % 64 == 0 && count > 64) {
    std::vector<int> sides = torus_sides(count / 64, 3);
    sides.insert(sides.begin(), 3 - sides.size(), 1);
    for (int& side : sides) side *= 4;
    return sides;
  }
  if (dimensions == 1) return {count};
  std::vector<int> best;
  for (int side = 1; side <= count; ++side) {
    if (count % side != 0) continue;
    std::vector<int> sides = torus_sides(count / side, dimensions - 1);
    sides.push_back(side);
    if (best.empty() || *std::max_element(sides.begin(), sides.end()) < *std::max_element(best.begin(), best.end())) {
      best = sides;
    }
  }
  std::erase(best, 1);
  std::sort(best.begin(), best.end());
  return best.empty() ? std::vector<int>{1} : best;
}

// "4 slice(s) of v4-128 (64 chips)": the slice is the scale-up domain. Without such words the run is one slice.
NodeSpec torus_slice(const Record& record, const hardware::Chip& chip) {
  static const std::regex kSlice(R"(\((\d{1,6}) chips\))");
  std::smatch match;
  int chips = record.gpus;
  if (std::regex_search(record.fabric, match, kSlice)) chips = std::min(std::stoi(match[1]), record.gpus);
  constexpr int kLinksOfThreeDimensions = 6;
  const bool is_cube = chip.scale_up && chip.scale_up->links >= kLinksOfThreeDimensions;
  NodeSpec node = load(is_cube ? "tpu-v4-cube" : "tpu-v3-pod");
  node.chips = chips;
  node.dimensions = torus_sides(chips, is_cube ? 3 : 2);
  node.chips_per_host = std::min(chips, node.chips_per_host);
  node.nics = std::max(1, chips / node.chips_per_host);
  return node;
}

// Jobs over several racks of 72 take 64 chips of each, 16 trays of 4, so that powers of two stay inside a rack (block
// scheduling of NVL72 clusters).
constexpr int kRack = 72, kRackBlock = 64;

NodeSpec rack_of(const Record& record, NodeSpec rack) {
  if (rack.chips != kRack || record.gpus <= kRack || record.gpus % kRackBlock != 0) return rack;
  rack.chips = rack.nics = kRackBlock;
  return rack;
}

NodeSpec node_without_nics(const Record& record, const hardware::Chip& chip) {
  if (starts_with(chip.id, "TPU")) return torus_slice(record, chip);
  if (starts_with(chip.id, "V100-SXM2") && record.gpus_per_node == 4) return four_v100();
  for (const UsualNode& usual : kUsualNodes) {
    if (!starts_with(chip.id, usual.chip)) continue;
    NodeSpec node = load(usual.node);
    if (node.chips == record.gpus_per_node) return rack_of(record, node);
    if (node.scale_up != ScaleUpKind::switched) continue;
    node.nics = std::max(1, node.nics * record.gpus_per_node / node.chips);
    node.chips = record.gpus_per_node;
    return node;
  }
  NodeSpec node = load(chip.scale_up ? "dgx-a100" : "pcie-8");
  node.chips = node.chips_per_host = record.gpus_per_node;
  if (chip.scale_up) node.nics = node.chips;
  return node;
}

// The count in "8x200 Gb/s", "4 Omni-Path 100 Gb/s links" or "one 100 Gb/s", when it multiplies to `total`.
std::optional<int> stated_nics(const std::string& fabric, double total) {
  const auto fits = [total](double gigabits) { return std::abs(gigabits - total) <= 0.01 * total; };
  static const std::regex kMany(R"((\d{1,3})(?: ?x ?| )(?:[a-z][a-z0-9-]* ){0,3}(\d{1,4}) ?gb/s)"),
      kOne(R"(one (\d{1,4}) gb/s)");
  const std::string text = lower_case(fabric);
  for (std::sregex_iterator match(text.begin(), text.end(), kMany), end; match != end; ++match) {
    const int count = std::stoi((*match)[1]);
    if (count > 0 && fits(count * std::stod((*match)[2]))) return count;
  }
  std::smatch one;
  if (std::regex_search(text, one, kOne) && fits(std::stod(one[1]))) return 1;
  return std::nullopt;
}

int nic_count(const std::string& fabric, const NodeSpec& node, double total) {
  if (const std::optional<int> stated = stated_nics(fabric, total)) return std::clamp(*stated, 1, node.chips);
  const double usual = node.nic_rate.value.value() / kGigabit;
  if (usual <= 0 || total >= 0.999 * usual * node.nics) return node.nics;
  return std::clamp(static_cast<int>(std::ceil(total / usual - 0.001)), 1, node.nics);
}

bool leaves_node(const Record& record, const NodeSpec& node) {
  return record.gpus > node.chips;
}

constexpr std::array<std::pair<std::string_view, const char*>, 10> kNetworkWords = {{
    {"hdr", "infiniband-hdr"},
    {"ndr", "infiniband-ndr"},
    {"edr", "infiniband-edr"},
    {"xdr", "infiniband-ndr"},
    {"omni-path", "omni-path-100"},
    {"efa", "efa"},
    {"roce", "roce"},
    {"data-centre network", "ici-dcn"},
    {"infiniband", ""},
    {"ethernet", "ethernet"},
}};

const char* infiniband_of(double gigabits) {
  if (gigabits <= 100) return "infiniband-edr";
  if (gigabits <= 200) return "infiniband-hdr";
  return "infiniband-ndr";  // faster NICs are taken as NDR with more lanes
}

}  // namespace

NodeSpec node_of(const Record& record, const hardware::Chip& chip) {
  NodeSpec node = node_without_nics(record, chip);
  if (!leaves_node(record, node)) {
    node.nics = 0;
    return node;
  }
  if (record.nic_gbps_per_gpu > 0) {
    const double total = record.nic_gbps_per_gpu * node.chips;
    node.nics = nic_count(record.fabric, node, total);
    node.nic_rate = {BytesPerSecond(total / node.nics * kGigabit), Origin::measured, record.source, 0};
  } else if (chip.usual_nic) {
    node.nic_rate = *chip.usual_nic;
    node.nic_rate.value *= static_cast<double>(node.chips) / node.nics;
  }
  if (node.nic_rate.value <= BytesPerSecond(0)) throw infeasible("nic_gbps_per_gpu: unknown, and so is the usual NIC");
  if (!chip.host_link && node.host_rate.value <= BytesPerSecond(0)) {
    node.host_rate = {node.nic_rate.value, Origin::assumed, "unknown host link: as wide as the NIC behind it", 0};
  }
  return node;
}

NodeSpec usual_node(const hardware::Chip& chip, int chips) {
  for (const UsualNode& usual : kUsualNodes) {
    if (!starts_with(chip.id, usual.chip)) continue;
    NodeSpec node = load(usual.node);
    node.nics = 0;
    return node;
  }
  Record record;
  record.gpus = record.gpus_per_node = chips;
  return node_of(record, chip);
}

std::string network_of(const std::string& fabric, double nic_gigabits) {
  const std::string text = lower_case(fabric);
  for (const auto& [words, network] : kNetworkWords) {
    if (contains(text, words) && *network != '\0') return network;
    if (contains(text, words)) break;
  }
  return infiniband_of(nic_gigabits);
}

topology::FabricSpec fabric_of(const Record& record, const NodeSpec& node) {
  if (!leaves_node(record, node)) return {};
  const std::string network = network_of(record.fabric, node.nic_rate.value.value() / kGigabit);
  // Latencies of switches come from the shipped topologies; counts do not matter without oversubscription.
  const bool is_lossless_fabric = contains(network, "infiniband") || network == "omni-path-100";
  const char* like = is_lossless_fabric ? "dgx_h100_rail_ndr400" : "hgx_a800_rail_roce200";
  const auto directory = (config::data_directory() / "topologies").string();
  topology::FabricSpec fabric = config::load_topology(like, directory).fabric;
  fabric.source = record.source;
  fabric.network = network;
  fabric.pods_per_core = 0;
  fabric.oversubscription = fabric.core_oversubscription = 1;
  return fabric;
}

}  // namespace sim::validate
