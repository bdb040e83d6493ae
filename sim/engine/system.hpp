#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/engine/sim_time.hpp"
#include "sim/flow/rows.hpp"

namespace sim::engine {

inline constexpr std::uint32_t kNoMeeting = 0xffffffffU;

enum class Step : std::uint8_t {
  delay,  ///< the actor is busy for `duration`
  post,   ///< joins the next instance of the meeting at `slot`, performing operation `value`; does not block
  wait,   ///< blocks until instance number `value` (from 1) of the meeting at `slot` has ended
};

struct Instruction {
  Step step = Step::delay;
  std::uint8_t slot = 0;
  std::uint16_t tag = 0;  ///< the caller's label of a delay, for observers
  std::uint32_t value = 0;
  std::int64_t picoseconds = 0;  ///< of a delay, before the actor's stretch
  bool operator==(const Instruction&) const = default;
};

/// What a delay that was merged from several stands for, so that observers can book its parts.
struct MixturePart {
  enum class Kind : std::uint8_t { delay, latency, transfer };
  Kind kind = Kind::delay;
  std::uint16_t tag = 0;  ///< of the delay's instruction, or of the activity
  std::int64_t picoseconds = 0;
  auto operator<=>(const MixturePart&) const = default;
};
using Mixture = std::vector<MixturePart>;

/// Tags from here on are indices of mixtures.
inline constexpr std::uint16_t kFirstMixture = 0x8000;
[[nodiscard]] constexpr bool is_mixture(std::uint16_t tag) {
  return tag >= kFirstMixture;
}
[[nodiscard]] constexpr std::size_t mixture_index(std::uint16_t tag) {
  return tag - kFirstMixture;
}

/// What one instance of a meeting does once all its posting members have arrived.
struct Activity {
  std::int64_t latency = 0;   ///< ps, before the flow starts
  std::int64_t transfer = 0;  ///< ps that the flow lasts at level 1
  std::uint16_t pattern = 0;  ///< which of the meeting's rows it uses
  std::uint16_t tag = 0;      ///< the caller's label of the transfer, for observers
  std::uint32_t drag = 0;     ///< members' delays take (1e6 + sum of drags) / 1e6 times as long meanwhile
  bool operator==(const Activity&) const = default;
};

/// A closed system of actors that follow static programs, meet in groups and share resources. Plain flat arrays; the
/// words of the outside (ranks, collectives, links) belong to the callers.
///
/// Meetings are first in, first out: instance k of a meeting starts when every posting member has posted k times and
/// instance k - 1 has ended. A member is attached through a slot, a local name that its program uses.
struct System {
  // Programs.
  std::vector<Instruction> instructions;
  std::vector<std::uint32_t> program_begin{0};  ///< program p owns [program_begin[p], program_begin[p + 1])
  std::vector<Mixture> mixtures;                ///< what merged delays consist of
  std::vector<std::uint8_t> slot_posts;         ///< by slot: members there post (1) or only listen (0)

  // Actors.
  std::vector<std::uint32_t> program;     ///< by actor
  std::vector<double> stretch;            ///< by actor, multiplies delays; empty: 1 for all
  std::vector<std::uint32_t> meeting_at;  ///< by actor * slots + slot; kNoMeeting where none

  // Meetings.
  std::vector<std::uint32_t> shape;  ///< by meeting: row of the activity table
  std::vector<std::uint32_t> member_begin{0};
  std::vector<std::uint32_t> member;  ///< actors, posting and listening
  std::vector<std::uint8_t> member_slot;
  std::uint32_t operations = 0;
  std::vector<Activity> activities;  ///< by shape * operations + operation
  std::uint32_t patterns = 1;

  // Resources. Row meeting * patterns + pattern says what the meeting's flow uses; an empty row never waits for others.
  std::vector<std::int64_t> capacity;
  flow::Rows rows;

  [[nodiscard]] std::uint32_t slots() const { return static_cast<std::uint32_t>(slot_posts.size()); }
  [[nodiscard]] std::uint32_t actors() const { return static_cast<std::uint32_t>(program.size()); }
  [[nodiscard]] std::uint32_t meetings() const { return static_cast<std::uint32_t>(shape.size()); }
  [[nodiscard]] std::uint32_t meeting(std::uint32_t actor, std::uint32_t slot) const {
    return meeting_at[static_cast<std::size_t>(actor) * slots() + slot];
  }
  [[nodiscard]] const Activity& activity(std::uint32_t meeting_id, std::uint32_t operation) const {
    return activities[static_cast<std::size_t>(shape[meeting_id]) * operations + operation];
  }
};

/// Throws InternalError naming the first fault: members of one meeting whose programs post different operations, a
/// posted slot without a meeting, a wait for an instance that nobody posts.
void check_consistent(const System& system);

/// An actor that never finished, and why.
struct StuckActor {
  std::uint32_t actor = 0;
  std::uint32_t instruction = 0;  ///< index into its program
  std::uint32_t slot = 0;
  std::uint32_t instance = 0;
  std::uint32_t meeting = 0;
  std::uint32_t missing_actor = kNoMeeting;  ///< a posting member that has not arrived
};

/// The system stopped before every program ended: a bug of the program builder or of a user's schedule.
class DeadlockError : public InternalError {
 public:
  explicit DeadlockError(std::vector<StuckActor> stuck, std::size_t never_ran);
  [[nodiscard]] const std::vector<StuckActor>& stuck() const { return stuck_; }  ///< the first few

 private:
  std::vector<StuckActor> stuck_;
};

}  // namespace sim::engine
