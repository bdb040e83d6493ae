#include "sim/config/nccl_topology.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "sim/base/quantity.hpp"
#include "sim/config/raw_graph.hpp"
#include "sim/config/xml_file.hpp"

namespace sim::config {
namespace {

using topology::MeshEdge;
using topology::NodeSpec;
using topology::ScaleUpKind;

constexpr std::size_t kMostGpus = 1024;

struct NvLink {
  std::string target;
  int count = 0;
  bool is_gpu = false;
  GraphPlace place;
};

struct Gpu {
  std::string bus;
  int dev = 0;
  BytesPerSecond host_rate;
  std::string host_words;
  std::vector<NvLink> links;
  GraphPlace place;
};

struct Net {
  std::string name;
  double bits_per_second = 0;
  GraphPlace place;
};

struct Contents {
  std::vector<Gpu> gpus;
  std::vector<Net> nets;
  std::set<std::string> hosts;
  std::set<std::string> unknown;
};

const std::string& need(const XmlElement& element, const char* attribute) {
  const std::string* value = element.find(attribute);
  if (value == nullptr) refuse_at(element.place, fmt::format("<{}> without {}", element.name, attribute));
  return *value;
}

int whole_in(const XmlElement& element, const char* attribute, int least, int most) {
  const std::string& text = need(element, attribute);
  const QuantityText read = parse_quantity(text, "");
  if (!read.error.empty() ||
      read.value != static_cast<double>(static_cast<std::int64_t>(std::clamp(read.value, -1e9, 1e9))) ||
      read.value < least || read.value > most) {
    refuse_at(element.place, fmt::format("{} of <{}>: expected a whole number from {} to {}, got {}", attribute,
                                         element.name, least, most, text));
  }
  return static_cast<int>(read.value);
}

/// Share of a PCIe link's bits that are data, by its speed in GT/s: 8b/10b, 128b/130b, and frames of 256 B with 242 of
/// data from generation 6 on (PCI Express Base Specification).
double encoding(double transfers) {
  if (transfers <= 5) return 0.8;
  return transfers <= 32 ? 128.0 / 130.0 : 242.0 / 256.0;
}

/// The rate of one direction of a <pci>, 0 where the system does not know it ("Unknown", width 0).
BytesPerSecond link_of(const XmlElement& pci, std::string& words) {
  const std::string* speed = pci.find("link_speed");
  const std::string* width = pci.find("link_width");
  if (speed == nullptr || width == nullptr || speed->find("GT/s") == std::string::npos) return BytesPerSecond(0);
  const QuantityText transfers = parse_quantity(speed->substr(0, speed->find_first_of(" G")), "");
  const QuantityText lanes = parse_quantity(*width, "");
  const bool is_known = transfers.error.empty() && lanes.error.empty();
  if (!is_known || transfers.value <= 0 || transfers.value > 1000 || lanes.value < 0 || lanes.value > 64) {
    refuse_at(pci.place, "link_speed " + *speed + " with link_width " + *width + " is no PCIe link",
              "expected such as link_speed=\"32.0 GT/s PCIe\" link_width=\"16\"");
  }
  words = fmt::format("{} GT/s x {} lanes", transfers.value, lanes.value);
  return BytesPerSecond(transfers.value * 1e9 / 8 * lanes.value * encoding(transfers.value));
}

NvLink nvlink_of(const XmlElement& element) {
  NvLink link;
  link.target = need(element, "target");
  link.count = whole_in(element, "count", 1, 10'000);
  const std::string& type = need(element, "tclass");
  link.place = element.place;
  // NCCL's kvDictPciClass: bridges are NVSwitches or CPUs, 0x03 displays are GPUs.
  link.is_gpu = type.rfind("0x03", 0) == 0;
  if (link.is_gpu || type == "0x068000") return link;
  if (type == "0x068001") cannot_at(element.place, "NVLinks to a CPU are not modelled", "leave the element out");
  refuse_at(element.place, "tclass " + type + " is neither a GPU (0x03....) nor an NVSwitch (0x068000)");
}

class Reader {
 public:
  explicit Reader(Contents& contents) : contents_(contents) {}

  void read(const XmlElement& element, const XmlElement* pci, BytesPerSecond above, const std::string& words) {
    BytesPerSecond rate = above;
    std::string how = words;
    if (element.name == "pci") {
      pci = &element;
      std::string own;
      const BytesPerSecond link = link_of(element, own);
      if (link > BytesPerSecond(0) && (rate == BytesPerSecond(0) || link < rate)) {
        rate = link;
        how = own;
      }
    } else if (element.name == "cpu") {
      if (const std::string* host = element.find("host_hash")) contents_.hosts.insert(*host);
    } else if (element.name == "gpu") {
      return add_gpu(element, pci, rate, how);
    } else if (element.name == "net") {
      return add_net(element);
    } else if (element.name != "nic" && element.name != "system") {
      contents_.unknown.insert(element.name);
      return;
    }
    for (const XmlElement& child : element.children) read(child, pci, rate, how);
  }

 private:
  void add_gpu(const XmlElement& element, const XmlElement* pci, BytesPerSecond rate, const std::string& words) {
    if (pci == nullptr) refuse_at(element.place, "a <gpu> outside of a <pci>");
    if (contents_.gpus.size() == kMostGpus) refuse_at(element.place, "more than 1,024 GPUs");
    Gpu gpu{need(*pci, "busid"), whole_in(element, "dev", 0, 65535), rate, words, {}, element.place};
    for (const XmlElement& child : element.children) {
      if (child.name == "nvlink" || child.name == "xgmi")
        gpu.links.push_back(nvlink_of(child));
      else if (child.name != "c2c")
        contents_.unknown.insert(child.name);
    }
    contents_.gpus.push_back(std::move(gpu));
  }

  void add_net(const XmlElement& element) {
    const std::string* name = element.find("name");
    const int megabits = whole_in(element, "speed", 1, 100'000'000);
    contents_.nets.push_back({name == nullptr ? "net" : *name, megabits * 1e6, element.place});
  }

  Contents& contents_;
};

void check_targets(const std::vector<Gpu>& gpus, std::map<std::string, int>& position) {
  std::set<int> devices;
  for (std::size_t index = 0; index < gpus.size(); ++index) {
    if (!position.try_emplace(gpus[index].bus, static_cast<int>(index)).second) {
      refuse_at(gpus[index].place, "a second GPU at " + gpus[index].bus);
    }
    if (!devices.insert(gpus[index].dev).second) {
      refuse_at(gpus[index].place, fmt::format("a second GPU of dev {}", gpus[index].dev));
    }
  }
  for (const Gpu& gpu : gpus) {
    for (const NvLink& link : gpu.links) {
      if (!link.is_gpu) continue;
      if (link.target == gpu.bus) refuse_at(link.place, "an NVLink of the GPU at " + gpu.bus + " to itself");
      if (position.count(link.target) == 0) refuse_at(link.place, "there is no GPU at " + link.target);
    }
  }
}

void set_switched(const std::vector<Gpu>& gpus, NodeSpec& node) {
  node.scale_up = ScaleUpKind::switched;
  for (const Gpu& gpu : gpus) {
    int links = 0;
    for (const NvLink& link : gpu.links) links += link.count;
    if (node.links_per_chip == 0) node.links_per_chip = links;
    if (links == node.links_per_chip) continue;
    cannot_at(gpu.place,
              fmt::format("GPU {} has {} NVLinks, GPU {} {}", gpu.dev, links, gpus.front().dev, node.links_per_chip),
              "the chips of a switched node are alike");
  }
}

void set_mesh(const std::vector<Gpu>& gpus, const std::map<std::string, int>& position, NodeSpec& node) {
  node.scale_up = ScaleUpKind::mesh;
  std::map<std::pair<int, int>, int> count;
  for (const Gpu& gpu : gpus) {
    for (const NvLink& link : gpu.links) count[{position.at(gpu.bus), position.at(link.target)}] += link.count;
  }
  for (const auto& [ends, links] : count) {
    const auto back = count.find({ends.second, ends.first});
    if (back == count.end() || back->second != links) {
      const Gpu& gpu = gpus[static_cast<std::size_t>(ends.first)];
      refuse_at(gpu.place,
                fmt::format("{} NVLinks lead from GPU {} to GPU {}, and {} back", links, gpu.dev,
                            gpus[static_cast<std::size_t>(ends.second)].dev, back == count.end() ? 0 : back->second));
    }
    if (ends.first < ends.second) node.mesh.push_back({ends.first, ends.second, links});
  }
}

void set_scale_up(const std::vector<Gpu>& gpus, NodeSpec& node) {
  std::map<std::string, int> position;
  check_targets(gpus, position);
  const NvLink* to_gpu = nullptr;
  const NvLink* to_switch = nullptr;
  const Gpu* without = nullptr;
  for (const Gpu& gpu : gpus) {
    if (gpu.links.empty() && without == nullptr) without = &gpu;
    for (const NvLink& link : gpu.links) (link.is_gpu ? to_gpu : to_switch) = &link;
  }
  node.scale_up = ScaleUpKind::none;
  if (to_gpu == nullptr && to_switch == nullptr) return;
  if (to_gpu != nullptr && to_switch != nullptr) {
    cannot_at(to_gpu->place, "NVLinks lead to GPUs and to switches", "the simulator knows nodes with one of them");
  }
  if (without != nullptr) cannot_at(without->place, fmt::format("GPU {} has no NVLink, as others have", without->dev));
  if (to_switch != nullptr) return set_switched(gpus, node);
  set_mesh(gpus, position, node);
}

void set_nics(std::vector<Net> nets, NodeSpec& node, const std::string& name, std::vector<std::string>& notes) {
  node.nics = 0;
  if (nets.empty()) {
    notes.emplace_back("the file has no <net>: add nics and nic_rate before the node goes into a fabric");
    return;
  }
  const double fastest = std::max_element(nets.begin(), nets.end(), [](const Net& a, const Net& b) {
                           return a.bits_per_second < b.bits_per_second;
                         })->bits_per_second;
  std::string left_out;
  for (const Net& net : nets) {
    if (net.bits_per_second < fastest) left_out += (left_out.empty() ? "" : ", ") + net.name;
  }
  std::erase_if(nets, [&](const Net& net) { return net.bits_per_second < fastest; });
  if (!left_out.empty()) notes.push_back("slower nets are left out, taken for storage or management: " + left_out);
  const int count = static_cast<int>(nets.size());
  node.nics = std::min(count, node.chips);
  if (count > node.chips && count % node.chips != 0) {
    cannot_at(nets.back().place, fmt::format("{} nets of equal speed for {} GPUs", count, node.chips),
              "expected as many as GPUs, fewer, or a multiple");
  }
  const double rate = fastest / 8 * count / node.nics;
  if (count > node.nics)
    notes.push_back(fmt::format("{} nets for each GPU are one NIC of the summed rate", count / node.nics));
  node.nic_rate = {BytesPerSecond(rate), Origin::datasheet, "speed of <net> in " + name, 0};
  notes.emplace_back(
      "neighbouring chips share a NIC where there are fewer; which NIC is near which GPU is not taken over");
}

void set_host_rate(const std::vector<Gpu>& gpus, NodeSpec& node, const std::string& name,
                   std::vector<std::string>& notes) {
  const Gpu& slowest =
      *std::min_element(gpus.begin(), gpus.end(), [](const Gpu& a, const Gpu& b) { return a.host_rate < b.host_rate; });
  if (slowest.host_rate <= BytesPerSecond(0)) {
    notes.emplace_back("the file does not know the PCIe links of all GPUs: host_rate is left to the chip's own");
    return;
  }
  node.host_rate = {slowest.host_rate, Origin::datasheet, slowest.host_words + " in " + name + ", less encoding", 0};
}

NodeSpec node_of(const XmlElement& root, const std::string& name, std::vector<std::string>& notes) {
  if (root.name != "system")
    refuse_at(root.place, "the root is <" + root.name + ">, not <system>", "NCCL_TOPO_DUMP_FILE writes such files");
  const std::string& version = need(root, "version");
  if (version != "1")
    refuse_at(root.place, "version " + version + " of NCCL's topology files is not known", "known is 1");
  Contents contents;
  Reader(contents).read(root, nullptr, BytesPerSecond(0), "");
  std::vector<Gpu>& gpus = contents.gpus;
  if (gpus.empty()) refuse_at(root.place, "the file has no <gpu>");
  if (contents.hosts.size() > 1) {
    cannot_at(root.place, fmt::format("the file describes {} hosts", contents.hosts.size()),
              "dump the topology of one");
  }
  std::sort(gpus.begin(), gpus.end(), [](const Gpu& a, const Gpu& b) { return a.dev < b.dev; });
  NodeSpec node;
  node.chips = node.chips_per_host = static_cast<int>(gpus.size());
  node.source = name + ", written by NCCL";
  set_scale_up(gpus, node);
  set_nics(contents.nets, node, name, notes);
  set_host_rate(gpus, node, name, notes);
  notes.emplace_back("latencies (scale_up_latency, nic_latency) are not in the file; they are for the diameter only");
  for (const std::string& element : contents.unknown) notes.push_back("elements <" + element + "> are not taken over");
  return node;
}

}  // namespace

topology::NodeSpec parse_nccl_topology(const std::string& text, const std::string& name,
                                       std::vector<std::string>& notes) {
  try {
    return node_of(parse_xml(text), std::filesystem::path(name).filename().string(), notes);
  } catch (const InputError& error) {
    throw in_file(error, name, text);
  }
}

}  // namespace sim::config
