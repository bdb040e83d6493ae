#include "sim/config/topology_file.hpp"
#include "sim/validate/record_job.hpp"
#include "sim/validate/record_machine.hpp"
#include "sim/validate/record_model.hpp"
#include "sim/validate/record_strategy.hpp"
#include "tests/support/catch.hpp"
#include "tests/validate/records.hpp"

using sim::gigabits_per_second;
using sim::InputError;
using sim::test::plain_record;
using sim::topology::NodeSpec;
using sim::topology::ScaleUpKind;
using sim::validate::Record;

namespace {

sim::hardware::Chip chip_named(const std::string& id, int links = 12) {
  sim::hardware::Chip chip;
  chip.id = id;
  if (links > 0) chip.scale_up = sim::hardware::ScaleUpPort{"any", links, {}};
  return chip;
}

Record cluster_record(const std::string& chip, int gpus_per_node, double nic, const std::string& fabric) {
  Record record = plain_record();
  record.chip = chip;
  record.gpus_per_node = gpus_per_node;
  record.gpus = 4 * gpus_per_node;
  record.run.dp = record.gpus;
  record.run.global_batch = record.gpus;
  record.nic_gbps_per_gpu = nic;
  record.fabric = fabric;
  return record;
}

NodeSpec node(const std::string& chip, int gpus_per_node, double nic = 0, const std::string& fabric = "") {
  return node_of(cluster_record(chip, gpus_per_node, nic, fabric), chip_named(chip));
}

double gigabits(const NodeSpec& spec) {
  return spec.nic_rate.value.value() * 8e-9;
}

sim::parallel::Overlap overlap(const std::string& words, bool preset_hides = false, int vpp = 1) {
  sim::validate::RecordRun run;
  run.overlap = words;
  run.vpp = vpp;
  sim::hardware::SoftwarePreset software;
  software.overlap_data_parallel = preset_hides;
  return overlap_of(run, software);
}

}  // namespace

TEST_CASE("a chip and the size of its node name the usual server") {
  CHECK(node("V100-SXM2-16GB", 8).id == "dgx1-v100");
  CHECK(node("V100-SXM3-32GB", 16).id == "dgx2-v100");
  CHECK(node("A100-SXM4-40GB", 8).id == "dgx-a100");
  CHECK(node("H100-SXM5-80GB", 8).id == "dgx-h100");
  CHECK(node("H20-SXM-96GB", 8).id == "hgx-h20");
  CHECK(node("GB300", 72).id == "gb200-nvl72");
  CHECK(node("Ascend-910B", 8).id == "atlas-800-a2");
}

TEST_CASE("a job over several racks of 72 takes 64 chips of each") {
  Record record = cluster_record("GB200", 72, 400, "");
  record.gpus = 256;
  CHECK(node_of(record, chip_named("GB200")).chips == 64);
  CHECK(node_of(record, chip_named("GB200")).nics == 64);
  record.gpus = 72;
  CHECK(node_of(record, chip_named("GB200")).chips == 72);
}

TEST_CASE("four V100 of a node are joined by two links per pair, all six of each chip") {
  const NodeSpec spec = node("V100-SXM2-32GB", 4);
  REQUIRE(spec.mesh.size() == 6);
  for (const sim::topology::MeshEdge& edge : spec.mesh) CHECK(edge.links == 2);
  CHECK(spec.chips == 4);
}

TEST_CASE("an unusual node size keeps the switches of the usual server") {
  const NodeSpec spec = node("A100-SXM4-80GB", 4);
  CHECK(spec.scale_up == ScaleUpKind::switched);
  CHECK(spec.chips == 4);
  CHECK(spec.nics == 4);
}

TEST_CASE("an unknown chip gets a switched node with its own ports, or PCIe without ports") {
  CHECK(node("New-Chip", 16).scale_up == ScaleUpKind::switched);
  CHECK(node("New-Chip", 16).chips == 16);
  Record record = cluster_record("Card", 4, 25, "");
  CHECK(node_of(record, chip_named("Card", 0)).scale_up == ScaleUpKind::none);
}

