#include "tests/oracle/stepper.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sim::oracle {
namespace {

constexpr double kNothing = 1e-7;  // ps of work that rounding may leave over

/// Progressive filling as the textbook has it: raise all levels together until a resource is full, freeze those who
/// cross it, go on with the rest. No level exceeds 1.
std::vector<double> fill(const engine::System& system, std::vector<std::uint32_t> rising) {
  const flow::Rows& rows = system.rows;
  std::vector<double> level(rows.count(), 1.0), left(system.capacity.begin(), system.capacity.end());
  while (!rising.empty()) {
    std::vector<double> weight(left.size(), 0.0);
    for (const std::uint32_t row : rising) {
      for (std::uint32_t e = rows.begin[row]; e < rows.begin[row + 1]; ++e) {
        weight[rows.resource[e]] += static_cast<double>(rows.weight[e]);
      }
    }
    const auto full_at = [&](std::uint32_t resource) {
      return weight[resource] > 0 ? left[resource] / weight[resource] : std::numeric_limits<double>::infinity();
    };
    double lowest = 1.0;
    for (std::uint32_t resource = 0; resource < left.size(); ++resource) lowest = std::min(lowest, full_at(resource));
    const auto is_stopped = [&](std::uint32_t row) {
      if (lowest == 1.0) return true;
      const auto first = rows.resource.begin() + rows.begin[row], last = rows.resource.begin() + rows.begin[row + 1];
      return std::any_of(first, last, [&](std::uint32_t resource) { return full_at(resource) == lowest; });
    };
    std::vector<std::uint32_t> stopped, others;
    for (const std::uint32_t row : rising) (is_stopped(row) ? stopped : others).push_back(row);
    for (const std::uint32_t row : stopped) {
      level[row] = lowest;
      for (std::uint32_t e = rows.begin[row]; e < rows.begin[row + 1]; ++e) {
        left[rows.resource[e]] -= lowest * static_cast<double>(rows.weight[e]);
      }
    }
    rising = others;
  }
  return level;
}

}  // namespace

Stepper::Stepper(const engine::System& system)
    : system_(system),
      actors_(system.actors()),
      meetings_(system.meetings()),
      posted_(std::size_t{system.actors()} * system.slots()),
      level_(system.rows.count(), 1.0) {
  for (std::uint32_t i = 0; i < system.actors(); ++i) actors_[i].next = system.program_begin[system.program[i]];
}

std::vector<std::int64_t> Stepper::run(std::int64_t most) {
  const auto is_done = [](const Actor& actor) { return actor.finish >= 0; };
  for (now_ = 0; now_ <= most; ++now_) {
    while (settle()) continue;
    if (std::all_of(actors_.begin(), actors_.end(), is_done)) {
      std::vector<std::int64_t> finish;
      for (const Actor& actor : actors_) finish.push_back(actor.finish);
      return finish;
    }
    share();
    pass_one_picosecond();
  }
  throw InternalError("the stepped system did not finish in time");
}

bool Stepper::settle() {
  bool is_changed = false;
  for (std::uint32_t actor = 0; actor < actors_.size(); ++actor) is_changed |= follow(actor);
  for (std::uint32_t meeting = 0; meeting < meetings_.size(); ++meeting) {
    is_changed |= try_end(meeting) || try_begin(meeting);
  }
  return is_changed;
}

// One instruction, if the actor can go on.
bool Stepper::follow(std::uint32_t id) {
  Actor& actor = actors_[id];
  if (actor.finish >= 0 || (actor.is_delayed && actor.work > kNothing)) return false;
  actor.is_delayed = false;
  if (actor.next == system_.program_begin[system_.program[id] + 1]) {
    actor.finish = now_;
    return true;
  }
  const engine::Instruction& step = system_.instructions[actor.next];
  if (step.step == engine::Step::delay) {
    actor.is_delayed = true;
    actor.work = std::nearbyint(static_cast<double>(step.picoseconds) * system_.stretch[id]);
  } else if (step.step == engine::Step::post) {
    posted_[std::size_t{id} * system_.slots() + step.slot].push_back(step.value);
  } else if (meetings_[system_.meeting(id, step.slot)].ended < step.value) {
    return false;
  }
  ++actor.next;
  return true;
}

bool Stepper::try_begin(std::uint32_t id) {
  Meeting& meeting = meetings_[id];
  if (meeting.is_running) return false;
  std::uint32_t operation = 0;
  for (std::uint32_t i = system_.member_begin[id]; i < system_.member_begin[id + 1]; ++i) {
    if (!system_.slot_posts[system_.member_slot[i]]) continue;
    const auto& posts = posted_[std::size_t{system_.member[i]} * system_.slots() + system_.member_slot[i]];
    if (posts.size() <= meeting.ended) return false;
    operation = posts[meeting.ended];
  }
  meeting.is_running = true;
  meeting.was_shared = false;
  meeting.activity = system_.activity(id, operation);
  meeting.latency = meeting.activity.latency;
  meeting.work = static_cast<double>(meeting.activity.transfer);
  return true;
}

bool Stepper::try_end(std::uint32_t id) {
  Meeting& meeting = meetings_[id];
  if (!meeting.is_running || meeting.latency > 0 || meeting.work > kNothing) return false;
  meeting.is_running = false;
  ++meeting.ended;
  if (meeting.was_shared) ++shared_;
  return true;
}

void Stepper::share() {
  std::vector<std::uint32_t> flowing;
  for (std::uint32_t id = 0; id < meetings_.size(); ++id) {
    const Meeting& meeting = meetings_[id];
    if (meeting.is_running && meeting.latency == 0) flowing.push_back(id * system_.patterns + meeting.activity.pattern);
  }
  if (flowing == flowing_) return;
  flowing_ = flowing;
  level_ = fill(system_, flowing);
}

void Stepper::pass_one_picosecond() {
  std::vector<std::int64_t> drag(actors_.size(), 0);  // millionths
  for (std::uint32_t id = 0; id < meetings_.size(); ++id) {
    Meeting& meeting = meetings_[id];
    if (!meeting.is_running) continue;
    for (std::uint32_t i = system_.member_begin[id]; i < system_.member_begin[id + 1]; ++i) {
      drag[system_.member[i]] += meeting.activity.drag;
    }
    if (meeting.latency > 0) {
      --meeting.latency;
      continue;
    }
    const double level = level_[id * system_.patterns + meeting.activity.pattern];
    meeting.was_shared |= level < 1.0;
    meeting.work -= level;
  }
  for (std::size_t id = 0; id < actors_.size(); ++id) {
    actors_[id].work -= 1.0 / (1.0 + 1e-6 * static_cast<double>(drag[id]));
  }
}

}  // namespace sim::oracle
