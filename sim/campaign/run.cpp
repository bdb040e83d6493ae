#include "sim/campaign/run.hpp"

#include <algorithm>

#include "sim/campaign/checkpoints.hpp"
#include "sim/campaign/failures.hpp"
#include "sim/campaign/logbook.hpp"
#include "sim/campaign/nodes.hpp"

namespace sim::campaign {
namespace {

/// A part that slows every step and has not been noticed.
struct SlowPart {
  std::size_t component;
  Moment noticed;
};

struct Failure {
  std::size_t component;
};

// Streams of the draws that follow a failure.
enum class Purpose : std::uint64_t { repair_or_not = 1, repair, person_or_not, person, notice };

class Campaign {
 public:
  Campaign(const Plan& plan, Draw draw, Moment start, std::vector<Stretch>* timeline)
      : plan_(plan),
        nodes_(plan),
        stopping_(plan, draw, FailureClock::Which::stopping),
        slowing_(plan, draw, FailureClock::Which::slowing),
        checkpoints_(plan.tiers, start),
        log_(plan, start, timeline),
        key_(mix_bits(~draw.seed) ^ draw.run) {
    maintenance_due_ = plan.maintenance ? start + span_of(plan.maintenance->every) : kNever;
  }

  Outcome outcome() {
    wait_for_nodes();
    plan_maintenance();
    while (phase_ < plan_.phases.size()) {
      if (const std::optional<Failure> failure = train()) recover(failure);
    }
    return log_.outcome(steps_before_, checkpoints_.saves());
  }

 private:
  [[nodiscard]] Moment now() const { return log_.now(); }

  [[nodiscard]] double draw(Purpose purpose) {
    return RandomStream(key_, static_cast<std::uint64_t>(purpose)).uniform(draws_++);
  }
  [[nodiscard]] Span draw_span(Purpose purpose, Seconds mean) {
    return span_of(RandomStream(key_, static_cast<std::uint64_t>(purpose)).exponential(draws_++, 1.0) * mean);
  }

  [[nodiscard]] const Phase& phase() const { return plan_.phases[phase_]; }
  [[nodiscard]] std::int64_t end_of_phase() const { return steps_before_ + phase().steps; }

  [[nodiscard]] double step_seconds() const {
    double slowdown = 1;
    for (const SlowPart& part : slow_) slowdown = std::max(slowdown, plan_.components[part.component].slowdown);
    return phase().step_seconds[level_].value() * slowdown;
  }

  // Something that the run is told of at the end of a step.
  [[nodiscard]] Moment next_notice() const {
    Moment next = std::min({slowing_.next(), maintenance_due_, nodes_.next_growth()});
    for (const SlowPart& part : slow_) next = std::min(next, part.noticed);
    return next;
  }

  [[nodiscard]] std::int64_t next_evaluation() const {
    if (!plan_.evaluation) return end_of_phase();
    return (step_ / plan_.evaluation->every + 1) * plan_.evaluation->every;
  }

  // Steps at one pace, until the phase ends, something happens between two steps or a part fails.
  std::optional<Failure> train() {
    skip_cycles();
    const Pace pace{now(), step_, step_seconds()};
    std::int64_t last =
        std::min({end_of_phase(), next_evaluation(), checkpoints_.next_stall(step_, pace.step_seconds)});
    const Moment notice = next_notice();
    if (notice < pace.end_of(last)) last = std::min(last, pace.done_by(std::max(notice, now())) + 1);
    if (const Moment failed = stopping_.next(); failed < pace.end_of(last)) {
      const std::int64_t done = pace.done_by(failed);
      keep(pace, done);
      log_.book(State::lost_work, failed);
      return Failure{stopping_.take()};
    }
    keep(pace, last);
    return between_steps();
  }

  // Steps and a checkpoint repeat in whole microseconds until something happens: as many at once as fit before that.
  void skip_cycles() {
    const double step_time = step_seconds();
    const std::int64_t steps = checkpoints_.regular_interval(step_, step_time);
    if (steps == 0 || log_.keeps_timeline()) return;
    const Span work = Pace{now(), 0, step_time}.end_of(steps) - now();
    const Span stall = span_of(plan_.tiers.front().stall);
    const std::int64_t by_steps = (std::min(end_of_phase(), next_evaluation()) - 1 - step_) / steps;
    const Moment happens = std::min({stopping_.next(), next_notice(), now() + span_of(days(366))});
    const std::int64_t cycles = std::min(by_steps, (happens - now()) / (work + stall) - 1);
    if (cycles < 1) return;
    const auto saved = [&](std::int64_t count) {
      const Moment at = now() + (count - 1) * (work + stall) + work;
      return Saved{step_ + count * steps, log_.productive() + count * work, at,
                   at + span_of(plan_.tiers.front().stall + plan_.tiers.front().write)};
    };
    checkpoints_.skip(cycles, saved(cycles - 1), saved(cycles));
    log_.book_cycles(cycles, work, stall);
    step_ += cycles * steps;
  }

  void keep(const Pace& pace, std::int64_t done) {
    checkpoints_.advance(pace, done, log_.productive());
    log_.book(State::productive, pace.end_of(done));
    step_ = done;
  }

  std::optional<Failure> between_steps() {
    if (step_ == end_of_phase()) {
      steps_before_ = step_;
      if (++phase_ == plan_.phases.size()) return std::nullopt;
    }
    if (plan_.evaluation && step_ % plan_.evaluation->every == 0) {
      if (!spend(State::evaluation, span_of(plan_.evaluation->duration))) return Failure{stopping_.take()};
    }
    if (!spend(State::checkpoint, span_of(checkpoints_.stall_at(step_)))) return Failure{stopping_.take()};
    if (next_notice() <= now()) return heed_notices();
    return std::nullopt;
  }

