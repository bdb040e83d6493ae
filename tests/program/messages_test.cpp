#include "sim/program/messages.hpp"

#include "tests/support/catch.hpp"

using sim::parallel::make_schedule;
using sim::parallel::Pass;
using sim::parallel::Schedule;
using sim::parallel::ScheduleKind;
using sim::program::Message;
using sim::program::Messages;
using sim::program::Slot;

TEST_CASE("a stage numbers what it sends by its own order, and the next one receives that number") {
  const Schedule schedule = make_schedule(ScheduleKind::one_f_one_b, 3, 1, 4);
  const Messages messages(schedule);
  for (int micro_batch = 0; micro_batch < 4; ++micro_batch) {
    CAPTURE(micro_batch);
    const auto number = static_cast<std::uint32_t>(micro_batch + 1);  // 1F1B takes micro-batches in their order
    const Message forward = messages.output(1, {Pass::forward, micro_batch, 0});
    CHECK((forward.exists && forward.send == Slot::send_next && forward.receive == Slot::receive_previous));
    CHECK(forward.number == number);
    CHECK(messages.input(2, {Pass::forward, micro_batch, 0}).number == number);
    CHECK(messages.input(2, {Pass::forward, micro_batch, 0}).exists);
    const Message backward = messages.output(1, {Pass::backward, micro_batch, 0});
    CHECK((backward.exists && backward.send == Slot::send_previous && backward.receive == Slot::receive_next));
    CHECK(backward.number == number);
    // Nothing comes in before the first stage nor leaves behind the last one.
    CHECK_FALSE(messages.input(0, {Pass::forward, micro_batch, 0}).exists);
    CHECK_FALSE(messages.output(2, {Pass::forward, micro_batch, 0}).exists);
    CHECK_FALSE(messages.input(2, {Pass::backward, micro_batch, 0}).exists);
    CHECK_FALSE(messages.output(0, {Pass::backward, micro_batch, 0}).exists);
  }
}

TEST_CASE("with two stages forward messages go next and backward ones previous") {
  const Schedule schedule = make_schedule(ScheduleKind::interleaved, 2, 2, 4);
  const Messages messages(schedule);
  // Stage 1's first chunk is followed by stage 0's second one: also that goes "next".
  CHECK(messages.output(1, {Pass::forward, 0, 0}).send == Slot::send_next);
  CHECK(messages.output(0, {Pass::backward, 0, 1}).send == Slot::send_previous);
}

TEST_CASE("weight gradients are not sent, and nothing is between two chunks of one stage") {
  const Schedule in_two = make_schedule(ScheduleKind::zb_h1, 2, 1, 4);
  const Messages split(in_two);
  CHECK_FALSE(split.output(1, {Pass::backward_weight, 0, 0}).exists);
  CHECK_FALSE(split.input(1, {Pass::backward_weight, 0, 0}).exists);
  CHECK(split.output(1, {Pass::backward_input, 0, 0}).exists);
  // In a V the last stage has the two virtual stages in the middle.
  const Schedule in_v = make_schedule(ScheduleKind::zb_v, 2, 2, 4);
  const Messages turned(in_v);
  CHECK_FALSE(turned.output(1, {Pass::forward, 0, 0}).exists);
  CHECK(turned.output(0, {Pass::forward, 0, 0}).exists);
}
