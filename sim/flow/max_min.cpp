#include "sim/flow/max_min.hpp"

#include <algorithm>

namespace sim::flow {

MaxMin::MaxMin(std::vector<std::int64_t> capacity, const Rows& rows, double most)
    : capacity_(std::move(capacity)), rows_(&rows), most_(most) {
  const std::size_t entries = rows.resource.size();
  const std::size_t resources = capacity_.size();
  next_.assign(entries, kEnd);
  previous_.assign(entries, kEnd);
  owner_.resize(entries);
  for (std::uint32_t row = 0; row < rows.count(); ++row) {
    for (std::uint32_t entry = rows.begin[row]; entry < rows.begin[row + 1]; ++entry) owner_[entry] = row;
  }
  first_active_.assign(resources, kEnd);
  demand_.assign(resources, 0);
  filling_.assign(resources, 0);
  freezing_.assign(resources, 0);
  used_.assign(resources, 0.0);
  share_.assign(resources, 0.0);
  is_touched_.assign(resources, 0);
  is_gathered_.assign(resources, 0);
  level_.assign(rows.count(), 0.0);
  old_level_.assign(rows.count(), 0.0);
  is_active_.assign(rows.count(), 0);
  is_collected_.assign(rows.count(), 0);
  is_frozen_.assign(rows.count(), 0);
}

void MaxMin::touch(std::uint32_t resource) {
  if (is_touched_[resource]) return;
  is_touched_[resource] = 1;
  touched_.push_back(resource);
}

// A resource whose active flows could all run at `most_` together never binds: only the others join components.
void MaxMin::start(std::uint32_t row) {
  is_active_[row] = 1;
  level_[row] = 0.0;
  seeds_.push_back(row);
  for (std::uint32_t entry = rows_->begin[row]; entry < rows_->begin[row + 1]; ++entry) {
    const std::uint32_t resource = rows_->resource[entry];
    previous_[entry] = kEnd;
    next_[entry] = first_active_[resource];
    if (next_[entry] != kEnd) previous_[next_[entry]] = entry;
    first_active_[resource] = entry;
    demand_[resource] += rows_->weight[entry];
    if (static_cast<double>(demand_[resource]) * most_ > static_cast<double>(capacity_[resource])) touch(resource);
  }
}

void MaxMin::finish(std::uint32_t row) {
  is_active_[row] = 0;
  for (std::uint32_t entry = rows_->begin[row]; entry < rows_->begin[row + 1]; ++entry) {
    const std::uint32_t resource = rows_->resource[entry];
    if (static_cast<double>(demand_[resource]) * most_ > static_cast<double>(capacity_[resource])) touch(resource);
    demand_[resource] -= rows_->weight[entry];
    if (previous_[entry] == kEnd) {
      first_active_[resource] = next_[entry];
    } else {
      next_[previous_[entry]] = next_[entry];
    }
    if (next_[entry] != kEnd) previous_[next_[entry]] = previous_[entry];
  }
}

void MaxMin::gather_flow(std::uint32_t row) {
  if (is_collected_[row] || !is_active_[row]) return;
  is_collected_[row] = 1;
  component_flows_.push_back(row);
}

void MaxMin::gather() {
  component_flows_.clear();
  component_resources_.clear();
  for (const std::uint32_t resource : touched_) {
    is_touched_[resource] = 0;
    for (std::uint32_t entry = first_active_[resource]; entry != kEnd; entry = next_[entry]) gather_flow(owner_[entry]);
  }
  for (const std::uint32_t row : seeds_) gather_flow(row);
  touched_.clear();
  seeds_.clear();
  for (std::size_t done = 0; done < component_flows_.size(); ++done) {
    const std::uint32_t row = component_flows_[done];
    for (std::uint32_t entry = rows_->begin[row]; entry < rows_->begin[row + 1]; ++entry) {
      const std::uint32_t resource = rows_->resource[entry];
      const bool can_bind = static_cast<double>(demand_[resource]) * most_ > static_cast<double>(capacity_[resource]);
      if (!can_bind || is_gathered_[resource]) continue;
      is_gathered_[resource] = 1;
      component_resources_.push_back(resource);
      for (std::uint32_t other = first_active_[resource]; other != kEnd; other = next_[other]) {
        gather_flow(owner_[other]);
      }
    }
  }
}

bool MaxMin::append_share(std::uint32_t resource) {
  if (filling_[resource] == 0) return false;
  share_[resource] =
      (static_cast<double>(capacity_[resource]) - used_[resource]) / static_cast<double>(filling_[resource]);
  heap_.push_back({share_[resource], resource});
  return true;
}

void MaxMin::freeze_flow(std::uint32_t row, double round_level) {
  if (is_frozen_[row]) return;
  is_frozen_[row] = 1;
  level_[row] = round_level;
  for (std::uint32_t entry = rows_->begin[row]; entry < rows_->begin[row + 1]; ++entry) {
    const std::uint32_t resource = rows_->resource[entry];
    if (!is_gathered_[resource]) continue;
    if (freezing_[resource] == 0) round_resources_.push_back(resource);
    freezing_[resource] += rows_->weight[entry];
  }
}

// All resources that are full at this level belong to one round, so that each gets a single addition of an exact sum.
void MaxMin::freeze_round(double round_level) {
  round_resources_.clear();
  while (!heap_.empty() && heap_.front().level == round_level) {
    const Share share = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
    if (filling_[share.resource] == 0 || share_[share.resource] != share.level) continue;
    for (std::uint32_t entry = first_active_[share.resource]; entry != kEnd; entry = next_[entry]) {
      freeze_flow(owner_[entry], round_level);
    }
  }
  for (const std::uint32_t resource : round_resources_) {
    used_[resource] += static_cast<double>(freezing_[resource]) * round_level;
    filling_[resource] -= freezing_[resource];
    freezing_[resource] = 0;
    if (append_share(resource)) std::push_heap(heap_.begin(), heap_.end());
  }
}

void MaxMin::fill() {
  heap_.clear();
  for (const std::uint32_t row : component_flows_) {
    is_frozen_[row] = 0;
    old_level_[row] = level_[row];
  }
  for (const std::uint32_t resource : component_resources_) {
    filling_[resource] = demand_[resource];
    used_[resource] = 0.0;
    append_share(resource);
  }
  std::make_heap(heap_.begin(), heap_.end());
  while (!heap_.empty() && heap_.front().level < most_) freeze_round(heap_.front().level);
  for (const std::uint32_t row : component_flows_) {
    if (!is_frozen_[row]) level_[row] = most_;
  }
}

void MaxMin::resolve() {
  changed_.clear();
  if (!is_stale()) return;
  gather();
  fill();
  ++solves_;
  for (const std::uint32_t row : component_flows_) {
    is_collected_[row] = 0;
    if (level_[row] != old_level_[row]) changed_.push_back(row);
  }
  for (const std::uint32_t resource : component_resources_) is_gathered_[resource] = 0;
}

std::vector<double> max_min_levels(const std::vector<std::int64_t>& capacity, const Rows& rows, double most) {
  MaxMin sharing(capacity, rows, most);
  for (std::uint32_t row = 0; row < rows.count(); ++row) sharing.start(row);
  sharing.resolve();
  std::vector<double> levels(rows.count());
  for (std::uint32_t row = 0; row < rows.count(); ++row) levels[row] = sharing.level(row);
  return levels;
}

}  // namespace sim::flow
