#include "sim/program/build.hpp"

#include "sim/program/chunk_price.hpp"
#include "sim/program/emitter.hpp"
#include "sim/program/messages.hpp"
#include "sim/program/stage_writer.hpp"

namespace sim::program {

bool slot_posts(Slot slot) {
  return slot != Slot::receive_previous && slot != Slot::receive_next;
}

IterationPrograms build_programs(const IterationPlan& plan) {
  IterationPrograms programs;
  Emitter emitter(programs, plan.annotated);
  for (const ChipPlan& chip : plan.chips) {
    if (!chip.works) {
      for (int stage = 0; stage < plan.strategy.pp; ++stage) emitter.close_program();
      continue;
    }
    const Messages messages(chip.schedule);
    const std::vector<ChunkPrice> chunks = price_chunks(plan, chip.pricing);
    for (int stage = 0; stage < plan.strategy.pp; ++stage) {
      StageWriter(plan, chip, chunks, messages, stage, emitter).write();
    }
  }
  return programs;
}

}  // namespace sim::program
