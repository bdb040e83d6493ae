#include "sim/validate/collective_table.hpp"

#include <map>

#include "sim/config/catalog.hpp"
#include "sim/config/yaml_source.hpp"
#include "sim/validate/csv_table.hpp"
#include "sim/validate/idle_machine.hpp"
#include "sim/validate/record_job.hpp"

namespace sim::validate {
namespace {

constexpr std::int64_t kMostChips = 100'000;
constexpr std::int64_t kMostBytes = 1'000'000'000'000'000;
constexpr std::int64_t kMebibyte = 1 << 20;
constexpr double kMicrosecond = 1e-6;

std::string id_of(const MeasuredCollective& row) {
  const std::string nodes = row.nodes > 1 ? " on " + std::to_string(row.nodes) + " nodes" : "";
  const std::string table = row.table.empty() ? "" : " (" + row.table + ")";
  return row.chip + " " + row.software + " " + row.collective + " " + std::to_string(row.gpus) + " chips" + nodes +
         " " + std::to_string(row.bytes) + " B" + table;
}

cost::Collective collective_of(const std::string& name) {
  static const std::map<std::string, cost::Collective> kNames{{"all_reduce", cost::Collective::all_reduce},
                                                              {"all_gather", cost::Collective::all_gather},
                                                              {"reduce_scatter", cost::Collective::reduce_scatter},
                                                              {"all_to_all", cost::Collective::all_to_all},
                                                              {"send", cost::Collective::send}};
  const auto found = kNames.find(name);
  if (found == kNames.end()) throw Unsupported("collective " + name + " is not known");
  return found->second;
}

cost::Algorithm algorithm_of(const std::string& name) {
  static const std::map<std::string, cost::Algorithm> kNames{{"", cost::Algorithm::automatic},
                                                             {"ring", cost::Algorithm::ring},
                                                             {"tree", cost::Algorithm::tree},
                                                             {"in_switch", cost::Algorithm::in_switch},
                                                             {"in_switch_tree", cost::Algorithm::in_switch_tree}};
  const auto found = kNames.find(name);
  if (found == kNames.end()) throw Unsupported("algorithm " + name + " is not known");
  return found->second;
}

/// Files of catalog/collectives by the names that tables have for them.
std::map<std::string, std::string> library_names() {
  std::map<std::string, std::string> names;
  for (const std::string& id : config::catalog_ids("collectives")) {
    for (const std::string& name : config::load_library(id).names) names[name] = id;
  }
  return names;
}

IdleGroup group_of(const MeasuredCollective& row, const std::map<std::string, std::string>& libraries) {
  const auto library = libraries.find(row.software);
  if (library == libraries.end()) throw Unsupported("no file of catalog/collectives covers software " + row.software);
  return {row.chip, library->second, row.gpus, row.nodes, row.links, row.nics, row.nic_gigabits, row.network};
}

double price(const MeasuredCollective& measured, const cost::GroupShape& shape, TimedRow& row) {
  const cost::Collective collective = collective_of(measured.collective);
  row.link = shape.link != nullptr ? shape.link->id : "host bus";
  if (shape.nodes > 1) row.link += " + " + shape.network->id;
  const Bytes bytes(static_cast<double>(measured.bytes));
  return cost::collective_time(collective, shape, bytes, algorithm_of(measured.algorithm)).total().value();
}

void read_optional(CsvTable& table, MeasuredCollective& row) {
  row.table = table.word_or("table", "");
  row.algorithm = table.word_or("algorithm", "");
  row.nodes = static_cast<int>(table.whole_or("nodes", 1, kMostChips, 1));
  row.links = static_cast<int>(table.whole_or("links", 1, kMostChips, 0));
  if (row.nodes == 1) return;
  row.nics = static_cast<int>(table.whole("nics", 1, kMostChips));
  row.nic_gigabits = table.positive("nic_gbps");
  row.network = table.word("network");
}

}  // namespace

std::vector<MeasuredCollective> parse_collectives(const std::string& text, const std::string& name) {
  CsvTable table(text, name, {"chip", "software", "collective", "gpus", "bytes", "latency_us"},
                 {"table", "confidence", "algorithm", "nodes", "links", "nics", "nic_gbps", "network"});
  std::vector<MeasuredCollective> rows;
  while (table.next()) {
    MeasuredCollective& row = rows.emplace_back();
    row.chip = table.word("chip");
    row.software = table.word("software");
    row.collective = table.word("collective");
    row.gpus = static_cast<int>(table.whole("gpus", 2, kMostChips));
    row.bytes = table.whole("bytes", 1, kMostBytes);
    row.seconds = table.positive("latency_us") * kMicrosecond;
    read_optional(table, row);
  }
  table.finish();
  return rows;
}

std::vector<MeasuredCollective> read_collectives(const std::string& path) {
  const config::YamlSource source = config::read_source(path);
  return parse_collectives(source.text(), source.name());
}

TimingTable score_collectives(const std::vector<MeasuredCollective>& collectives) {
  IdleMachines machines;
  const std::map<std::string, std::string> libraries = library_names();
  std::vector<TimedRow> rows;
  for (const MeasuredCollective& collective : collectives) {
    TimedRow& row = rows.emplace_back();
    row.id = id_of(collective);
    row.chip = collective.chip;
    row.kind = collective.collective;
    row.software = collective.software;
    row.measured_seconds = collective.seconds;
    row.size = collective.bytes < kMebibyte ? "below 1 MiB" : "1 MiB and more";
    predict(row, [&] { return price(collective, machines.shape_of(group_of(collective, libraries)), row); });
  }
  return tabulate_timings(std::move(rows));
}

}  // namespace sim::validate
