#include "sim/program/emitter.hpp"

#include "tests/support/catch.hpp"

using sim::Bytes;
using sim::Seconds;
using sim::cost::Collective;
using sim::cost::KernelTime;
using sim::engine::Instruction;
using sim::engine::Step;
using sim::program::Emitter;
using sim::program::IterationPrograms;
using sim::program::Piece;
using sim::program::Slot;

namespace {

KernelTime computing(double seconds) {
  KernelTime time;
  time.tensor_compute = Seconds(seconds);
  return time;
}

}  // namespace

TEST_CASE("work in a row is one delay, also around a wait for nothing") {
  IterationPrograms programs;
  Emitter emitter(programs);
  KernelTime moving;
  moving.hbm_bandwidth = Seconds(2);
  emitter.work(computing(1), {});
  emitter.wait_for_posted(Slot::tensor);  // nothing was posted there
  emitter.work(moving, {});
  emitter.work(computing(0), {});
  emitter.close_program();
  REQUIRE(programs.instructions.size() == 1);
  CHECK(programs.instructions[0] == Instruction{Step::delay, 0, 0, 0, 3'000'000'000'000});
  REQUIRE(programs.labels.size() == 1);
  CHECK(programs.labels[0].tensor_compute == Seconds(1));
  CHECK(programs.labels[0].hbm_bandwidth == Seconds(2));
}

TEST_CASE("equal exchanges are one operation, and each program counts its exchanges from 1") {
  IterationPrograms programs;
  Emitter emitter(programs);
  emitter.post(Slot::data, Collective::all_gather, Bytes(8));
  emitter.post(Slot::data, Collective::all_gather, Bytes(8));
  emitter.post(Slot::data, Collective::all_gather, Bytes(9));
  CHECK(programs.operations.size() == 2);
  CHECK(emitter.posted(Slot::data) == 3);
  emitter.wait_for_posted(Slot::data);
  CHECK(programs.instructions.back() == Instruction{Step::wait, static_cast<std::uint8_t>(Slot::data), 0, 3, 0});
  emitter.close_program();
  emitter.post(Slot::data, Collective::all_gather, Bytes(8));
  CHECK(emitter.posted(Slot::data) == 1);
  CHECK(programs.operations.size() == 2);
  CHECK(programs.program_begin == std::vector<std::uint32_t>{0, 4});
}

TEST_CASE("the end of an exchange waits past those that began after it") {
  IterationPrograms programs;
  Emitter emitter(programs);
  Piece begin;
  begin.kind = Piece::Kind::begin;
  Piece end;
  end.kind = Piece::Kind::end;
  end.later = 1;
  emitter.add({begin, begin, end});
  CHECK(programs.instructions.back() == Instruction{Step::wait, static_cast<std::uint8_t>(Slot::tensor), 0, 1, 0});
}
