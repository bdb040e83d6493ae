#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/system.hpp"

namespace sim::fold {

/// The vertices of a system: actors first, then meetings, then resources.
struct Vertices {
  std::uint32_t actors = 0;
  std::uint32_t meetings = 0;
  std::uint32_t resources = 0;
  explicit Vertices(const engine::System& system)
      : actors(system.actors()),
        meetings(system.meetings()),
        resources(static_cast<std::uint32_t>(system.capacity.size())) {}
  [[nodiscard]] std::uint32_t count() const { return actors + meetings + resources; }
  [[nodiscard]] std::uint32_t meeting(std::uint32_t index) const { return actors + index; }
  [[nodiscard]] std::uint32_t resource(std::uint32_t index) const { return actors + meetings + index; }
};

/// A division of the vertices into cells whose members behave alike.
struct Partition {
  std::vector<std::uint32_t> cell;            ///< by vertex
  std::vector<std::uint32_t> representative;  ///< by cell: its smallest vertex
  std::vector<std::uint32_t> size;            ///< by cell
  [[nodiscard]] std::uint32_t cells() const { return static_cast<std::uint32_t>(size.size()); }
};

/// Entries of the usage rows by resource.
struct EntriesByResource {
  std::vector<std::uint32_t> begin;
  std::vector<std::uint32_t> row;
  std::vector<std::int64_t> weight;
};
[[nodiscard]] EntriesByResource transpose(const engine::System& system);

/// The coarsest partition that colour refinement reaches from: programs and stretch of actors, shapes of meetings. Two
/// vertices stay together only if their neighbourhoods look alike cell by cell; run to stability, never cut short
/// (docs/model.md, "Folding").
[[nodiscard]] Partition refine(const engine::System& system, const EntriesByResource& entries);

}  // namespace sim::fold
