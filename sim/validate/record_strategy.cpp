#include "sim/validate/record_strategy.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/base/error.hpp"
#include "sim/base/lower_case.hpp"
#include "sim/validate/record_job.hpp"
#include "sim/validate/words.hpp"

namespace sim::validate {
namespace {

using parallel::Overlap;
using parallel::ScheduleKind;
using parallel::Strategy;

enum class Part { tensor, gradients, parameters, messages };

/// Words of a source that state an overlap, in lower case. Prose that only mentions communication states nothing.
struct Phrase {
  std::string_view words;
  Part part;
  bool value;
};

// Later rows win, so the denials stand last.
constexpr std::array<Phrase, 25> kPhrases = {{
    {"tp overlap true", Part::tensor, true},
    {"userbuffer", Part::tensor, true},
    {"asynctp", Part::tensor, true},
    {"fused matmul+collective", Part::tensor, true},
    {"tp/dp/pp/ep overlap", Part::tensor, true},
    {"tp/dp/pp/ep overlap", Part::gradients, true},
    {"tp/dp/pp/ep overlap", Part::parameters, true},
    {"tp/dp/pp/ep overlap", Part::messages, true},
    {", dp, pp overlap", Part::gradients, true},
    {", dp, pp overlap", Part::parameters, true},
    {", dp, pp overlap", Part::messages, true},
    {"dp grad/param", Part::gradients, true},
    {"dp grad/param", Part::parameters, true},
    {"overlapped grad/param", Part::gradients, true},
    {"overlapped grad/param", Part::parameters, true},
    {"gradient all-reduce overlapped", Part::gradients, true},
    {"ddp overlapping gradient", Part::gradients, true},
    {"overlap_comm true", Part::gradients, true},
    {"overlap_sync_grad/param true", Part::gradients, true},
    {"overlap-grad-reduce true", Part::gradients, true},
    {"pp p2p overlap on", Part::messages, true},
    {"tp overlap false", Part::tensor, false},
    {"overlap-grad-reduce false", Part::gradients, false},
    {"after the last backward, not overlapped", Part::gradients, false},
    {"dp all-reduce not overlapped", Part::gradients, false},
}};

void set(Overlap& overlap, Part part, bool value) {
  switch (part) {
    case Part::tensor:
      overlap.tp = value;
      break;
    case Part::gradients:
      overlap.dp_gradients = value;
      break;
    case Part::parameters:
      overlap.dp_parameters = value;
      break;
    case Part::messages:
      overlap.pp = value;
      break;
  }
}

bool denies_all_overlap(const std::string& text) {
  return text == "none" || contains(text, "all overlap switched off");
}

ScheduleKind schedule_of(const RecordRun& run) {
  const bool is_interleaved = run.vpp > 1 && run.pp > 1;
  if (run.schedule == "gpipe") return ScheduleKind::gpipe;
  if (run.schedule == "1f1b" || run.schedule == "interleaved-1f1b") {
    return is_interleaved ? ScheduleKind::interleaved : ScheduleKind::one_f_one_b;
  }
  if (run.schedule == "zb1p") return ScheduleKind::zb_1p;
  if (run.schedule == "zb2p") return ScheduleKind::zb_2p;
  throw Unsupported("schedule " + run.schedule + " is not simulated yet");
}

parallel::Recompute recompute_of(const RecordRun& run, const hardware::SoftwarePreset& software) {
  if (run.recompute == "none") return parallel::Recompute::none;
  if (run.recompute == "selective") {
    return software.alternate_recompute ? parallel::Recompute::alternate : parallel::Recompute::selective;
  }
  if (run.recompute == "full") return parallel::Recompute::full;
  throw Unsupported("recompute " + run.recompute + " is not simulated yet");
}

std::vector<int> uneven_split(int layers, int stages) {
  if (layers % stages == 0 || (layers + 2) % stages == 0) return {};  // parallel::make_layout knows these
  if (layers < stages) throw infeasible("run: fewer layers than pp x vpp stages");
  std::vector<int> split(static_cast<std::size_t>(stages), layers / stages);
  for (int stage = 0; stage < layers % stages; ++stage) ++split[static_cast<std::size_t>(stage)];
  return split;
}

int expert_tensor_parallelism(const RecordRun& run) {
  const std::int64_t stage_ranks = std::int64_t{run.tp} * run.cp * run.dp;
  return stage_ranks % (std::int64_t{run.ep} * run.tp) == 0 ? run.tp : 1;
}

void check_sizes(const Record& record) {
  const RecordRun& run = record.run;
  const double product = static_cast<double>(run.tp) * run.pp * run.dp * run.cp;
  if (product != record.gpus) throw infeasible("run: tp x pp x dp x cp is not the number of gpus");
}

}  // namespace

bool denies_tensor_overlap(const RecordRun& run) {
  const std::string text = lower_case(run.overlap);
  return denies_all_overlap(text) || contains(text, "tp all-reduce not overlapped");
}

Overlap overlap_of(const RecordRun& run, const hardware::SoftwarePreset& software) {
  const std::string text = lower_case(run.overlap);
  if (denies_all_overlap(text)) return {};
  Overlap overlap;
  overlap.dp_gradients = software.overlap_data_parallel;
  overlap.dp_parameters = software.overlap_data_parallel;
  // Stacks that hide data parallelism also send stage messages asynchronously under the interleaved schedule
  // (Megatron-Core, overlap_p2p_comm).
  overlap.pp = software.overlap_data_parallel && run.vpp > 1;
  for (const Phrase& phrase : kPhrases) {
    if (contains(text, phrase.words)) set(overlap, phrase.part, phrase.value);
  }
  return overlap;
}

Strategy strategy_of(const Record& record, const hardware::SoftwarePreset& software) {
  check_sizes(record);
  const RecordRun& run = record.run;
  Strategy strategy;
  strategy.tp = run.tp;
  strategy.pp = run.pp;
  strategy.vpp = run.pp > 1 ? run.vpp : 1;
  strategy.dp = run.dp;
  strategy.cp = run.cp;
  strategy.ep = run.ep;
  strategy.etp = record.model.experts ? expert_tensor_parallelism(run) : run.tp;
  strategy.zero = run.zero_stage;
  if (run.zero_stage > 0 && run.zero_group != run.dp * run.cp) strategy.zero_group = run.zero_group;
  strategy.micro_batch = static_cast<int>(run.micro_batch);
  strategy.sequence_parallel = run.sequence_parallel && run.tp > 1;
  strategy.recompute = recompute_of(run, software);
  strategy.schedule = schedule_of(run);
  strategy.overlap = overlap_of(run, software);
  strategy.stage_layers = uneven_split(record.model.layers, strategy.virtual_stages());
  return strategy;
}

}  // namespace sim::validate
