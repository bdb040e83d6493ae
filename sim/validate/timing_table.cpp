#include "sim/validate/timing_table.hpp"

#include <algorithm>
#include <cmath>

namespace sim::validate {
namespace {

using Indices = std::vector<std::size_t>;

TimingGroup group_of(const std::vector<TimedRow>& rows, const Indices& indices) {
  TimingGroup group;
  std::vector<double> errors;
  std::map<std::string, std::vector<double>> by_kind;
  for (const std::size_t index : indices) {
    errors.push_back(rows[index].error);
    by_kind[rows[index].kind].push_back(rows[index].error);
  }
  group.errors = summarise(errors);
  group.by_kind = summarise_each(by_kind);
  group.worst = indices;
  std::stable_sort(group.worst.begin(), group.worst.end(),
                   [&rows](std::size_t a, std::size_t b) { return std::abs(rows[a].error) > std::abs(rows[b].error); });
  if (group.worst.size() > kWorstRows) group.worst.resize(kWorstRows);
  return group;
}

std::map<std::string, TimingGroup> groups_of(const std::vector<TimedRow>& rows,
                                             const std::map<std::string, Indices>& indices) {
  std::map<std::string, TimingGroup> groups;
  for (const auto& [name, list] : indices) groups[name] = group_of(rows, list);
  return groups;
}

}  // namespace

TimingTable tabulate_timings(std::vector<TimedRow> rows) {
  TimingTable table;
  table.rows = std::move(rows);
  Indices all;
  std::map<std::string, Indices> by_chip, by_link;
  std::map<std::string, std::vector<double>> by_software, by_size;
  for (std::size_t index = 0; index < table.rows.size(); ++index) {
    const TimedRow& row = table.rows[index];
    if (row.status != Status::ok) continue;
    all.push_back(index);
    by_chip[row.chip].push_back(index);
    if (!row.link.empty()) by_link[row.link].push_back(index);
    by_software[row.software].push_back(row.error);
    if (!row.size.empty()) by_size[row.software + ", " + row.size].push_back(row.error);
  }
  table.total = group_of(table.rows, all);
  table.by_chip = groups_of(table.rows, by_chip);
  table.by_link = groups_of(table.rows, by_link);
  table.by_software = summarise_each(by_software);
  table.by_software_and_size = summarise_each(by_size);
  return table;
}

void predict(TimedRow& row, const std::function<double()>& seconds) {
  const std::optional<Refusal> refusal = refusal_of([&] { row.predicted_seconds = seconds(); });
  if (refusal) {
    row.status = refusal->status;
    row.reason = refusal->reason;
    return;
  }
  row.error = row.predicted_seconds / row.measured_seconds - 1;
}

}  // namespace sim::validate
