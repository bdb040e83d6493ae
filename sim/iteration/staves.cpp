#include "sim/iteration/staves.hpp"

#include "sim/iteration/usage.hpp"

namespace sim::iteration {
namespace {

Stave stave_of(BindingTier tier) {
  switch (tier) {
    case BindingTier::scale_up:
      return Stave::scale_up;
    case BindingTier::host:
      return Stave::host_link;
    case BindingTier::scale_out:
      break;
  }
  return Stave::scale_out;
}

void add_part(const engine::MixturePart& part, const std::vector<cost::KernelTime>& labels, double seconds,
              StaveSeconds& staves) {
  switch (part.kind) {
    case engine::MixturePart::Kind::delay:
      return add_work(labels[part.tag], seconds, staves);
    case engine::MixturePart::Kind::latency:
      return add_exchange(part.tag, seconds, 0, staves);
    case engine::MixturePart::Kind::transfer:
      return add_exchange(part.tag, 0, seconds, staves);
  }
}

}  // namespace

void add_work(const cost::KernelTime& parts, double seconds, StaveSeconds& staves) {
  const double scale = seconds / parts.total().value();
  staves[index(Stave::tensor_compute)] += scale * parts.tensor_compute.value();
  staves[index(Stave::hbm_bandwidth)] += scale * parts.hbm_bandwidth.value();
  staves[index(Stave::launch)] += scale * parts.launch.value();
  staves[index(Stave::imbalance)] += scale * parts.skew.value();
}

void add_exchange(std::uint16_t tag, double before, double flowing, StaveSeconds& staves) {
  const ExchangeTag what = ExchangeTag::of(tag);
  staves[index(stave_of(what.tier))] += flowing + what.link_share * before;
  staves[index(Stave::hbm_bandwidth)] += what.memory_share * before;
  staves[index(Stave::latency)] += (1 - what.link_share - what.memory_share) * before;
}

void add_delay(const engine::System& system, const std::vector<cost::KernelTime>& labels,
               const engine::Instruction& delay, double seconds, StaveSeconds& staves) {
  if (!engine::is_mixture(delay.tag)) return add_work(labels[delay.tag], seconds, staves);
  const double planned = static_cast<double>(delay.picoseconds);
  for (const engine::MixturePart& part : system.mixtures[engine::mixture_index(delay.tag)]) {
    add_part(part, labels, seconds * (static_cast<double>(part.picoseconds) / planned), staves);
  }
}

}  // namespace sim::iteration
