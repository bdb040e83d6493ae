#include "sim/config/describe_hardware.hpp"

namespace sim::config {
namespace {

using hardware::AttentionConstants;
using hardware::Format;
using hardware::GemmConstants;
using hardware::KernelConstants;

Spec positive(const std::string& help) {
  return {.help = help, .required = true, .least = 0, .above_least = true};
}
Spec optional(const std::string& help) {
  return {.help = help, .least = 0};
}

void describe_gemm(Fields& fields, GemmConstants& gemm) {
  fields.sourced("main_loop", gemm.main_loop, "", positive("e0: share of the peak inside a tile"));
  fields.sourced("fixed_time", gemm.fixed_time, positive("t0: device time of a minimal product"));
  fields.sourced("cache_rate", gemm.cache_rate, optional("cache to cores, whole chip; 0 leaves it out"));
  fields.sourced("short_ceiling", gemm.short_ceiling, "", optional("cap: power ceiling in bursts; 0 leaves it out"));
  fields.sourced("sustained_ceiling", gemm.sustained_ceiling, "",
                 optional("e1: power ceiling that lasts; 0 leaves it out"));
  fields.sourced("governor_time", gemm.governor_time, optional("tau: time scale of the power limit"));
  fields.sourced("in_step_share", gemm.in_step_share, "",
                 {.help = "rates inside a training step over those above", .least = 0, .above_least = true});
}

void describe_attention(Fields& fields, AttentionConstants& attention) {
  fields.sourced("efficiency", attention.efficiency, "", positive("e"));
  fields.sourced("softmax_depth", attention.softmax_depth, "", optional("d0; 0: from the rate of a core"));
  fields.sourced("fill_keys", attention.fill_keys, "", optional("S0; 0: from the rate of a core"));
  fields.sourced("causal", attention.causal, "", positive("ec: efficiency left under a causal mask"));
  fields.sourced("tail", attention.tail, "", positive("share of the longest block exposed at the end"));
  fields.sourced("backward", attention.backward, "", positive("rho: backward over forward efficiency"));
  fields.sourced("fixed_time", attention.fixed_time, positive("t0"));
  fields.whole("row_block", attention.row_block, {.help = "query rows of a thread block", .least = 1, .most = 65536});
}

template <class Table>
std::vector<std::string> keys_of(const Table& table) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : table) keys.push_back(key);
  return keys;
}

void describe_products(Fields& fields, KernelConstants& kernels) {
  fields.object("gemm",
                [&kernels](Fields& inner) {
                  for (int index = 0; index <= static_cast<int>(Format::int4); ++index) {
                    const auto format = static_cast<Format>(index);
                    const std::string key(hardware::name(format));
                    GemmConstants gemm = kernels.gemm.count(format) > 0 ? kernels.gemm[format] : GemmConstants{};
                    inner.object(key.c_str(), [&gemm](Fields& leaf) { describe_gemm(leaf, gemm); },
                                 {.help = "constants of " + key + " products"});
                    if (inner.has(key.c_str())) kernels.gemm[format] = gemm;
                  }
                },
                {.help = "matrix products by number format", .required = true});
}

}  // namespace

void describe(Fields& fields, KernelConstants& kernels) {
  fields.text("id", kernels.id, {.help = "generation", .required = true});
  describe_products(fields, kernels);
  fields.map("attention", keys_of(kernels.attention),
             [&kernels](const std::string& key, Fields& inner) { describe_attention(inner, kernels.attention[key]); },
             {.help = "fused attention kernels by name"});
  fields.sourced("gemm_memory_share", kernels.gemm_memory_share, "", positive("h: share of the memory rate"));
  fields.sourced("streaming_memory_share", kernels.streaming_memory_share, "", positive("h_s: for large arrays"));
  fields.sourced("streaming_fixed_time", kernels.streaming_fixed_time, positive("t_k: minimal streaming kernel"));
  fields.sourced(
      "attention_in_step_share", kernels.attention_in_step_share, "",
      {.help = "speed of fused attention inside a step over its benchmark", .least = 0, .above_least = true});
  fields.sourced("reduction_share", kernels.reduction_share, "", positive("further factor for reductions"));
  fields.flag("fluid_waves", kernels.fluid_waves, {.help = "no wave quantisation"});
  fields.whole("rounding", kernels.rounding, {.help = "m, n and k are rounded up to this", .least = 1, .most = 4096});
  fields.flag("power_rule", kernels.power_rule, {.help = "ceilings follow from power and peak instead of `gemm`"});
}

