#include "sim/sweep/row.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace sim::sweep {
namespace {

using nlohmann::ordered_json;

// A plain number is a number for those who read the row; "400 Gb/s" stays as the study has it.
ordered_json value_of(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end || !std::isfinite(number)) return text;
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (number == std::floor(number) && std::abs(number) < kExact) return static_cast<std::int64_t>(number);
  return number;
}

ordered_json start(std::int64_t index, const Place& place, const char* status) {
  ordered_json keys = ordered_json::object();
  for (const auto& [key, value] : place) keys[key] = value_of(value);
  return {{"index", index}, {"keys", keys}, {"status", status}};
}

// Of a distribution; null where the answer has none.
ordered_json three(const ordered_json& range) {
  if (range.is_null()) return nullptr;
  return {{"p10", range.at("p10")}, {"p50", range.at("p50")}, {"p90", range.at("p90")}};
}

ordered_json strategy_of(const ordered_json& strategy) {
  ordered_json result;
  for (const char* key : {"tp", "pp", "vpp", "dp", "cp", "ep", "etp", "zero", "micro_batch", "recompute", "schedule"}) {
    result[key] = strategy.at(key);
  }
  return result;
}

}  // namespace

std::string answered_row(std::int64_t index, const Place& place, const std::string& answer_json) {
  const ordered_json answer = ordered_json::parse(answer_json);
  const ordered_json &run = answer.at("run"), &iteration = answer.at("iteration");
  ordered_json row = start(index, place, "ok");
  row["days"] = three(run.at("days"));
  row["ideal_days"] = run.at("ideal_days");
  row["goodput"] = run.at("goodput");
  row["cost_usd"] = three(run.at("cost_usd"));
  row["energy_mwh"] = three(run.at("energy_mwh"));
  row["mean_power_mw"] = nullptr;
  constexpr double kHoursPerDay = 24;
  if (const ordered_json& energy = run["energy_mwh"]; !energy.is_null())  // of the whole run, medians of both
    row["mean_power_mw"] = energy["p50"].get<double>() / (run["days"]["p50"].get<double>() * kHoursPerDay);
  row["chips"] = answer.at("fleet").at("chips");
  row["iteration_seconds"] = iteration.at("seconds");
  row["mfu"] = answer.at("mfu");
  row["tokens_per_second_per_chip"] = answer.at("tokens_per_second_per_chip");
  row["peak_memory_bytes"] = answer.at("memory").at("peak_bytes");
  double largest = -1;
  for (const auto& [stave, seconds] : iteration.at("breakdown_seconds").items()) {
    if (seconds.get<double>() <= largest) continue;
    largest = seconds.get<double>();
    row["shortest_stave"] = stave;
  }
  row["breakdown_seconds"] = iteration["breakdown_seconds"];
  row["strategy"] = strategy_of(answer.at("strategy"));
  return row.dump();
}

std::string refused_row(std::int64_t index, const Place& place, const InputError& error) {
  ordered_json row = start(index, place, error.exit_code() == ExitCode::infeasible ? "infeasible" : "refused");
  row["message"] = error.diagnostics().empty() ? error.what() : error.diagnostics().front().message;
  return row.dump();
}

std::string failed_row(std::int64_t index, const Place& place, const std::string& message) {
  ordered_json row = start(index, place, "failed");
  row["message"] = message;
  return row.dump();
}

bool is_answered(const std::string& row) {
  return ordered_json::parse(row).at("status") == "ok";
}

}  // namespace sim::sweep
