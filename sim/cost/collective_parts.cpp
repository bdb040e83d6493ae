#include "sim/cost/collective_parts.hpp"

#include <algorithm>

namespace sim::cost {
namespace {

constexpr double kStep = 1e-4;

// Calls `price` with the links inside nodes `factor` times as fast.
template <class Price>
double with_inside(GroupShape shape, double factor, const Price& price) {
  if (shape.link == nullptr) {
    shape.host_path = factor * shape.host_path;
    return price(shape);
  }
  hardware::LinkGeneration link = *shape.link;
  link.usable_rate.value = factor * link.usable_rate.value;
  link.quick_rate.value = factor * link.quick_rate.value;
  shape.link = &link;
  return price(shape);
}

template <class Price>
double with_memory(GroupShape shape, double factor, const Price& price) {
  hardware::LinkGeneration link = *shape.link;
  link.copy_rate.value = factor * link.copy_rate.value;
  shape.link = &link;
  return price(shape);
}

template <class Price>
double with_nics(GroupShape shape, double factor, const Price& price) {
  shape.nic_rate = factor * shape.nic_rate;
  return price(shape);
}

// T times -d log T / d log rate, s.
Seconds bound_by(double faster, double slower) {
  return Seconds(std::max(0.0, (slower - faster) / (2 * kStep)));
}

}  // namespace

CollectiveParts collective_parts(Collective collective, const GroupShape& shape, Bytes bytes,
                                 const CollectiveTime& time) {
  if (shape.ranks <= 1) return {};
  const auto price = [&](const GroupShape& turned) {
    return collective_time(collective, turned, bytes, time.algorithm).total().value();
  };
  CollectiveParts parts;
  parts.scale_up = bound_by(with_inside(shape, 1 + kStep, price), with_inside(shape, 1 - kStep, price));
  if (shape.link != nullptr) {
    parts.memory = bound_by(with_memory(shape, 1 + kStep, price), with_memory(shape, 1 - kStep, price));
  }
  if (shape.nodes > 1) {
    parts.scale_out = bound_by(with_nics(shape, 1 + kStep, price), with_nics(shape, 1 - kStep, price));
  }
  parts.latency = std::max(Seconds(0), time.total() - parts.scale_up - parts.scale_out - parts.memory);
  return parts;
}

}  // namespace sim::cost