namespace {

void cores(Fields& fields, const char* key, std::optional<Sourced<double>>& field, const std::string& help) {
  Sourced<double> value = field.value_or(Sourced<double>{});
  fields.sourced(key, value, "", {.help = help, .least = 0, .most = 1000});
  field = fields.has(key) ? std::optional(value) : std::nullopt;
}

void describe_wide(Fields& fields, hardware::LinkGeneration& link) {
  fields.whole(
      "wide_ranks", link.wide_ranks,
      {.help = "groups of so many in one domain have rates of their own; 0: none", .least = 0, .most = 100000});
  const auto share = [](const char* help) { return Spec{.help = help, .least = 0, .above_least = true}; };
  fields.sourced("wide_ring_share", link.wide_ring_share, "", share("of the rate, in rings of such groups"));
  fields.sourced("wide_direct_share", link.wide_direct_share, "", share("of the rate, in their direct sends"));
  fields.sourced("wide_in_switch_efficiency", link.wide_in_switch_efficiency, "", optional("their ev"));
  if (link.wide_ranks > 0 && link.in_switch_reduction && link.wide_in_switch_efficiency.value == 0) {
    fields.complain("wide_in_switch_efficiency", "groups of wide_ranks reduce in the switch too", "state their ev",
                    false);
  }
}

void describe_messages(Fields& fields, hardware::LinkGeneration& link) {
  fields.sourced("quick_message", link.quick_message,
                 optional("largest message to a peer that goes by the low-latency protocol; 0: none does"));
  fields.sourced("quick_start", link.quick_start, optional("start of such messages"));
  fields.sourced("quick_rate", link.quick_rate, optional("rate of one such message"));
  fields.sourced("message_floor", link.message_floor, optional("least time of direct sends of larger messages"));
  if (link.quick_message.value > Bytes(0) && link.quick_rate.value == BytesPerSecond(0)) {
    fields.complain("quick_rate", "messages up to quick_message need a rate", "", false);
  }
}

}  // namespace

void describe(Fields& fields, hardware::LinkGeneration& link) {
  fields.text("id", link.id, {.help = "generation", .required = true});
  fields.sourced("in_step_share", link.in_step_share, "",
                 {.help = "rate inside a training step over its benchmark", .least = 0, .above_least = true});
  fields.sourced("usable_rate", link.usable_rate, positive("bl: per link and direction"));
  fields.sourced("ring_start", link.ring_start, positive("t0"));
  fields.sourced("ring_step", link.ring_step, positive("a, per ring step"));
  fields.sourced("ring_fill", link.ring_fill, positive("F, saturation of the pipeline fill"));
  fields.sourced("copy_rate", link.copy_rate, positive("Bc, own part copied by the cores"));
  fields.flag("in_switch_reduction", link.in_switch_reduction, {.help = "the switch reduces (NVLS)"});
  fields.whole("in_switch_minimum_ranks", link.in_switch_minimum_ranks,
               {.help = "smallest group that uses it", .least = 2, .most = 1000});
  fields.sourced("in_switch_efficiency", link.in_switch_efficiency, "", optional("ev"));
  fields.sourced("in_switch_start", link.in_switch_start, optional("tv"));
  fields.sourced("in_switch_fill", link.in_switch_fill, optional("Fv"));
  fields.sourced("all_to_all_start", link.all_to_all_start, positive("ta"));
  fields.sourced("all_to_all_fill", link.all_to_all_fill, positive("La"));
  cores(fields, "collective_cores", link.collective_cores, "cores of a chip that a collective's kernel holds");
  cores(fields, "message_cores", link.message_cores, "cores of a chip that an exchange with one neighbour holds");
  fields.sourced("floor", link.floor, optional("least time of a ring or in-switch reduction inside a node"));
  fields.sourced("floor_step", link.floor_step, optional("added to it by each ring step"));
  fields.sourced("large_floor", link.large_floor, optional("least time from large_floor_from on"));
  fields.sourced("large_floor_from", link.large_floor_from, optional("size from which large_floor holds"));
  describe_messages(fields, link);
  describe_wide(fields, link);
}

void describe(Fields& fields, hardware::CollectiveLibrary& library) {
  fields.text("id", library.id, {.help = "age, or age and platform", .required = true});
  fields.text("date", library.date, {.help = "from when on", .required = true});
  fields.texts("names", library.names, {.help = "by which tables of measurements call it"});
}

void describe(Fields& fields, hardware::NetworkKind& network) {
  fields.text("id", network.id, {.help = "kind of network", .required = true});
  fields.sourced("in_step_share", network.in_step_share, "",
                 {.help = "rate inside a training step over its benchmark", .least = 0, .above_least = true});
  fields.sourced("efficiency", network.efficiency, "", positive("e: share of the NIC rate that trees reach"));
  fields.sourced("hop", network.hop, positive("th: tree step between nodes"));
  fields.sourced("bytes_in_flight", network.bytes_in_flight, positive("c"));
  fields.sourced("roll_off", network.roll_off, positive("h: message size per rail at which a hop's fill saturates"));
  fields.sourced("start", network.start, positive("b0"));
  fields.sourced("ring_hop", network.ring_hop, positive("tx: ring step between nodes"));
  fields.flag("low_latency_protocol", network.low_latency_protocol, {.help = "LL128 rings between nodes"});
  fields.flag("in_network_reduction", network.in_network_reduction, {.help = "the switches reduce (SHARP)"});
  fields.sourced("routing_efficiency", network.routing_efficiency, "",
                 positive("share of leaf uplinks and trunks that the routing fills"));
}

}  // namespace sim::config
