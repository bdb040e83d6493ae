#include "sim/report/answer.hpp"

#include <utility>

namespace sim::report {

Answer make_answer(const iteration::Job& job, const iteration::IterationResult& result,
                   std::vector<std::string> assumed, std::optional<validate::Interval> interval) {
  constexpr double kSecondsPerDay = 86400;
  Answer answer;
  answer.job = &job;
  answer.assumed = std::move(assumed);
  answer.interval = std::move(interval);
  answer.result = &result;
  answer.steps = iteration::steps_of(job);
  answer.ideal_days = answer.steps * result.seconds.value() / kSecondsPerDay;
  answer.mfu = result.ideal_compute / result.seconds;
  answer.hfu = answer.mfu * result.hardware_flops / result.model_flops;
  answer.tokens_per_second = result.tokens / result.seconds.value();
  const double run_flops = result.six_nd_flops / result.tokens * job.training.tokens;
  answer.six_nd_days = run_flops / (iteration::working_peak(job).value() * answer.mfu) / kSecondsPerDay;
  for (std::size_t stage = 0; stage < result.memory.size(); ++stage) {
    const auto filled = [&](std::size_t at) {
      return result.memory[at].total().value() / iteration::stage_capacity(job, static_cast<int>(at)).value();
    };
    if (filled(stage) > filled(answer.fullest_stage)) answer.fullest_stage = stage;
  }
  answer.capacity = iteration::stage_capacity(job, static_cast<int>(answer.fullest_stage));
  return answer;
}

const char* stave_name(iteration::Stave stave) {
  constexpr const char* kNames[iteration::kStaves] = {"tensor_compute", "hbm_bandwidth", "launch",
                                                      "scale_up",       "scale_out",     "host_link",
                                                      "latency",        "bubble",        "imbalance"};
  return kNames[static_cast<std::size_t>(stave)];
}

}  // namespace sim::report
