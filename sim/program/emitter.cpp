#include "sim/program/emitter.hpp"

#include "sim/base/error.hpp"

namespace sim::program {

using engine::Instruction;
using engine::Step;

void Emitter::add(const Pieces& pieces) {
  for (const Piece& piece : pieces) {
    switch (piece.kind) {
      case Piece::Kind::work:
        work(piece.time, piece.name);
        break;
      case Piece::Kind::begin:
        post(piece.slot, piece.collective, piece.bytes, piece.cores);
        break;
      case Piece::Kind::end:
        wait(piece.slot, posted(piece.slot) - piece.later);
        break;
    }
  }
}

void Emitter::work(const cost::KernelTime& time, const WorkName& name) {
  if (annotator_) {
    std::string text(name.what);
    if (!name.role.empty()) text.append(" ").append(name.role);
    enter(Depth::kernel, binding_kind(time), text);
  }
  pending_ += time;
}

void Emitter::enter(Depth depth, LabelKind kind, std::string_view text) {
  if (annotator_) annotator_->mark(depth, next_instruction(), pending_.total().value(), kind, text);
}

void Emitter::leave(Depth depth) {
  if (annotator_) annotator_->leave(depth, next_instruction(), pending_.total().value());
}

void Emitter::post(Slot slot, cost::Collective collective, Bytes bytes, Cores cores) {
  flush();
  ++posted_[static_cast<std::size_t>(slot)];
  const std::uint32_t operation = operation_of({slot, collective, bytes, cores});
  programs_.instructions.push_back({Step::post, static_cast<std::uint8_t>(slot), 0, operation, 0});
}

void Emitter::wait_for_posted(Slot slot) {
  wait(slot, posted(slot));
}

void Emitter::wait(Slot slot, std::uint32_t number) {
  if (number == 0) return;
  flush();  // later, so that work on both sides of a wait for nothing stays one delay
  programs_.instructions.push_back({Step::wait, static_cast<std::uint8_t>(slot), 0, number, 0});
}

void Emitter::close_program() {
  flush();
  posted_.fill(0);
  programs_.program_begin.push_back(static_cast<std::uint32_t>(programs_.instructions.size()));
}

void Emitter::flush() {
  const std::int64_t length = engine::SimTime::from(pending_.total()).picoseconds();
  if (annotator_) annotator_->close_delay(length > 0 ? pending_.total().value() : 0);
  if (length > 0) programs_.instructions.push_back({Step::delay, 0, label_of(pending_), 0, length});
  pending_ = {};
}

std::uint16_t Emitter::label_of(const cost::KernelTime& time) {
  const auto next = static_cast<std::uint16_t>(programs_.labels.size());
  const auto [place, is_new] = labels_.try_emplace(
      {time.tensor_compute.value(), time.hbm_bandwidth.value(), time.launch.value(), time.skew.value()}, next);
  if (is_new) {
    check(programs_.labels.size() < engine::kFirstMixture, "too many kinds of work to label");
    programs_.labels.push_back(time);
  }
  return place->second;
}

std::uint32_t Emitter::operation_of(const Operation& operation) {
  const auto next = static_cast<std::uint32_t>(programs_.operations.size());
  const auto [place, is_new] =
      operations_.try_emplace({operation.slot, operation.collective, operation.bytes.value(), operation.cores}, next);
  if (is_new) programs_.operations.push_back(operation);
  return place->second;
}

}  // namespace sim::program
