#include "sim/campaign/nodes.hpp"

#include <algorithm>

namespace sim::campaign {

Nodes::Nodes(const Plan& plan) : plan_(plan), delivered_(plan.entries(), 0), healthy_(plan.entries(), 0) {
  next_growth_ = find_growth();
}

std::vector<Delivery> Nodes::update(Moment now) {
  std::vector<Delivery> arrived;
  for (; next_delivery_ < plan_.deliveries.size() && plan_.deliveries[next_delivery_].at <= now; ++next_delivery_) {
    const Delivery& delivery = plan_.deliveries[next_delivery_];
    delivered_[delivery.entry] += delivery.nodes;
    healthy_[delivery.entry] += delivery.nodes;
    arrived.push_back(delivery);
  }
  if (!arrived.empty()) next_growth_ = find_growth();
  for (; !repairs_.empty() && repairs_.top().at <= now; repairs_.pop()) ++healthy_[repairs_.top().entry];
  return arrived;
}

void Nodes::breaks(std::size_t entry, Moment repaired) {
  --healthy_[entry];
  repairs_.push({repaired, entry});
}

std::optional<std::size_t> Nodes::level_of(const std::vector<int>& nodes) const {
  for (std::size_t level = plan_.levels.size(); level-- > 0;) {
    const std::vector<int>& needed = plan_.levels[level].nodes;
    if (std::equal(needed.begin(), needed.end(), nodes.begin(), [](int need, int have) { return need <= have; }))
      return level;
  }
  return std::nullopt;
}

std::optional<std::size_t> Nodes::delivered_level() const {
  return level_of(delivered_);
}
std::optional<std::size_t> Nodes::healthy_level() const {
  return level_of(healthy_);
}

Moment Nodes::find_growth() const {
  const std::optional<std::size_t> now = delivered_level();
  std::vector<int> nodes = delivered_;
  for (std::size_t i = next_delivery_; i < plan_.deliveries.size(); ++i) {
    nodes[plan_.deliveries[i].entry] += plan_.deliveries[i].nodes;
    const std::optional<std::size_t> then = level_of(nodes);
    if (then && (!now || *then > *now)) return plan_.deliveries[i].at;
  }
  return Moment::max();
}

Moment Nodes::next_change() const {
  Moment next = Moment::max();
  if (next_delivery_ < plan_.deliveries.size()) next = plan_.deliveries[next_delivery_].at;
  if (!repairs_.empty()) next = std::min(next, repairs_.top().at);
  return next;
}

}  // namespace sim::campaign
