#include "sim/plan/search_space.hpp"

#include <algorithm>

#include "sim/base/error.hpp"

namespace sim::plan {
namespace {

using parallel::Recompute;
using parallel::ScheduleKind;

constexpr int kMostTensorRanks = 64, kMostContextRanks = 16, kMostMicroBatch = 16, kMostStages = 128;
constexpr std::int64_t kFewestTokensOfPart = 1024;  // below, rings of cp only wait

std::vector<int> divisors(std::int64_t whole, std::int64_t most) {
  std::vector<int> list;
  for (std::int64_t part = 1; part <= std::min(whole, most); ++part) {
    if (whole % part == 0) list.push_back(static_cast<int>(part));
  }
  return list;
}

std::vector<int> powers_of_two(int most) {
  std::vector<int> list;
  for (int value = 1; value <= most; value *= 2) list.push_back(value);
  return list;
}

std::vector<int> up_to(int most) {
  std::vector<int> list;
  for (int value = 1; value <= most; ++value) list.push_back(value);
  return list;
}

std::vector<int> context_ranks(const iteration::Job& job) {
  std::vector<int> list;
  for (const int cp : powers_of_two(kMostContextRanks)) {
    const std::int64_t tokens = job.training.sequence_length / cp;
    if (cp == 1 || (job.training.sequence_length % cp == 0 && tokens >= kFewestTokensOfPart)) list.push_back(cp);
  }
  return list;
}

// What the job does today, and what it could do.
std::vector<bool> own_or_on(bool own, bool is_fixed) {
  return own || is_fixed ? std::vector<bool>{own} : std::vector<bool>{true, false};
}

void keep_fixed(const parallel::Strategy& own, const std::set<std::string>& fixed, SearchSpace& space) {
  const auto keep = [&](const char* axis, auto& values, auto value) {
    if (fixed.count(axis) > 0) values.assign(1, value);
  };
  keep("tp", space.tp, own.tp);
  keep("cp", space.cp, own.cp);
  keep("ep", space.ep, own.ep);
  keep("etp", space.etp, own.etp);
  keep("pp", space.pp, own.pp);
  keep("vpp", space.vpp, own.vpp);
  keep("dp", space.dp, own.dp);
  keep("zero", space.zero, own.zero);
  keep("micro_batch", space.micro_batch, own.micro_batch);
  keep("recompute", space.recompute, own.recompute);
  keep("schedule", space.schedule, own.schedule);
}

}  // namespace

const std::vector<std::string>& search_axes() {
  static const std::vector<std::string> axes{"tp",
                                             "cp",
                                             "ep",
                                             "etp",
                                             "pp",
                                             "vpp",
                                             "dp",
                                             "zero",
                                             "micro_batch",
                                             "recompute",
                                             "schedule",
                                             "overlap",
                                             "sequence_parallel"};
  return axes;
}

SearchSpace search_space(const iteration::Job& job, const std::set<std::string>& fixed) {
  for (const std::string& axis : fixed) {
    const std::vector<std::string>& known = search_axes();
    if (std::find(known.begin(), known.end(), axis) != known.end()) continue;
    std::string names;
    for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
    throw InputError("--fix " + axis + ": there is no such axis", "the axes are " + names);
  }
  const parallel::Strategy& own = job.strategy;
  const int domain = job.fleet.front().link ? job.fleet.front().node.chips : 1;
  const bool overlap_fixed = fixed.count("overlap") > 0;
  SearchSpace space;
  space.tp = divisors(job.model.heads, std::min(domain, kMostTensorRanks));
  space.cp = context_ranks(job);
  space.ep = job.model.experts ? divisors(job.model.experts->experts, job.chips()) : std::vector<int>{1};
  space.etp = job.model.experts ? powers_of_two(std::min(domain, kMostTensorRanks)) : std::vector<int>{1};
  space.micro_batch =
      powers_of_two(static_cast<int>(std::min<std::int64_t>(kMostMicroBatch, job.training.global_batch)));
  space.pp = up_to(std::min({job.model.layers, kMostStages, job.chips()}));
  space.vpp = up_to(job.model.layers);
  space.zero = {0, 1, 2, 3};
  space.recompute = {Recompute::none, Recompute::selective, Recompute::elementwise, Recompute::alternate,
                     Recompute::full};
  space.schedule = {ScheduleKind::one_f_one_b, ScheduleKind::interleaved, ScheduleKind::breadth_first,
                    ScheduleKind::zb_h1,       ScheduleKind::zb_h2,       ScheduleKind::zb_v,
                    ScheduleKind::dualpipe};
  space.overlap_tp = own_or_on(own.overlap.tp, overlap_fixed);
  space.overlap_ep = overlap_fixed ? std::vector<bool>{own.overlap.ep} : std::vector<bool>{true, false};
  space.overlap_dp = own_or_on(own.overlap.dp_gradients && own.overlap.dp_parameters, overlap_fixed);
  space.keeps_overlap_dp = overlap_fixed;
  space.overlap_pp = own_or_on(own.overlap.pp, overlap_fixed);
  space.recompute_counts = fixed.count("recompute") == 0;
  space.sequence_parallel = own.sequence_parallel || fixed.count("sequence_parallel") == 0;
  keep_fixed(own, fixed, space);
  return space;
}

void set_overlap_dp(parallel::Strategy& strategy, const SearchSpace& space, const parallel::Overlap& own, bool wanted) {
  const bool can_hide = strategy.copies() == 1;
  strategy.overlap.dp_gradients = can_hide && (space.keeps_overlap_dp ? own.dp_gradients : wanted);
  strategy.overlap.dp_parameters = can_hide && (space.keeps_overlap_dp ? own.dp_parameters : wanted);
}

std::vector<int> even_split(int layers, int virtual_stages) {
  if (virtual_stages > layers) return {};
  std::vector<int> split(static_cast<std::size_t>(virtual_stages), layers / virtual_stages);
  int left = layers % virtual_stages;
  for (std::size_t stage = 1; stage + 1 < split.size() && left > 0; ++stage, --left) ++split[stage];
  if (left > 0) ++split.front();  // one short of a whole round: the head takes longer than the embedding
  return split;
}

}  // namespace sim::plan