TEST_CASE("a TPU slice is a torus of the chips that the fabric text names") {
  // 192 chips are 3 cubes of 64: 4 x 4 x 12. NICs: one a host of 4 chips.
  Record record = cluster_record("TPUv4", 4, 100, "2 slice(s) of v4-384 (192 chips), joined by data-centre network");
  record.gpus = 384;
  const NodeSpec spec = node_of(record, chip_named("TPUv4", 6));
  CHECK(spec.chips == 192);
  CHECK(spec.dimensions == std::vector<int>{4, 4, 12});
  CHECK(spec.nics == 48);
  CHECK_THAT(gigabits(spec), WithinRel(400.0, 1e-9));
}

TEST_CASE("a node has as many NICs as the fabric text says, if that gives the stated rate") {
  // 50 Gb/s x 8 chips = 4 x 100 Gb/s, though two of the usual 200 Gb/s would do.
  const NodeSpec stated = node("A100-SXM4-80GB", 8, 50, "8 GPUs, 4x100 Gb/s Omni-Path per node");
  CHECK(stated.nics == 4);
  CHECK_THAT(gigabits(stated), WithinRel(100.0, 1e-9));
  CHECK(node("A100-SXM4-80GB", 8, 50, "NVLink3, 4 Omni-Path 100 Gb/s links per node").nics == 4);
  // 12.5 x 8 = 100: one port.
  CHECK(node("V100-SXM2-16GB", 8, 12.5, "one 100 Gb/s EDR InfiniBand port per node").nics == 1);
  // 8 x 400 is not 200 x 8: the text is about something else.
  CHECK(node("A100-SXM4-80GB", 8, 200, "8x400 Gb/s").nics == 8);
}

TEST_CASE("without words a rate below the usual one means fewer NICs, shared by neighbours") {
  const NodeSpec shared = node("A100-SXM4-80GB", 8, 50);  // 400 Gb/s = 2 x 200
  CHECK(shared.nics == 2);
  CHECK_THAT(gigabits(shared), WithinRel(200.0, 1e-9));
  const NodeSpec usual = node("H100-SXM5-80GB", 8, 400);
  CHECK(usual.nics == 8);
  CHECK_THAT(gigabits(usual), WithinRel(400.0, 1e-9));
}

TEST_CASE("a rate of 0 means no network inside one node and the usual NICs beyond") {
  Record record = plain_record();
  CHECK(node_of(record, chip_named(record.chip)).nics == 0);
  CHECK(fabric_of(record, node_of(record, chip_named(record.chip))).kind == sim::topology::FabricKind::none);
  sim::hardware::Chip chip = chip_named("A100-SXM4-80GB");
  chip.usual_nic = sim::Sourced<sim::BytesPerSecond>{gigabits_per_second(100), sim::Origin::assumed, "", 0};
  const NodeSpec spec = node_of(cluster_record("A100-SXM4-80GB", 8, 0, "?"), chip);
  CHECK(spec.nics == 8);
  CHECK_THAT(gigabits(spec), WithinRel(100.0, 1e-9));
}

TEST_CASE("words of the fabric name the network; without them the NIC's rate tells InfiniBand's generation") {
  using sim::validate::network_of;
  CHECK(network_of("8x200 Gb/s HDR InfiniBand per node", 100) == "infiniband-hdr");
  CHECK(network_of("four Omni-Path 100 Gb/s links", 100) == "omni-path-100");
  CHECK(network_of("EFA 3200 Gb/s per node", 400) == "efa");
  CHECK(network_of("1600 Gb/s node-to-node RoCE", 200) == "roce");
  CHECK(network_of("Management: Ethernet, Compute: 8x ConnectX-7 InfiniBand", 400) == "infiniband-ndr");
  CHECK(network_of("scale-out ?", 100) == "infiniband-edr");
}

TEST_CASE("degrees must multiply to the chips, and experts take tensor parallelism where it divides") {
  Record record = plain_record();
  record.run.tp = 2;
  CHECK_THROWS_AS(strategy_of(record, {}), InputError);
  record.run.dp = 4;
  record.model.experts = sim::validate::RecordExperts{8, 2, 512, 0, 4};
  record.run.ep = 4;  // 4 x 2 divides the 8 ranks of the stage
  CHECK(strategy_of(record, {}).etp == 2);
  record.run.ep = 8;  // 8 x 2 does not
  CHECK(strategy_of(record, {}).etp == 1);
}

