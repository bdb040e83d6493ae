#include "sim/iteration/cell_spans.hpp"

#include <algorithm>
#include <span>

#include "sim/base/error.hpp"
#include "sim/iteration/exchange_names.hpp"
#include "sim/iteration/usage.hpp"

namespace sim::iteration {
namespace {

using engine::Instruction;
using engine::SimTime;
using program::Depth;
using program::LabelKind;
using program::Mark;
using program::Slot;

SpanKind kind_of(LabelKind kind) {
  switch (kind) {
    case LabelKind::pass:
      return SpanKind::pass;
    case LabelKind::step:
      return SpanKind::step;
    case LabelKind::unit:
      return SpanKind::unit;
    case LabelKind::tensor_bound:
      return SpanKind::tensor_compute;
    case LabelKind::bytes_bound:
      return SpanKind::hbm_bandwidth;
    case LabelKind::launch_bound:
      return SpanKind::launch;
    case LabelKind::skew:
      break;
  }
  return SpanKind::skew;
}

SpanKind transfer_kind(BindingTier tier) {
  switch (tier) {
    case BindingTier::scale_up:
      return SpanKind::scale_up;
    case BindingTier::host:
      return SpanKind::host_link;
    case BindingTier::scale_out:
      break;
  }
  return SpanKind::scale_out;
}

bool is_message(std::uint32_t slot) {
  return slot == static_cast<std::uint32_t>(Slot::send_next) || slot == static_cast<std::uint32_t>(Slot::send_previous);
}

// Most that a wait for one exchange is cut into: others, latency, memory, link.
constexpr std::size_t kPartsOfWait = 4;

std::span<const Mark> marks_of(const Bound& bound, std::uint32_t program) {
  const std::vector<Mark>& marks = bound.annotations.marks;
  const auto is_before = [](const Mark& mark, std::uint32_t instruction) { return mark.instruction < instruction; };
  const auto first = std::lower_bound(marks.begin(), marks.end(), bound.system.program_begin[program], is_before);
  const auto last = std::lower_bound(first, marks.end(), bound.system.program_begin[program + 1], is_before);
  return {first, last};
}

}  // namespace

std::uint32_t Names::number(const std::string& text) {
  const auto [place, is_new] = numbers_.try_emplace(text, static_cast<std::uint32_t>(names_.size()));
  if (is_new) names_.push_back(text);
  return place->second;
}

std::size_t expected_spans(const Bound& bound, std::uint32_t base_program, Detail detail) {
  std::size_t spans = 0;
  for (const Mark& mark : marks_of(bound, base_program)) {
    if (mark.label != program::kNoLabel && static_cast<int>(mark.depth) <= static_cast<int>(detail)) ++spans;
  }
  const engine::System& system = bound.system;
  for (std::uint32_t i = system.program_begin[base_program]; i < system.program_begin[base_program + 1]; ++i) {
    const Instruction& instruction = system.instructions[i];
    const bool is_shown = detail == Detail::kernels || !is_inner(static_cast<Slot>(instruction.slot));
    if (instruction.step == engine::Step::delay || !is_shown) continue;
    const bool is_post = instruction.step == engine::Step::post;
    spans += is_post ? (is_message(instruction.slot) ? 2 : 1) : kPartsOfWait;  // a message has an arrow
  }
  return spans;
}

CellSpans::CellSpans(const Bound& bound, const engine::System& system, const std::vector<Origin>& origins,
                     const Recorder& recorder, Timeline& timeline)
    : bound_(bound),
      system_(system),
      origins_(origins),
      recorder_(recorder),
      timeline_(timeline),
      names_(timeline.names) {}

void CellSpans::write(std::uint32_t index, std::uint32_t actor) {
  index_ = index;
  actor_ = actor;
  compute().name = "computes and waits";
  write_compute();
  for (std::uint32_t slot = 0; slot < system_.slots(); ++slot) {
    const bool is_shown = timeline_.detail == Detail::kernels || !is_inner(static_cast<Slot>(slot));
    if (is_shown && !causes_of(origins_[actor].base_program)[slot].empty()) write_exchanges(slot);
  }
}

// The label of the part that each exchange was posted in.
const CellSpans::Causes& CellSpans::causes_of(std::uint32_t base_program) {
  const auto [place, is_new] = causes_.try_emplace(base_program);
  if (!is_new) return place->second;
  const std::span<const Mark> marks = marks_of(bound_, base_program);
  auto mark = marks.begin();
  std::uint32_t part = program::kNoLabel;
  const engine::System& system = bound_.system;
  for (std::uint32_t i = system.program_begin[base_program]; i < system.program_begin[base_program + 1]; ++i) {
    for (; mark != marks.end() && mark->instruction == i && mark->share == 0; ++mark) {
      if (mark->depth == Depth::part) part = mark->label;
    }
    const Instruction& instruction = system.instructions[i];
    if (instruction.step == engine::Step::post) place->second[instruction.slot].push_back(part);
    for (; mark != marks.end() && mark->instruction == i; ++mark) {
      if (mark->depth == Depth::part) part = mark->label;
    }
  }
  return place->second;
}

std::uint32_t CellSpans::name_of_label(std::uint32_t label) {
  return label == program::kNoLabel ? kNoName : names_.number(bound_.annotations.labels[label].text);
}

std::uint32_t CellSpans::name_of_wait(const Instruction& wait, std::uint32_t meeting) {
  const Instance& last = recorder_.instances(meeting)[wait.value - 1];
  if (!is_listener(wait.slot)) {
    return names_.number("wait for " + exchange_name(bound_.operations[last.operation]));
  }
  for (std::uint32_t i = system_.member_begin[meeting]; i < system_.member_begin[meeting + 1]; ++i) {
    const std::uint32_t slot = system_.member_slot[i];
    if (!system_.slot_posts[slot]) continue;
    const Origin& sender = origins_[system_.member[i]];
    const std::uint32_t label = causes_of(sender.base_program)[slot][wait.value - 1];
    return names_.number("wait for " + bound_.annotations.labels[label].text + " of stage " +
                         std::to_string(sender.stage));
  }
  throw InternalError("a message without a sender");
}

void CellSpans::write_compute() {
  const std::uint32_t base = origins_[actor_].base_program;
  const std::span<const Mark> marks = marks_of(bound_, base);
  mark_ = marks.data();
  end_of_marks_ = marks.data() + marks.size();
  now_ = timeline_.cells[index_].begin;
  open_.fill(kClosed);
  received_.clear();
  const std::uint32_t first = system_.program_begin[system_.program[actor_]];
  const std::uint32_t count = system_.program_begin[system_.program[actor_] + 1] - first;
  const std::vector<Step>& steps = recorder_.steps(actor_);
  auto step = steps.begin();
  for (std::uint32_t i = 0; i < count; ++i) {
    const Instruction& instruction = system_.instructions[first + i];
    const std::uint32_t base_instruction = bound_.system.program_begin[base] + i;
    if (instruction.step == engine::Step::delay) {
      if (step != steps.end() && step->slot == Step::kDelay && step->number == first + i) {
        write_delay(base_instruction, *step++);
      }
    }
    for (; mark_ != end_of_marks_ && mark_->instruction <= base_instruction; ++mark_) apply(*mark_, now_);
    if (instruction.step != engine::Step::wait) continue;
    const bool has_waited = step != steps.end() && step->slot == instruction.slot && step->number == instruction.value;
    if (has_waited) write_wait(instruction, *step++);
    if (is_listener(instruction.slot)) {
      received_.emplace_back(system_.meeting(actor_, instruction.slot), instruction.value);
    }
  }
  check(step == steps.end(), "a step of the run that its program does not have");
  for (; mark_ != end_of_marks_; ++mark_) apply(*mark_, now_);
  close(0, now_);
  const SimTime end = timeline_.cells[index_].begin + timeline_.period;
  if (now_ < end) add_leaf(now_, end, names_.number("wait until all have finished"), SpanKind::bubble);
}

void CellSpans::apply(const Mark& mark, SimTime at) {
  if (mark.depth == Depth::kernel) {
    kernel_ = mark.label;
    return;
  }
  const auto depth = static_cast<std::size_t>(mark.depth);
  close(depth, at);
  if (mark.label != program::kNoLabel) open(depth, mark.label, at);
}

void CellSpans::open(std::size_t depth, std::uint32_t label, SimTime at) {
  if (depth == 1 && timeline_.detail == Detail::passes) return;
  Span span{at, at, name_of_label(label)};
  span.kind = kind_of(bound_.annotations.labels[label].kind);
  span.depth = static_cast<std::uint8_t>(depth);
  open_[depth] = compute().spans.size();
  compute().spans.push_back(span);
}

// Parts that took no time hold nothing, and are left out.
void CellSpans::close(std::size_t depth, SimTime at) {
  for (std::size_t inner = open_.size(); inner-- > depth;) {
    if (open_[inner] == kClosed) continue;
    const std::size_t place = std::exchange(open_[inner], kClosed);
    Span& span = compute().spans[place];
    span.end = at;
    if (span.begin == at) {
      compute().spans.resize(place);
      continue;
    }
    if (inner != 0 || span.kind != SpanKind::pass) continue;
    for (const auto& [meeting, number] : received_) {
      arrivals_.push_back({meeting, number, {index_, 0, static_cast<std::uint32_t>(place)}});
    }
    received_.clear();
  }
}

void CellSpans::add_leaf(SimTime from, SimTime to, std::uint32_t name, SpanKind kind) {
  if (from >= to) return;
  const bool is_inside = open_[0] != kClosed;
  if (is_inside && timeline_.detail != Detail::kernels) return;
  Span span{from, to, name};
  span.kind = kind;
  span.depth = static_cast<std::uint8_t>(is_inside ? (open_[1] == kClosed ? 1 : 2) : 0);
  compute().spans.push_back(span);
}

// Kernels share a delay; how its length divides is known, and where something slows it, all of it is slowed alike.
void CellSpans::write_delay(std::uint32_t instruction, const Step& step) {
  const auto work = [&](SimTime until) {
    const bool is_named = kernel_ != program::kNoLabel;
    const SpanKind kind = is_named ? kind_of(bound_.annotations.labels[kernel_].kind) : SpanKind::launch;
    add_leaf(now_, until, is_named ? name_of_label(kernel_) : names_.number("work"), kind);
    now_ = until;
  };
  now_ = step.from;
  const double length = static_cast<double>((step.to - step.from).picoseconds());
  for (; mark_ != end_of_marks_ && mark_->instruction <= instruction; ++mark_) {
    const bool is_earlier = mark_->instruction < instruction;
    const double before = is_earlier ? 0 : mark_->share * length;
    work(std::max(now_, step.from + SimTime(std::llrint(before))));
    apply(*mark_, now_);
  }
  work(step.to);
}

// Before the exchange begins, others are late; then it takes its own time, as exchanges before it do.
void CellSpans::write_wait(const Instruction& wait, const Step& step) {
  if (step.to <= timeline_.cells[index_].begin) return;  // before its iteration
  const std::uint32_t meeting = system_.meeting(actor_, wait.slot);
  const std::uint32_t name = name_of_wait(wait, meeting);
  const std::vector<Instance>& instances = recorder_.instances(meeting);
  const auto is_over = [](SimTime at, const Instance& instance) { return at < instance.ended; };
  now_ = step.from;
  // Before a stage's iteration has begun there is nothing but others to wait for, as the ledger books it.
  const bool is_first = compute().spans.empty() && is_listener(wait.slot);
  if (is_first) {
    add_leaf(step.from, step.to, name, SpanKind::bubble);
    now_ = step.to;
  }
  for (auto at = std::upper_bound(instances.begin(), instances.end(), step.from, is_over); now_ < step.to; ++at) {
    const ExchangeTag what = ExchangeTag::of(system_.activity(meeting, at->operation).tag);
    const auto until = [&](SimTime end, SpanKind kind) {
      add_leaf(now_, std::max(now_, end), name, kind);
      now_ = std::max(now_, end);
    };
    until(at->began, SpanKind::bubble);
    // Before its flow an exchange is bound by step latencies, copies in memory and links, by known shares.
    const SimTime before = now_;
    const double length = static_cast<double>(std::max(SimTime(), at->transfer_began - before).picoseconds());
    const auto part = [&](double share) { return before + SimTime(std::llrint(share * length)); };
    until(part(1 - what.link_share - what.memory_share), SpanKind::latency);
    until(part(1 - what.link_share), SpanKind::hbm_bandwidth);
    until(at->ended, transfer_kind(what.tier));
  }
}

void CellSpans::write_exchanges(std::uint32_t slot) {
  const std::uint32_t meeting = system_.meeting(actor_, slot);
  const std::vector<std::uint32_t>& causes = causes_of(origins_[actor_].base_program)[slot];
  const std::vector<Instance>& instances = recorder_.instances(meeting);
  std::vector<Stream>& streams = timeline_.cells[index_].streams;
  streams.push_back({stream_name(static_cast<Slot>(slot)), {}});
  for (std::size_t k = 0; k < instances.size(); ++k) {
    const program::Operation& operation = bound_.operations[instances[k].operation];
    Span span{instances[k].began, instances[k].ended, 0};
    span.kind = SpanKind::exchange;
    span.bytes = operation.bytes.value();
    span.cause = name_of_label(causes[k]);
    const bool names_cause = is_message(slot) && span.cause != kNoName;
    span.name = names_.number(names_cause ? "send " + timeline_.names[span.cause] : exchange_name(operation));
    const auto place = static_cast<std::uint32_t>(streams.back().spans.size());
    if (is_message(slot)) sent_[meeting].push_back({index_, static_cast<std::uint32_t>(streams.size() - 1), place});
    streams.back().spans.push_back(span);
  }
}

void CellSpans::connect() {
  for (const Arrival& arrival : arrivals_) {
    const auto sender = sent_.find(arrival.meeting);
    if (sender != sent_.end()) timeline_.flows.push_back({sender->second[arrival.number - 1], arrival.pass});
  }
}

}  // namespace sim::iteration
