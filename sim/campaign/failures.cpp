#include "sim/campaign/failures.hpp"

#include <algorithm>
#include <cmath>

namespace sim::campaign {
namespace {

double scale_of(const Component& component) {
  return component.mean_life.value() / std::tgamma(1 + 1 / component.shape);
}

double plain_hazard(const Component& component, double age) {
  if (component.shape == 1) return age / component.mean_life.value();
  return std::pow(age / scale_of(component), component.shape);
}

double plain_age(const Component& component, double hazard) {
  if (component.shape == 1) return hazard * component.mean_life.value();
  return scale_of(component) * std::pow(hazard, 1 / component.shape);
}

double age_at(Moment arrived, Moment now) {
  return std::max(0.0, seconds_of(std::chrono::duration_cast<Span>(now - arrived)).value());
}

}  // namespace

double cumulative_hazard(const Component& component, double age) {
  const double early = std::min(age, component.early.value());
  return plain_hazard(component, age) + (component.early_factor - 1) * plain_hazard(component, early);
}

double age_of_hazard(const Component& component, double hazard) {
  const double at_end_of_early = cumulative_hazard(component, component.early.value());
  if (hazard <= at_end_of_early) return plain_age(component, hazard / component.early_factor);
  return plain_age(component, hazard - at_end_of_early + plain_hazard(component, component.early.value()));
}

FailureClock::FailureClock(const Plan& plan, Draw draw, Which which)
    : plan_(plan), draw_(draw), which_(which), delivered_(plan.entries(), 0.0) {}

void FailureClock::deliver(const Delivery& delivery) {
  level_ = nullptr;
  delivered_[delivery.entry] += delivery.nodes;
  for (std::size_t c = 0; c < plan_.components.size(); ++c) {
    const Component& component = plan_.components[c];
    if (component.entry != delivery.entry || (component.slowdown > 1) != (which_ == Which::slowing)) continue;
    const std::uint64_t stream = (c << 32U) + pools_.size();
    pools_.push_back({.component = c,
                      .entry = delivery.entry,
                      .nodes = static_cast<double>(delivery.nodes),
                      .arrived = delivery.at,
                      .stream = RandomStream(mix_bits(draw_.seed) ^ draw_.run, stream),
                      .since = delivery.at});
    draw(pools_.back());
  }
}

void FailureClock::draw(Pool& pool) const {
  pool.remaining = pool.stream.exponential(pool.draws++, 1.0);
}

void FailureClock::aim(Pool& pool) const {
  pool.next = kNever;
  if (pool.parts <= 0) return;
  const Component& component = plan_.components[pool.component];
  const double age = age_at(pool.arrived, pool.since);
  const double until = age_of_hazard(component, cumulative_hazard(component, age) + pool.remaining / pool.parts);
  if (until - age >= kLongestYears * 365.25 * 86400) return;
  pool.next = pool.since + span_of(Seconds(until - age));
}

void FailureClock::settle(Pool& pool, Moment now) const {
  if (pool.parts <= 0) return;
  const Component& component = plan_.components[pool.component];
  const double spent = cumulative_hazard(component, age_at(pool.arrived, now)) -
                       cumulative_hazard(component, age_at(pool.arrived, pool.since));
  pool.remaining = std::max(0.0, pool.remaining - pool.parts * spent);
  pool.since = now;
}

void FailureClock::find_next() {
  next_ = kNever;
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    if (pools_[i].next >= next_) continue;
    next_ = pools_[i].next;
    first_ = i;
  }
}

void FailureClock::resume(Moment now, const Level& level) {
  if (level_ == &level) return;
  level_ = &level;
  for (Pool& pool : pools_) {
    settle(pool, now);
    pool.since = now;
    pool.parts = plan_.components[pool.component].per_node * pool.nodes *
                 std::min(1.0, static_cast<double>(level.nodes[pool.entry]) / delivered_[pool.entry]);
    aim(pool);
  }
  find_next();
}

void FailureClock::pause(Moment now) {
  level_ = nullptr;
  for (Pool& pool : pools_) {
    settle(pool, now);
    pool.parts = 0;
    pool.next = kNever;
  }
  next_ = kNever;
}

std::size_t FailureClock::take() {
  Pool& pool = pools_[first_];
  pool.since = pool.next;
  draw(pool);
  aim(pool);
  find_next();
  return pool.component;
}

}  // namespace sim::campaign
