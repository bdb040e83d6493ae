#include "sim/program/state_traffic.hpp"

#include "sim/parallel/grid.hpp"

namespace sim::program {

using cost::Collective;
using model::RankParameters;
using parallel::Axis;

namespace {

Axis axis_of(Slot slot) {
  switch (slot) {
    case Slot::data:
      return Axis::data;
    case Slot::expert_data:
      return Axis::expert_data;
    case Slot::replica:
      return Axis::replica;
    default:
      return Axis::expert_replica;
  }
}

// DualPipe's second copy stands on another stage, whose ranks join the group.
int partners(const parallel::Strategy& strategy, Slot slot) {
  const int in_stage = parallel::pattern_of(strategy, axis_of(slot)).size;
  return slot == Slot::data || slot == Slot::expert_data ? in_stage * strategy.copies() : in_stage;
}

}  // namespace

RankParameters parameters_of(const ChunkPrice& chunk) {
  RankParameters sum;
  for (const UnitPrice& unit : chunk) {
    sum.dense += unit.parameters.dense;
    sum.experts += unit.parameters.experts;
  }
  return sum;
}

double owned_parameters(const parallel::Strategy& strategy, const RankParameters& held) {
  if (strategy.zero == 0) return held.dense + held.experts;
  return held.dense / partners(strategy, Slot::data) + held.experts / partners(strategy, Slot::expert_data);
}

StateTraffic::StateTraffic(const IterationPlan& plan, Emitter& emitter) : plan_(plan), emitter_(emitter) {}

void StateTraffic::post(Slot slot, Collective collective, double parameters, double bytes_each) {
  if (parameters > 0 && partners(plan_.strategy, slot) > 1) {
    emitter_.post(slot, collective, Bytes(parameters * bytes_each), Cores::collective);
  }
}

void StateTraffic::gather(const RankParameters& parameters, int parts) {
  for (int part = 0; part < parts; ++part) {
    post(Slot::data, Collective::all_gather, parameters.dense / parts, plan_.state.weight);
    post(Slot::expert_data, Collective::all_gather, parameters.experts / parts, plan_.state.weight);
  }
}

void StateTraffic::reduce(const RankParameters& parameters) {
  reduce_between_copies();
  const Collective collective = plan_.strategy.zero == 0 ? Collective::all_reduce : Collective::reduce_scatter;
  post(Slot::data, collective, parameters.dense, plan_.gradient_wire_bytes);
  post(Slot::expert_data, collective, parameters.experts, plan_.gradient_wire_bytes);
  if (plan_.strategy.instances() == 1) return;
  scattered_ = parameters;
  scattered_as_ = posted();
}

void StateTraffic::reduce_between_copies() {
  if (scattered_.dense + scattered_.experts == 0) return;
  wait_for(scattered_as_);
  const double dense = scattered_.dense / partners(plan_.strategy, Slot::data);
  const double experts = scattered_.experts / partners(plan_.strategy, Slot::expert_data);
  post(Slot::replica, Collective::all_reduce, dense, plan_.gradient_wire_bytes);
  post(Slot::expert_replica, Collective::all_reduce, experts, plan_.gradient_wire_bytes);
  scattered_ = {};
}

void StateTraffic::finish() {
  reduce_between_copies();
  wait_for(posted());
  emitter_.wait_for_posted(Slot::replica);
  emitter_.wait_for_posted(Slot::expert_replica);
}

void StateTraffic::wait_for(const Posted& which) {
  emitter_.wait(Slot::data, which.dense);
  emitter_.wait(Slot::expert_data, which.experts);
}

}  // namespace sim::program
