#include "sim/fold/quotient.hpp"

#include <algorithm>
#include <map>

#include "sim/fold/certificate.hpp"

namespace sim::fold {
namespace {

using engine::kNoMeeting;
using engine::System;

/// Numbers of the cells of each kind, in the order of their representatives.
struct CellNumbers {
  std::vector<std::uint32_t> number;                       ///< by cell: index among cells of its kind
  std::vector<std::uint32_t> actors, meetings, resources;  ///< representatives, as indices of their kind
};

CellNumbers number_cells(const Vertices& vertices, const Partition& partition) {
  CellNumbers cells;
  cells.number.resize(partition.cells());
  std::vector<std::uint32_t> order = partition.representative;
  std::sort(order.begin(), order.end());
  for (const std::uint32_t vertex : order) {
    const bool is_actor = vertex < vertices.actors;
    const bool is_meeting = !is_actor && vertex < vertices.actors + vertices.meetings;
    std::vector<std::uint32_t>& list = is_actor ? cells.actors : is_meeting ? cells.meetings : cells.resources;
    cells.number[partition.cell[vertex]] = static_cast<std::uint32_t>(list.size());
    list.push_back(is_actor ? vertex : vertex - vertices.actors - (is_meeting ? 0 : vertices.meetings));
  }
  return cells;
}

void fold_actors(const System& system, const Partition& partition, const CellNumbers& cells, Folded& folded) {
  const Vertices vertices(system);
  for (const std::uint32_t actor : cells.actors) {
    folded.system.program.push_back(system.program[actor]);
    if (!system.stretch.empty()) folded.system.stretch.push_back(system.stretch[actor]);
    folded.multiplicity.push_back(partition.size[partition.cell[actor]]);
    for (std::uint32_t slot = 0; slot < system.slots(); ++slot) {
      const std::uint32_t meeting = system.meeting(actor, slot);
      folded.system.meeting_at.push_back(
          meeting == kNoMeeting ? kNoMeeting : cells.number[partition.cell[vertices.meeting(meeting)]]);
    }
  }
  folded.actor.resize(vertices.actors);
  for (std::uint32_t actor = 0; actor < vertices.actors; ++actor) {
    folded.actor[actor] = cells.number[partition.cell[actor]];
  }
}

void fold_meetings(const System& system, const Partition& partition, const CellNumbers& cells, System& folded) {
  std::vector<std::pair<std::uint32_t, std::uint8_t>> members;
  for (const std::uint32_t meeting : cells.meetings) {
    members.clear();
    for (std::uint32_t i = system.member_begin[meeting]; i < system.member_begin[meeting + 1]; ++i) {
      members.emplace_back(cells.number[partition.cell[system.member[i]]], system.member_slot[i]);
    }
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    for (const auto& [actor, slot] : members) {
      folded.member.push_back(actor);
      folded.member_slot.push_back(slot);
    }
    folded.member_begin.push_back(static_cast<std::uint32_t>(folded.member.size()));
    folded.shape.push_back(system.shape[meeting]);
  }
}

void fold_usage(const System& system, const EntriesByResource& entries, const Partition& partition,
                const CellNumbers& cells, System& folded) {
  const Vertices vertices(system);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> loads;  // (row of the quotient, resource) -> weight
  for (std::uint32_t index = 0; index < cells.resources.size(); ++index) {
    const std::uint32_t resource = cells.resources[index];
    folded.capacity.push_back(system.capacity[resource]);
    for (std::uint32_t i = entries.begin[resource]; i < entries.begin[resource + 1]; ++i) {
      const std::uint32_t row = entries.row[i];
      const std::uint32_t cell = partition.cell[vertices.meeting(row / system.patterns)];
      loads[{cells.number[cell] * system.patterns + row % system.patterns, index}] += entries.weight[i];
    }
  }
  auto load = loads.begin();
  for (std::uint32_t row = 0; row < folded.meetings() * system.patterns; ++row) {
    for (; load != loads.end() && load->first.first == row; ++load) folded.rows.add(load->first.second, load->second);
    folded.rows.close_row();
  }
}

}  // namespace

Folded quotient(const System& system, const EntriesByResource& entries, const Partition& partition) {
  const CellNumbers cells = number_cells(Vertices(system), partition);
  Folded folded;
  folded.cells = partition.cells();
  folded.system.instructions = system.instructions;
  folded.system.program_begin = system.program_begin;
  folded.system.mixtures = system.mixtures;
  folded.system.slot_posts = system.slot_posts;
  folded.system.operations = system.operations;
  folded.system.activities = system.activities;
  folded.system.patterns = system.patterns;
  fold_actors(system, partition, cells, folded);
  fold_meetings(system, partition, cells, folded.system);
  fold_usage(system, entries, partition, cells, folded.system);
  return folded;
}

Folded fold(const System& system, bool merges) {
  const EntriesByResource entries = transpose(system);
  const Partition partition = refine(system, entries);
  certify(system, entries, partition);
  Folded folded = quotient(system, entries, partition);
  if (merges) coalesce(folded.system);
  return folded;
}

}  // namespace sim::fold
