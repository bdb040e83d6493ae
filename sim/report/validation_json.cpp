#include <nlohmann/json.hpp>

#include "sim/report/validation_report.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

Json figures(const validate::ErrorSummary& summary) {
  Json json;
  json["n"] = summary.n;
  // Without records there is no error; null says so, zero would look perfect.
  const auto figure = [&summary](double value) { return summary.n > 0 ? Json(value) : Json(nullptr); };
  json["mape"] = figure(summary.mape);
  json["median_ape"] = figure(summary.median_ape);
  json["p90_ape"] = figure(summary.p90_ape);
  json["bias"] = figure(summary.bias);
  return json;
}

Json by_name(const std::map<std::string, validate::ErrorSummary>& summaries) {
  Json json = Json::object();
  for (const auto& [name, summary] : summaries) json[name] = figures(summary);
  return json;
}

Json correlations(const validate::RankCorrelation& ranks) {
  Json json;
  json["groups"] = ranks.groups;
  json["n"] = ranks.n;
  json["mean"] = ranks.groups > 0 ? Json(ranks.mean) : Json(nullptr);
  json["by_group"] = Json::object();
  for (const auto& [name, group] : ranks.by_group) {
    json["by_group"][name] = {{"n", group.n},
                              {"correlation", group.correlation ? Json(*group.correlation) : Json(nullptr)}};
  }
  return json;
}

Json table(const validate::SummaryTable& summary) {
  Json json = figures(summary.total);
  json["by_chip"] = by_name(summary.by_chip);
  json["by_family"] = by_name(summary.by_family);
  json["by_regime"] = by_name(summary.by_regime);
  json["by_parallelism"] = by_name(summary.by_parallelism);
  json["by_size"] = by_name(summary.by_size);
  json["rank_correlation"] = correlations(summary.rank_correlation);
  json["rank_correlation_same_work"] = correlations(summary.same_work_correlation);
  return json;
}

// What rows of runs and of timings share.
template <class Row>
Json outcome(const Row& row) {
  const bool is_ok = row.status == validate::Status::ok;
  Json json;
  json["id"] = row.id;
  json["status"] = validate::status_name(row.status);
  json["reason"] = is_ok ? Json(nullptr) : Json(row.reason);
  json["measured_s"] = row.measured_seconds;
  json["predicted_s"] = is_ok ? Json(row.predicted_seconds) : Json(nullptr);
  json["error"] = is_ok ? Json(row.error) : Json(nullptr);
  return json;
}

Json row(const validate::RecordResult& result) {
  Json json = outcome(result);
  json["well_specified"] = result.well_specified;
  json["chip"] = result.chip;
  json["family"] = result.family;
  json["regime"] = result.status == validate::Status::ok ? Json(validate::regime_name(result.regime)) : Json(nullptr);
  return json;
}

Json timing_group(const validate::TimingTable& table, const validate::TimingGroup& group) {
  Json json = figures(group.errors);
  json["by_kind"] = by_name(group.by_kind);
  json["worst"] = Json::array();
  for (const std::size_t index : group.worst) json["worst"].push_back(table.rows[index].id);
  return json;
}

Json timing_groups(const validate::TimingTable& table, const std::map<std::string, validate::TimingGroup>& groups) {
  Json json = Json::object();
  for (const auto& [name, group] : groups) json[name] = timing_group(table, group);
  return json;
}

Json timing_row(const validate::TimedRow& row) {
  Json json = outcome(row);
  json["chip"] = row.chip;
  json["link"] = row.link.empty() ? Json(nullptr) : Json(row.link);
  json["kind"] = row.kind;
  json["software"] = row.software;
  json["size"] = row.size.empty() ? Json(nullptr) : Json(row.size);
  return json;
}

}  // namespace

std::string validation_json(const validate::Validation& validation, const std::vector<validate::Score>& scores) {
  Json json;
  json["records"] = Json::array();
  for (const validate::RecordResult& result : validation.records) json["records"].push_back(row(result));
  json["summary"] = table(validation.well_specified);
  json["all"] = table(validation.all);
  json["aims"] = Json::array();
  for (const validate::Score& score : scores) {
    json["aims"].push_back({{"what", score.what}, {"value", score.value}, {"aim", score.aim}, {"met", score.met()}});
  }
  return json.dump(2) + "\n";
}

std::string timings_json(const validate::TimingTable& table) {
  Json json;
  json["records"] = Json::array();
  for (const validate::TimedRow& row : table.rows) json["records"].push_back(timing_row(row));
  json["summary"] = timing_group(table, table.total);
  json["summary"]["by_chip"] = timing_groups(table, table.by_chip);
  json["summary"]["by_link"] = timing_groups(table, table.by_link);
  json["summary"]["by_software"] = by_name(table.by_software);
  json["summary"]["by_software_and_size"] = by_name(table.by_software_and_size);
  return json.dump(2) + "\n";
}

}  // namespace sim::report
