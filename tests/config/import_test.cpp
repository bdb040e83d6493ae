#include "sim/base/error.hpp"
#include "sim/config/nccl_topology.hpp"
#include "sim/config/slurm_topology.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::config;
using topology::NodeSpec;
using topology::ScaleUpKind;

namespace {

/// A GPU at PCIe 5 x 16 behind a bridge of 4 x 16, with `links` inside.
std::string gpu(int dev, const std::string& links) {
  const std::string number = std::to_string(dev);
  return R"(<pci busid="0000:0)" + number + R"(:00.0" link_speed="16.0 GT/s PCIe" link_width="16">
  <pci busid="0000:1)" +
         number + R"(:00.0" link_speed="32.0 GT/s PCIe" link_width="16">
    <gpu dev=")" +
         number + R"(" sm="90" rank="0" gdr="1">)" + links + "</gpu></pci></pci>\n";
}

std::string nvlink(const std::string& target, int count, const std::string& type) {
  return "<nvlink target=\"" + target + "\" count=\"" + std::to_string(count) + "\" tclass=\"" + type + "\"/>";
}

std::string net(int megabits) {
  return "<nic><net name=\"mlx5_" + std::to_string(megabits) + "\" dev=\"0\" speed=\"" + std::to_string(megabits) +
         "\" port=\"1\"/></nic>";
}

NodeSpec node_of(const std::string& inside) {
  std::vector<std::string> notes;
  return parse_nccl_topology("<system version=\"1\"><cpu numaid=\"0\">" + inside + "</cpu></system>", "t.xml", notes);
}

std::string refusal_of(const std::string& inside) {
  try {
    (void)node_of(inside);
  } catch (const InputError& error) {
    return error.diagnostics().front().message;
  }
  return "";
}

std::string slurm_refusal(const std::string& text) {
  try {
    (void)parse_slurm_topology(text, "topology.conf");
  } catch (const InputError& error) {
    const Diagnostic& first = error.diagnostics().front();
    return std::to_string(first.mark.line) + ": " + first.message;
  }
  return "";
}

const std::string kSwitch = "0x068000";
const std::string kGpu = "0x030200";

}  // namespace

TEST_CASE("a node of NCCL's file whose NVLinks lead to switches is switched") {
  // 5 + 4 links to two switches; two ports of 400,000 Mb/s; a 10 Gb/s port is for management.
  const std::string links = nvlink("0000:c1:00.0", 5, kSwitch) + nvlink("0000:c2:00.0", 4, kSwitch);
  const NodeSpec node = node_of(gpu(0, links) + gpu(1, links) + net(400000) + net(400000) + net(10000));
  CHECK(node.chips == 2);
  CHECK(node.scale_up == ScaleUpKind::switched);
  CHECK(node.links_per_chip == 9);
  CHECK(node.nics == 2);
  CHECK_THAT(node.nic_rate.value.value(), WithinRel(50e9, 1e-12));
  // The narrower link counts: 16 GT/s x 16 lanes / 8 bits x 128/130 = 31.508 GB/s.
  CHECK_THAT(node.host_rate.value.value(), WithinRel(16e9 * 16 / 8 * 128 / 130, 1e-12));
}

TEST_CASE("a node of NCCL's file whose NVLinks lead to GPUs is a mesh, by dev") {
  const auto to = [](int dev, int count) { return nvlink("0000:1" + std::to_string(dev) + ":00.0", count, kGpu); };
  const NodeSpec node =
      node_of(gpu(2, to(0, 1) + to(1, 1)) + gpu(0, to(1, 2) + to(2, 1)) + gpu(1, to(0, 2) + to(2, 1)));
  REQUIRE(node.scale_up == ScaleUpKind::mesh);
  REQUIRE(node.mesh.size() == 3);
  CHECK(node.mesh[0].from == 0);
  CHECK(node.mesh[0].to == 1);
  CHECK(node.mesh[0].links == 2);
  CHECK(node.mesh[2].links == 1);
  CHECK(node.nics == 0);
}

TEST_CASE("several ports of a GPU are one NIC of the sum") {
  const NodeSpec node = node_of(gpu(0, "") + net(200000) + net(200000));
  CHECK(node.scale_up == ScaleUpKind::none);
  CHECK(node.nics == 1);
  CHECK_THAT(node.nic_rate.value.value(), WithinRel(50e9, 1e-12));
}

