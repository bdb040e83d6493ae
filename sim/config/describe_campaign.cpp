#include "sim/config/describe_campaign.hpp"

#include <chrono>
#include <cstdio>

namespace sim::config {
namespace {

using campaign::Part;
using campaign::Scope;

constexpr double kCentury = 100 * 365.25 * 86400;  // s

Spec time_spec(const std::string& help) {
  return {.help = help, .least = 0, .most = kCentury};
}

const std::vector<std::string>& scope_names() {
  static const std::vector<std::string> names{"process", "node", "job"};
  return names;
}

void describe_part(Fields& fields, Part& part) {
  fields.text("name", part.name, {.help = "what it is", .required = true});
  fields.choice("per", part.per, {"chip", "node", "fleet"},
                {.help = "one in every chip, in every node, or one in all"});
  fields.sourced("between_failures", part.between_failures,
                 {.help = "mean time between failures of one part", .required = true, .least = 60, .most = 1e13});
  fields.number("shape", part.shape,
                {.help = "Weibull shape; 1: exponential, under 1: more failures early", .least = 0.2, .most = 10});
  fields.number("early_factor", part.early_factor,
                {.help = "rate over the usual one while the part is new", .least = 0.01, .most = 1000});
  fields.quantity("early", part.early, time_spec("how long it is new"));
  fields.choice("takes", part.takes, scope_names(),
                {.help = "what a failure takes away: the processes, the node with its memory, or the whole job"});
  fields.number("repair_share", part.repair_share,
                {.help = "failures that take the node out until it is repaired", .least = 0, .most = 1});
  fields.quantity("detection", part.detection, time_spec("until a failure is noticed"));
  fields.number(
      "slowdown", part.slowdown,
      {.help = "above 1: the part does not stop, but every step takes so many times as long until it is noticed",
       .least = 1,
       .most = 1000});
}

void describe_recovery(Fields& fields, campaign::Reliability& reliability) {
  const auto time = [](const std::string& help) {
    return Spec{.help = help, .required = true, .least = 0, .most = kCentury};
  };
  fields.sourced("diagnosis", reliability.diagnosis,
                 time("from noticing a failure to knowing what to restart without"));
  fields.sourced("restart", reliability.restart,
                 time("scheduling, start of processes and communicators, without loading the checkpoint"));
  fields.sourced("manual_share", reliability.manual_share, "",
                 {.help = "failures that need a person", .required = true, .least = 0, .most = 1});
  fields.sourced("manual", reliability.manual, time("mean time until a person has acted"));
  fields.sourced("repair", reliability.repair, time("mean time until a node is back"));
  fields.sourced("spare_share", reliability.spare_share, "",
                 {.help = "nodes that stand ready over those at work; what the fleet lacks of them stands beside it",
                  .least = 0,
                  .most = 1});
  int when_short = reliability.shrink ? 1 : 0;
  fields.choice("when_short", when_short, {"wait", "shrink"},
                {.help = "with too few healthy nodes: wait for a repair, or go on with fewer replicas"});
  reliability.shrink = when_short == 1;
}

void describe_stops(Fields& fields, campaign::Reliability& reliability) {
  campaign::Evaluation evaluation = reliability.evaluation.value_or(campaign::Evaluation{});
  fields.object("evaluation",
                [&](Fields& inner) {
                  inner.count("every", evaluation.every, {.help = "steps; 0: never", .least = 0, .most = 1e12});
                  inner.quantity("duration", evaluation.duration, time_spec("of one"));
                },
                {.help = "stops to measure the model"});
  reliability.evaluation.reset();
  if (evaluation.every > 0) reliability.evaluation = evaluation;
  campaign::Maintenance maintenance = reliability.maintenance.value_or(campaign::Maintenance{});
  fields.object("maintenance",
                [&](Fields& inner) {
                  inner.quantity("every", maintenance.every, time_spec("calendar time between two; 0: never"));
                  inner.quantity("duration", maintenance.duration, time_spec("of one, without the restart"));
                },
                {.help = "planned stops"});
  reliability.maintenance.reset();
  if (maintenance.every.value() > 0) reliability.maintenance = maintenance;
}

void describe_range(Fields& fields, const char* key, campaign::Uncertainty::Range& range, const std::string& what) {
  fields.object(key,
                [&range](Fields& inner) {
                  const Spec spec{.help = "factor", .least = 0.01, .most = 100};
                  inner.number("p10", range.p10, spec);
                  inner.number("p90", range.p90, spec);
                  if (range.p10 > 1 || range.p90 < 1)
                    inner.complain("p10", "the stated value lies between p10 and p90",
                                   "p10 is at most 1, p90 at least 1", false);
                },
                {.help = "range of " + what + ", over what is stated"});
}

}  // namespace

void describe(Fields& fields, campaign::Reliability& reliability) {
  fields.text("id", reliability.id, {.help = "preset"});
  fields.text("date", reliability.date, {.help = "of the figures"});
  fields.text("notes", reliability.notes, {.help = "for people"});
  fields.list("parts", reliability.parts.size(),
              [&](std::size_t index, Fields& inner) {
                if (index >= reliability.parts.size()) reliability.parts.resize(index + 1);
                describe_part(inner, reliability.parts[index]);
              },
              {.help = "what fails"});
  fields.number("rate_factor", reliability.rate_factor,
                {.help = "over the failure rates of all parts; 0: nothing fails", .least = 0, .most = 1000});
  describe_recovery(fields, reliability);
  describe_stops(fields, reliability);
}

void describe(Fields& fields, campaign::Storage& storage) {
  const auto rate = [](const std::string& help, bool positive = true) {
    return Spec{.help = help, .least = 0, .most = 1e18, .above_least = positive};
  };
  fields.sourced("write_rate", storage.write_rate, rate("checkpoints, one node to storage"));
  fields.sourced("read_rate", storage.read_rate, rate("checkpoints, storage to one node"));
  fields.sourced("total_rate", storage.total_rate, rate("all nodes together; 0: no limit but theirs", false));
  fields.flag("asynchronous", storage.asynchronous, {.help = "steps go on while a copy in host memory is written"});
  fields.sourced("snapshot_rate", storage.snapshot_rate, rate("one chip to host memory"));
  fields.quantity("checkpoint_every", storage.every, time_spec("of steps between two; 0: what loses least"));
  fields.quantity("memory_every", storage.memory_every,
                  time_spec("of steps between copies that stay in host memory; 0: none"));
  fields.choice("memory_survives", storage.memory_survives, {"process", "node"},
                {.help = "node: a second copy lies on another node"});
}

void describe(Fields& fields, campaign::Uncertainty& uncertainty) {
  fields.whole("samples", uncertainty.samples, {.help = "runs that are played", .least = 1, .most = 1e5});
  fields.count("seed", uncertainty.seed,
               {.help = "of the draws: the same seed, the same answer", .least = 0, .most = 1e15});
  describe_range(fields, "failure_rate", uncertainty.failure_rate, "failures per hour");
  describe_range(fields, "downtime", uncertainty.downtime, "the time from a failure to a new start");
  describe_range(fields, "repair_time", uncertainty.repair_time, "the time of a repair");
  describe_range(fields, "storage_time", uncertainty.storage_time, "the time that checkpoints take");
  describe_range(fields, "power", uncertainty.power, "electric power");
}

void describe(Fields& fields, campaign::PhaseInput& phase) {
  fields.number("tokens", phase.tokens, {.help = "tokens of the phase", .required = true, .least = 1, .most = 1e18});
  fields.count("global_batch", phase.global_batch,
               {.help = "sequences per optimizer step; 0: the run's", .least = 0, .most = 1e9});
  fields.count("sequence_length", phase.sequence_length,
               {.help = "tokens of one sequence; 0: the run's", .least = 0, .most = 1 << 24});
}

std::optional<campaign::Moment> parse_date(const std::string& text) {
  int year = 0, end = 0;
  unsigned month = 0, day = 0;
  if (text.size() != 10 || std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &end) != 3 || end != 10)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || year < 1970 || year > 2200) return std::nullopt;
  return campaign::Moment(std::chrono::sys_days(date));
}

void describe_date(Fields& fields, const char* key, std::string& date, const std::string& help) {
  fields.text(key, date, {.help = help});
  if (!date.empty() && !parse_date(date)) {
    fields.complain(key, "expected a date between 1970 and 2200, not " + date, "for example 2024-03-01", false);
  }
}

}  // namespace sim::config
