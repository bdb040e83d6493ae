#include "sim/base/error.hpp"
#include "sim/iteration/feasibility.hpp"

namespace sim::iteration {
namespace {

using parallel::Strategy;

std::string text(std::int64_t number) {
  return std::to_string(number);
}

[[noreturn]] void refuse_share(std::size_t entry, const std::string& fault) {
  throw infeasible("placement.shares." + text(static_cast<std::int64_t>(entry)) + ": " + fault);
}

void check_shares(const Job& job) {
  const Strategy& s = job.strategy;
  const Division& division = job.division;
  const bool is_by_stages = division.by == Division::By::stages;
  const std::int64_t whole = is_by_stages ? s.pp : s.dp;
  const std::string unit = is_by_stages ? " stages" : " replicas";
  if (division.shares.size() != job.fleet.size()) {
    throw infeasible("placement.shares: one number for each of the " +
                     text(static_cast<std::int64_t>(job.fleet.size())) + " fleet entries");
  }
  std::int64_t sum = 0;
  for (const int share : division.shares) sum += share;
  if (sum != whole) {
    throw infeasible("placement.shares: they add up to " + text(sum) + unit + ", the job has " + text(whole));
  }
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    const std::int64_t each = is_by_stages ? s.stage_ranks() : std::int64_t{s.tp} * s.cp * s.pp;
    const std::int64_t chips = division.shares[entry] * each;
    if (chips > job.fleet[entry].count) {
      refuse_share(entry, text(division.shares[entry]) + unit + " need " + text(chips) + " chips, the entry has " +
                              text(job.fleet[entry].count));
    }
    if (is_by_stages || !job.model.experts) continue;
    require_division("placement.shares", std::int64_t{s.tp} * s.cp * division.shares[entry], "tp x cp x replicas",
                     std::int64_t{s.ep} * s.etp, "ep x etp", "expert groups stay on one kind of chip");
  }
}

void check_micro_batches(const Job& job) {
  const Division& division = job.division;
  if (division.micro_batches.empty()) return;
  if (division.by != Division::By::replicas || division.micro_batches.size() != job.fleet.size()) {
    throw infeasible("placement.micro_batches: it needs by: replicas, and one number for each fleet entry");
  }
  std::int64_t sequences = 0;
  bool are_equal = true;
  int first = 0;
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    if (division.shares[entry] == 0) continue;
    const int count = division.micro_batches[entry];
    if (count < 1) {
      throw infeasible("placement.micro_batches." + text(static_cast<std::int64_t>(entry)) +
                       ": replicas that work run one micro-batch or more");
    }
    sequences += std::int64_t{division.shares[entry]} * count * job.strategy.micro_batch;
    if (first == 0) first = count;
    are_equal = are_equal && count == first;
  }
  if (sequences != job.training.global_batch) {
    throw infeasible("placement.micro_batches: they make " + text(sequences) + " sequences a step, global_batch is " +
                     text(job.training.global_batch));
  }
  if (!are_equal && job.strategy.zero >= 2) {
    throw infeasible("placement.micro_batches: with zero: " + text(job.strategy.zero) +
                         " all replicas exchange after every micro-batch, so their numbers must be equal",
                     "use zero: 1, or equal numbers");
  }
}

}  // namespace

void check_division(const Job& job) {
  check(job.division.by != Division::By::automatic, "a division must be decided before the job is checked");
  if (job.division.by == Division::By::order) return;
  if (job.strategy.rank_order != parallel::kMegatronOrder) {
    throw infeasible("parallel.rank_order: stages or replicas by fleet entry keep Megatron's order",
                     "use placement.by: order, or [tp, cp, dp, pp]");
  }
  check_shares(job);
  check_micro_batches(job);
  if (job.division.by == Division::By::replicas && job.schedule && !job.division.micro_batches.empty()) {
    throw infeasible("placement.micro_batches: a schedule from a file has one number of micro-batches");
  }
}

}  // namespace sim::iteration
