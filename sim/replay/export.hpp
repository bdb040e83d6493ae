#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/chakra/trace.hpp"
#include "sim/iteration/fabric_view.hpp"
#include "sim/program/build.hpp"

namespace sim::replay {

/// Most ranks that are written at once: a file each.
inline constexpr std::uint32_t kMostRanks = 4096;

/// Writes the programs of a job's ranks as execution traces (docs/import.md). A compute node is what a rank computes
/// between two exchanges. Durations are whole microseconds of computation alone: what is rounded off is carried to the
/// next node, so that their sum is right. Keeps a pointer to the job.
class TraceExport {
 public:
  explicit TraceExport(const iteration::Job& job);

  [[nodiscard]] chakra::Trace trace_of(std::uint32_t rank) const;

  /// The process groups of these ranks. A group has the same name whatever ranks are asked for.
  [[nodiscard]] chakra::Groups groups_of(const std::vector<std::uint32_t>& ranks) const;

  /// What the traces cannot say.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  friend class RankWriter;

  void number_groups();
  [[nodiscard]] std::uint32_t program_of(std::uint32_t rank) const;
  void list_messages();
  [[nodiscard]] const std::vector<double>& sent(std::uint32_t rank, program::Slot slot) const;

  struct Membership {
    std::vector<std::uint32_t> group;  ///< by rank: index in groups_
    std::vector<std::uint32_t> peer;   ///< by rank, of messages: the other end
  };

  const iteration::Job* job_;
  iteration::FabricView view_;
  program::IterationPrograms programs_;
  std::array<Membership, program::kSlots> members_;
  std::vector<std::vector<std::uint32_t>> groups_;        ///< ranks; index 0 is left to "all ranks"
  std::vector<std::array<std::vector<double>, 2>> sent_;  ///< bytes of messages by program and direction
};

/// The ranks to write: those asked for, ascending, or all. Throws InputError for ranks that the job does not have and
/// infeasible for more than kMostRanks.
[[nodiscard]] std::vector<std::uint32_t> ranks_to_write(const iteration::Job& job, std::vector<std::uint32_t> asked);

}  // namespace sim::replay