TEST_CASE("layers that do not divide leave the remainder to the first stages") {
  Record record = plain_record();
  record.run.pp = 8;
  record.run.dp = 1;
  record.model.layers = 19;  // 19 = 8 x 2 + 3; 19 + 2 does not divide by 8 either
  CHECK(strategy_of(record, {}).stage_layers == std::vector<int>{3, 3, 3, 2, 2, 2, 2, 2});
  record.model.layers = 22;  // 22 + 2 = 24: embedding and loss take a place each, as the layout does by itself
  CHECK(strategy_of(record, {}).stage_layers.empty());
}

TEST_CASE("zero-bubble schedules and sharded groups are simulated, unknown words make a record unsupported") {
  using sim::validate::Unsupported;
  Record record = plain_record();
  record.run.schedule = "zb1p";
  CHECK(strategy_of(record, {}).schedule == sim::parallel::ScheduleKind::zb_1p);
  record.run.schedule = "1f1b";
  record.run.zero_stage = 3;
  record.run.zero_group = 4;
  CHECK(strategy_of(record, {}).zero_group == 4);
  record.run.zero_group = 8;  // all replicas: plain ZeRO
  CHECK(strategy_of(record, {}).zero_group == 0);
  record.run.zero_stage = 0;
  record.run.zero_group = 4;  // nothing is sharded
  CHECK(strategy_of(record, {}).zero_group == 0);
  record.run.schedule = "chimera";
  CHECK_THROWS_AS(strategy_of(record, {}), Unsupported);
}

TEST_CASE("virtual stages count only in a pipeline") {
  Record record = plain_record();
  record.run.vpp = 2;
  CHECK(strategy_of(record, {}).vpp == 1);
  record.run.pp = 2;
  record.run.dp = 4;
  CHECK(strategy_of(record, {}).vpp == 2);
  CHECK(strategy_of(record, {}).schedule == sim::parallel::ScheduleKind::interleaved);
}

TEST_CASE("overlap follows the preset unless the source states it") {
  CHECK(overlap("?", true).dp_gradients);
  CHECK_FALSE(overlap("?", false).dp_gradients);
  CHECK_FALSE(overlap("?", true, 1).pp);
  CHECK(overlap("?", true, 4).pp);
  CHECK(overlap("TP userbuffer, DP grad/param, PP p2p overlap on (recipe yaml)").tp);
  CHECK(overlap("TP userbuffer, DP grad/param, PP p2p overlap on (recipe yaml)").dp_parameters);
  CHECK(overlap("asyncTP").tp);
  CHECK_FALSE(overlap("vanillaTP").tp);
  CHECK_FALSE(overlap("TP overlap False", true).tp);
  CHECK(overlap("gradient all-reduce overlapped with backward").dp_gradients);
  CHECK_FALSE(
      overlap("DDP-impl local: gradient all-reduce after the last backward, not overlapped", true).dp_gradients);
  CHECK_FALSE(overlap("all overlap switched off (no TP overlap, no p2p overlap)", true).dp_gradients);
}

TEST_CASE("what the model's fields leave out follows from its MLP") {
  Record record = plain_record();
  CHECK(model_of(record).biases);
  CHECK(model_of(record).tied_embeddings);
  CHECK(model_of(record).head_dim == 64);
  record.model.gated_mlp = true;
  CHECK_FALSE(model_of(record).biases);
  CHECK(model_of(record).positions == sim::model::Positions::rope);
  record.model.heads = 15;
  CHECK_THROWS_AS(model_of(record), InputError);
}

TEST_CASE("experts in half of the layers alternate; a model of the DeepSeek line has latent attention") {
  Record record = plain_record();
  record.model.experts = sim::validate::RecordExperts{8, 2, 512, 1, 2};
  CHECK(model_of(record).experts->layer_frequency == 2);
  record.model.experts->moe_layers = 3;
  CHECK(model_of(record).experts->layer_frequency == 1);
  CHECK_FALSE(model_of(record).latent);
  record.model.name = "DeepSeek-V3 cut to 4 layers";
  REQUIRE(model_of(record).latent);
  CHECK(model_of(record).latent->key_value_rank == 512);
}