TEST_CASE("files of NCCL that do not fit together are refused") {
  const std::string other = "0000:11:00.0", self = "0000:10:00.0";
  CHECK_THAT(refusal_of(gpu(0, nvlink(self, 1, kGpu))), ContainsSubstring("to itself"));
  CHECK_THAT(refusal_of(gpu(0, nvlink("0000:99:00.0", 1, kGpu))), ContainsSubstring("no GPU at 0000:99:00.0"));
  CHECK_THAT(refusal_of(gpu(0, nvlink(other, 2, kGpu)) + gpu(1, nvlink(self, 1, kGpu))),
             ContainsSubstring("and 1 back"));
  CHECK_THAT(refusal_of(gpu(0, nvlink(other, 1, kGpu)) + gpu(1, nvlink("s", 1, kSwitch))),
             ContainsSubstring("to GPUs and to switches"));
  CHECK_THAT(refusal_of(gpu(0, nvlink("s", 2, kSwitch)) + gpu(1, nvlink("s", 1, kSwitch))),
             ContainsSubstring("GPU 1 has 1 NVLinks"));
  CHECK_THAT(refusal_of(gpu(0, nvlink("s", 0, kSwitch))), ContainsSubstring("count of <nvlink>"));
  CHECK_THAT(refusal_of(gpu(0, "") + gpu(0, "")), ContainsSubstring("a second GPU at"));
  CHECK_THAT(refusal_of(net(1)), ContainsSubstring("no <gpu>"));
}

TEST_CASE("Slurm's tree of three tiers has its sizes") {
  const SlurmTree tree = parse_slurm_topology(
      "# a comment\nSwitchName=l0 Nodes=n[00-15] LinkSpeed=100\nSwitchName=l1 Nodes=n[16-30],x31\n"
      "SwitchName=l2 Nodes=n[32-47]\nSwitchName=l3 \\\n Nodes=n[48-59]\n"
      "SwitchName=s0 Switches=l[0],l1\nSwitchName=s1 Switches=l[2-3]\nSwitchName=top Switches=s[0-1]\n",
      "topology.conf");
  CHECK(tree.nodes == 60);
  CHECK(tree.leaves == 4);
  CHECK(tree.nodes_per_leaf == 16);
  CHECK(tree.leaves_per_root == 2);
}

TEST_CASE("Slurm's trees that no fabric is are refused") {
  CHECK(slurm_refusal("SwitchName=a Nodes=n[0-1]\nSwitchName=b Nodes=n[2-3]\n") ==
        "2: nothing joins the switches a and b");
  CHECK_THAT(slurm_refusal("SwitchName=a Switches=b\nSwitchName=b Switches=a\n"), ContainsSubstring("circle"));
  CHECK_THAT(slurm_refusal("SwitchName=r Nodes=n0\nSwitchName=a Switches=b\nSwitchName=b Switches=a\n"),
             ContainsSubstring("circle"));
  CHECK_THAT(slurm_refusal("SwitchName=a Nodes=n[1-0]\n"), ContainsSubstring("no range"));
  CHECK_THAT(slurm_refusal("SwitchName=a Nodes=n[0-1\n"), ContainsSubstring("brackets"));
  CHECK_THAT(slurm_refusal("SwitchName=a Nodes=n[0-1],n1\n"), ContainsSubstring("n1 is under two"));
  CHECK_THAT(slurm_refusal("SwitchName=a Switches=b\n"), ContainsSubstring("no switch b"));
  CHECK_THAT(slurm_refusal("SwitchName=a Nodes=n[0-999999999]\n"), ContainsSubstring("1,000,000 names"));
  CHECK_THAT(slurm_refusal("BlockName=a Nodes=n0\n"), ContainsSubstring("block topology"));
  CHECK_THAT(slurm_refusal("SwitchName=a Nodes=n[0-1]\nSwitchName=b Nodes=n2\nSwitchName=c Nodes=n3\n"
                           "SwitchName=r Switches=a,b,c\n"),
             ContainsSubstring("others 2"));
}