  std::optional<Failure> heed_notices() {
    while (slowing_.next() <= now()) {
      const std::size_t component = slowing_.take();
      log_.failed(component);
      slow_.push_back({component, now() + draw_span(Purpose::notice, plan_.components[component].detection)});
    }
    bool must_stop = nodes_.next_growth() <= now() || maintenance_due_ <= now();
    for (std::size_t i = slow_.size(); i-- > 0;) {
      if (slow_[i].noticed > now()) continue;
      break_node(slow_[i].component);
      slow_.erase(slow_.begin() + static_cast<std::ptrdiff_t>(i));
      must_stop = true;
    }
    if (!must_stop) return std::nullopt;
    return planned_stop();
  }

  // Saves, then stops: nothing is lost.
  std::optional<Failure> planned_stop() {
    Span saving{};
    for (const CheckpointTier& tier : plan_.tiers) saving = std::max(saving, span_of(tier.stall + tier.write));
    if (!spend(State::checkpoint, saving)) return Failure{stopping_.take()};
    checkpoints_.save_all(step_, log_.productive(), now());
    load_ = checkpoints_.restore(now(), Scope::job).load;
    if (maintenance_due_ <= now()) {
      pause();
      log_.book(State::maintenance, now() + span_of(plan_.maintenance->duration));
      plan_maintenance();
    }
    recover(std::nullopt);
    return std::nullopt;
  }

  // The next date of the calendar; those that a stop swallowed are left out.
  void plan_maintenance() {
    while (plan_.maintenance && maintenance_due_ <= now()) maintenance_due_ += span_of(plan_.maintenance->every);
  }

  void recover(std::optional<Failure> failure) {
    do {
      if (failure) strike(*failure);
      failure = bring_back(failure);
    } while (failure);
    log_.restarted();
  }

  void strike(const Failure& failure) {
    const Component& component = plan_.components[failure.component];
    log_.failed(failure.component);
    if (draw(Purpose::repair_or_not) < component.repair_share) break_node(failure.component);
    const Restored restored = checkpoints_.restore(now(), component.scope);
    load_ = restored.load;
    log_.undo(restored.saved);
    step_ = restored.saved.step;
    while (step_ < steps_before_) steps_before_ -= plan_.phases[--phase_].steps;
  }

  void break_node(std::size_t component) {
    const Moment repaired = now() + draw_span(Purpose::repair, plan_.recovery.repair);
    nodes_.breaks(plan_.components[component].entry, repaired);
    log_.broke();
  }

  // The failure that interrupts it, if any.
  std::optional<Failure> bring_back(const std::optional<Failure>& failure) {
    if (failure) {
      if (!spend(State::detection, span_of(plan_.components[failure->component].detection))) return taken();
      Span diagnosis = span_of(plan_.recovery.diagnosis);
      if (draw(Purpose::person_or_not) < plan_.recovery.manual_share)
        diagnosis += draw_span(Purpose::person, plan_.recovery.manual);
      if (!spend(State::restart, diagnosis)) return taken();
    }
    wait_for_nodes();
    if (!spend(State::restart, span_of(plan_.recovery.restart + load_))) return taken();
    return std::nullopt;
  }

  std::optional<Failure> taken() { return Failure{stopping_.take()}; }

  // False: a part failed before the end, now.
  bool spend(State state, Span span) {
    const Moment until = now() + span;
    if (stopping_.next() < until) {
      log_.book(state, std::max(now(), stopping_.next()));
      return false;
    }
    log_.book(state, until);
    return true;
  }

  void pause() {
    stopping_.pause(now());
    slowing_.pause(now());
  }

  // Until there are nodes for a level; then they work.
  void wait_for_nodes() {
    receive();
    for (;;) {
      const std::optional<std::size_t> wanted = nodes_.delivered_level(), possible = nodes_.healthy_level();
      if (possible && (possible == wanted || plan_.recovery.shrink)) {
        level_ = *possible;
        break;
      }
      pause();
      log_.book(wanted ? State::waiting_for_spares : State::waiting_for_delivery, nodes_.next_change());
      receive();
    }
    log_.use_level(level_);
    stopping_.resume(now(), plan_.levels[level_]);
    slowing_.resume(now(), plan_.levels[level_]);
  }

  void receive() {
    for (const Delivery& delivery : nodes_.update(now())) {
      stopping_.deliver(delivery);
      slowing_.deliver(delivery);
    }
  }

  const Plan& plan_;
  Nodes nodes_;
  FailureClock stopping_, slowing_;
  Checkpoints checkpoints_;
  Logbook log_;
  std::uint64_t key_, draws_ = 0;
  std::size_t phase_ = 0, level_ = 0;
  std::int64_t step_ = 0, steps_before_ = 0;  // done in all; before this phase
  Seconds load_;                              // of the state to go on from
  std::vector<SlowPart> slow_;
  Moment maintenance_due_;
};

// When the first level stands.
Moment earliest_start(const Plan& plan) {
  Nodes nodes(plan);
  nodes.update(Moment::min());
  return nodes.next_growth();
}

}  // namespace

Outcome run(const Plan& plan, Draw draw, std::vector<Stretch>* timeline) {
  check_plan(plan);
  return Campaign(plan, draw, plan.start ? *plan.start : earliest_start(plan), timeline).outcome();
}

double goodput(const Outcome& outcome) {
  return seconds_of(outcome.spans[index(State::productive)]) / seconds_of(outcome.elapsed());
}

double effective_training_time_ratio(const Outcome& outcome) {
  const Span available = outcome.elapsed() - outcome.spans[index(State::waiting_for_delivery)];
  return seconds_of(outcome.spans[index(State::productive)]) / seconds_of(available);
}

}  // namespace sim::campaign
