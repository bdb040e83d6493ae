#pragma once

#include <functional>
#include <vector>

#include "sim/engine/system.hpp"
#include "sim/iteration/fabric_view.hpp"
#include "sim/program/build.hpp"

namespace sim::iteration {

/// What the engine runs, and what its numbers mean.
struct Bound {
  engine::System system;
  std::vector<program::Operation> operations;
  std::vector<cost::KernelTime> labels;
  program::Annotations annotations;
  /// Usage of all links, also of those that make no one wait; resources are indices of FabricView::rate. Empty unless
  /// asked for.
  flow::Rows usage;
};

/// Uncontended time of an exchange on a slot's first group on the chips of one fleet entry, for pricing that happens
/// before the run.
[[nodiscard]] std::function<Seconds(program::Slot, cost::Collective, Bytes)> first_group_times(
    const FabricView& view, const parallel::Strategy& strategy, std::size_t entry);

/// Time of an exchange of the given slots as the engine runs it when nothing else uses its links, on the fastest of the
/// strategy's groups (where all nodes are alike, of those on the first).
[[nodiscard]] std::function<Seconds(program::Slot, cost::Collective, Bytes)> fastest_group_times(
    const FabricView& view, const parallel::Strategy& strategy, const std::vector<program::Slot>& slots);

/// Share by which a rank's kernels take longer while its collective of a slot runs beside them.
[[nodiscard]] double collective_slowdown(const FabricView& view, const parallel::Strategy& strategy,
                                         program::Slot slot);

/// Puts ranks on their chips, forms all groups, prices their operations and finds the links that they share.
[[nodiscard]] Bound bind(const FabricView& view, const parallel::Strategy& strategy,
                         program::IterationPrograms programs, bool keeps_usage = false);

}  // namespace sim::iteration
