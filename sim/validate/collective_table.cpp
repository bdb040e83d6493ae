#include "sim/validate/collective_table.hpp"

#include <memory>
#include <numeric>

#include "sim/config/catalog.hpp"
#include "sim/config/yaml_source.hpp"
#include "sim/iteration/geometry.hpp"
#include "sim/validate/csv_table.hpp"
#include "sim/validate/record_job.hpp"
#include "sim/validate/record_machine.hpp"

namespace sim::validate {
namespace {

constexpr std::int64_t kMostChips = 100'000;
constexpr std::int64_t kMostBytes = 1'000'000'000'000'000;
constexpr double kMicrosecond = 1e-6;

std::string id_of(const MeasuredCollective& row) {
  return row.chip + " " + row.software + " " + row.collective + " " + std::to_string(row.gpus) + " chips " +
         std::to_string(row.bytes) + " B";
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

/// A node as the engine sees it, idle.
struct IdleNode {
  iteration::Job job;
  iteration::FabricView view;
};

std::unique_ptr<IdleNode> make_node(const std::string& chip, int gpus) {
  iteration::FleetEntry entry;
  entry.chip = config::load_chip(chip);
  entry.node = usual_node(entry.chip, gpus);
  entry.count = entry.node.chips;
  if (gpus > entry.node.chips) {
    throw Unsupported("a node of " + entry.chip.id + " has " + std::to_string(entry.node.chips) + " chips, not " +
                      std::to_string(gpus));
  }
  if (entry.chip.scale_up && !entry.chip.scale_up->link.empty()) {
    entry.link = config::load_link(entry.chip.scale_up->link);
    entry.link->in_step_share.value = 1;  // benchmarks have the links for themselves
  }
  auto node = std::make_unique<IdleNode>();
  node->job.fleet.push_back(std::move(entry));
  node->view = iteration::build_fabric(node->job);
  return node;
}

/// Nodes by chip and members, built once each.
class IdleNodes {
 public:
  [[nodiscard]] const IdleNode& node(const std::string& chip, int gpus) {
    std::unique_ptr<IdleNode>& node = nodes_[{chip, gpus}];
    if (!node) node = make_node(chip, gpus);
    return *node;
  }

 private:
  std::map<std::pair<std::string, int>, std::unique_ptr<IdleNode>> nodes_;
};

double price(const MeasuredCollective& measured, IdleNodes& nodes, TimedRow& row) {
  const cost::Collective collective = collective_of(measured.collective);
  const IdleNode& node = nodes.node(measured.chip, measured.gpus);
  std::vector<topology::ChipId> members(static_cast<std::size_t>(measured.gpus));
  std::iota(members.begin(), members.end(), topology::ChipId{0});
  const cost::GroupShape shape = iteration::geometry_of(node.view, members).shape;
  row.link = shape.link != nullptr ? shape.link->id : "host bus";
  return cost::collective_time(collective, shape, Bytes(static_cast<double>(measured.bytes))).total().value();
}

}  // namespace

std::vector<MeasuredCollective> parse_collectives(const std::string& text, const std::string& name) {
  CsvTable table(text, name, {"chip", "software", "collective", "gpus", "bytes", "latency_us"});
  std::vector<MeasuredCollective> rows;
  while (table.next()) {
    MeasuredCollective& row = rows.emplace_back();
    row.chip = table.word("chip");
    row.software = table.word("software");
    row.collective = table.word("collective");
    row.gpus = static_cast<int>(table.whole("gpus", 2, kMostChips));
    row.bytes = table.whole("bytes", 1, kMostBytes);
    row.seconds = table.positive("latency_us") * kMicrosecond;
  }
  table.finish();
  return rows;
}

std::vector<MeasuredCollective> read_collectives(const std::string& path) {
  const config::YamlSource source = config::read_source(path);
  return parse_collectives(source.text(), source.name());
}

TimingTable score_collectives(const std::vector<MeasuredCollective>& collectives) {
  IdleNodes nodes;
  std::vector<TimedRow> rows;
  for (const MeasuredCollective& collective : collectives) {
    TimedRow& row = rows.emplace_back();
    row.id = id_of(collective);
    row.chip = collective.chip;
    row.kind = collective.collective;
    row.software = collective.software;
    row.measured_seconds = collective.seconds;
    predict(row, [&] { return price(collective, nodes, row); });
  }
  return tabulate_timings(std::move(rows));
}

}  // namespace sim::validate
