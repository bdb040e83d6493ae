#include "sim/report/catalog_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sim::report {
namespace {

using hardware::Chip;
using hardware::Format;

template <class T>
std::string scaled(const std::optional<Sourced<T>>& field, double unit, const char* form) {
  if (!field) return "-";
  return fmt::format(fmt::runtime(form), field->value.value() / unit);
}

std::string peak(const Chip& chip, Format format) {
  const auto found = chip.peak.find(format);
  return found == chip.peak.end() ? "-" : fmt::format("{:.5g}", found->second.value.value() / 1e12);
}

std::string tensor_peak(const Chip& chip) {
  return chip.peak.count(Format::bf16) > 0 ? peak(chip, Format::bf16) : peak(chip, Format::fp16);
}

std::string scale_up(const Chip& chip) {
  if (!chip.scale_up) return "-";
  return fmt::format("{:.0f}", chip.scale_up->wire_rate.value.value() / 1e9);
}

std::string count(double number) {
  if (number <= 0) return "-";
  if (number >= 1e12) return fmt::format("{:.3f}T", number / 1e12);
  return fmt::format("{:.2f}B", number / 1e9);
}

const char* tier_name(topology::LinkTier tier) {
  constexpr const char* kNames[] = {"scale-up link", "host link", "NIC", "leaf uplink", "trunk"};
  return kNames[static_cast<int>(tier)];
}

std::string pattern_line(const char* name, const topology::PatternCost& cost) {
  return fmt::format("  {:<11} {:>9.3f} bytes on the busiest link per byte ({}), {:.4f} s per GB\n", name,
                     cost.busiest_link_bytes, tier_name(cost.busiest_tier), cost.seconds_per_gigabyte.value());
}

}  // namespace

std::string chips_text(const std::vector<Chip>& chips) {
  std::string text = fmt::format("{} parts. Dense peaks; link rates one direction.\n\n", chips.size());
  text += fmt::format("  {:<28} {:<9} {:>9} {:>8} {:>7} {:>8} {:>9} {:>7} {:>6} {:>8}\n", "id", "vendor", "announced",
                      "16 bit", "fp8", "memory", "bandwidth", "scale-", "power", "TPP");
  text += fmt::format("  {:<28} {:<9} {:>9} {:>8} {:>7} {:>8} {:>9} {:>7} {:>6} {:>8}\n", "", "", "", "TFLOPS",
                      "TFLOPS", "GB", "GB/s", "up GB/s", "W", "");
  for (const Chip& chip : chips) {
    text += fmt::format("  {:<28} {:<9} {:>9} {:>8} {:>7} {:>8} {:>9} {:>7} {:>6} {:>8}\n", chip.id,
                        chip.vendor.substr(0, 9), chip.announced.substr(0, 9), tensor_peak(chip),
                        peak(chip, Format::fp8), scaled(chip.memory_capacity, 1e9, "{:.0f}"),
                        scaled(chip.memory_bandwidth, 1e9, "{:.0f}"), scale_up(chip), scaled(chip.power, 1, "{:.0f}"),
                        chip.tpp ? fmt::format("{:.0f}", chip.tpp->value) : "-");
  }
  return text;
}

std::string models_text(const std::vector<model::Transformer>& models) {
  std::string text = fmt::format("{} models.\n\n", models.size());
  text += fmt::format("  {:<18} {:>7} {:>7} {:>6} {:>6} {:>8} {:>8} {:>8} {:>10} {:>10}\n", "id", "layers", "hidden",
                      "heads", "kv", "experts", "context", "vocab", "parameters", "active");
  for (const model::Transformer& model : models) {
    const std::string experts =
        model.experts ? fmt::format("{} top {}", model.experts->experts, model.experts->top_k) : "-";
    text += fmt::format("  {:<18} {:>7} {:>7} {:>6} {:>6} {:>8} {:>8} {:>8} {:>10} {:>10}\n", model.id, model.layers,
                        model.hidden, model.heads, model.kv_heads, experts, model.context, model.vocabulary,
                        count(model::parameters(model).total()), count(model::active_parameters(model)));
  }
  return text + "\n  active: parameters that one token meets, without embedding tables and logits\n";
}

std::string topology_text(const std::string& title, const topology::TopologyMetrics& metrics) {
  std::string text = title + "\n\n";
  text += fmt::format("  {} chips in {} scale-up domains, {} NICs, {} switches, {} links (one direction each)\n",
                      metrics.chips, metrics.nodes, metrics.nics, metrics.switches, metrics.links);
  text += fmt::format("  diameter    {} hops, {:.2f} us\n", metrics.diameter, 1e6 * metrics.diameter_latency.value());
  text += fmt::format("  bisection   {:.4g} TB/s one direction between the two halves (max-flow), {:.3g} GB/s a chip\n",
                      metrics.bisection.value() / 1e12,
                      metrics.bisection.value() / 1e9 / std::max(1.0, static_cast<double>(metrics.chips) / 2));
  text += pattern_line("ring", metrics.ring);
  text += pattern_line("tree", metrics.tree);
  text += pattern_line("all-to-all", metrics.all_to_all);
  return text;
}

}  // namespace sim::report
