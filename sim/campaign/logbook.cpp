#include "sim/campaign/logbook.hpp"

#include <algorithm>

#include "sim/base/error.hpp"

namespace sim::campaign {
namespace {

constexpr std::int64_t kMostEvents = 20'000'000;  // of one run; a month of failures every second has 2.6 million

enum class Use { training, stopped, none };

Use use_of(State state) {
  switch (state) {
    case State::productive:
    case State::lost_work:
    case State::evaluation:
      return Use::training;
    case State::detection:
    case State::restart:
    case State::checkpoint:
    case State::maintenance:
      return Use::stopped;
    case State::waiting_for_spares:
    case State::waiting_for_delivery:
      break;
  }
  return Use::none;
}

}  // namespace

Logbook::Logbook(const Plan& plan, Moment start, std::vector<Stretch>* timeline)
    : plan_(plan), now_(start), timeline_(timeline) {
  outcome_.start = start;
  outcome_.loads.resize(plan.levels.size());
  outcome_.failures.resize(plan.components.size(), 0);
}

void Logbook::book(State state, Moment until) {
  check(until >= now_, "campaign: time goes backwards");
  if (until == now_) return;
  if (++events_ > kMostEvents || days_of(until - outcome_.start) > kLongestYears * 365.25) refuse();
  outcome_.spans[index(state)] += until - now_;
  if (const Use use = use_of(state); use != Use::none)
    outcome_.loads[level_][static_cast<std::size_t>(use == Use::training ? Load::training : Load::stopped)] +=
        until - now_;
  if (timeline_ != nullptr) record(state, until);
  now_ = until;
}

void Logbook::book_cycles(std::int64_t count, Span steps, Span stall) {
  outcome_.spans[index(State::productive)] += count * steps;
  outcome_.spans[index(State::checkpoint)] += count * stall;
  outcome_.loads[level_][static_cast<std::size_t>(Load::training)] += count * steps;
  outcome_.loads[level_][static_cast<std::size_t>(Load::stopped)] += count * stall;
  now_ += count * (steps + stall);
}

void Logbook::refuse() const {
  const Span half = (now_ - outcome_.start) / 2;
  if (productive() >= half)
    throw infeasible("training: the run takes longer than 200 years, even before its failures",
                     "more chips, or fewer tokens");
  const bool lacks_nodes = outcome_.spans[index(State::waiting_for_spares)] > half;
  throw infeasible(
      "reliability: the run does not end within 200 years or 20 million events: failures undo the work about "
      "as fast as it is done",
      lacks_nodes ? "most of the time too few nodes are healthy: more spare nodes, or when_short: shrink"
                  : "look at the rates under reliability, the time of a restart and the checkpoint interval");
}

void Logbook::record(State state, Moment until) {
  const auto level = static_cast<std::uint32_t>(level_);
  if (!timeline_->empty() && timeline_->back().state == state && timeline_->back().level == level) {
    timeline_->back().to = until;
    return;
  }
  timeline_->push_back({state, level, now_, until});
}

void Logbook::undo(const Saved& saved) {
  Span& productive = outcome_.spans[index(State::productive)];
  outcome_.spans[index(State::lost_work)] += productive - saved.productive;
  productive = saved.productive;
  if (timeline_ != nullptr) relabel(saved.at);
}

// Steps after `from` turn out to be lost.
void Logbook::relabel(Moment from) {
  std::vector<Stretch>& stretches = *timeline_;
  for (std::size_t i = stretches.size(); i-- > 0 && stretches[i].to > from;) {
    if (stretches[i].state != State::productive) continue;
    if (stretches[i].from >= from) {
      stretches[i].state = State::lost_work;
      continue;
    }
    Stretch tail = stretches[i];
    stretches[i].to = tail.from = from;
    tail.state = State::lost_work;
    stretches.insert(stretches.begin() + static_cast<std::ptrdiff_t>(i) + 1, tail);
  }
}

Outcome Logbook::outcome(std::int64_t steps, std::int64_t checkpoints) {
  outcome_.end = now_;
  outcome_.steps = steps;
  outcome_.checkpoints = checkpoints;
  outcome_.installed_node_seconds.assign(plan_.entries(), 0.0);
  for (const Delivery& delivery : plan_.deliveries) {
    const Span there = std::max(Span{}, Span(now_ - std::max(delivery.at, outcome_.start)));
    outcome_.installed_node_seconds[delivery.entry] += delivery.nodes * seconds_of(there).value();
  }
  return outcome_;
}

}  // namespace sim::campaign
