#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "sim/base/quantity.hpp"
#include "sim/config/calibration.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/describe_model.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/scenario.hpp"
#include "sim/config/schedule_file.hpp"
#include "sim/config/topology_file.hpp"

namespace sim::config {
namespace {

using iteration::FleetEntry;
using iteration::Job;

// Bytes of training state per parameter. Adam: fp32 master weight and two fp32 moments; SGD: master and momentum.
// Narrow formats keep 2-byte weights (fp8 training stores bf16 copies; Micikevicius et al. 2022).
parallel::StateBytes state_bytes(const TrainingSpec& training) {
  const bool is_wide = hardware::bits(training.precision) >= 32;
  parallel::StateBytes state;
  state.weight = is_wide ? 4 : 2;
  state.gradient = training.gradient_precision == 0 ? 4 : 2;
  const double master = is_wide ? 0 : 4;
  state.optimizer = master + (training.optimizer == 0 ? 8 : 4);
  return state;
}

template <class Load>
auto at_key(const std::string& path, const Value& root, Load&& load) {
  try {
    return load();
  } catch (const InputError& error) {
    std::vector<Diagnostic> diagnostics = error.diagnostics();
    for (Diagnostic& diagnostic : diagnostics) {
      if (diagnostic.mark.file.empty()) diagnostic.message = path + ": " + diagnostic.message;
    }
    throw with_places(InputError(std::move(diagnostics)), root);
  }
}

const Value& fleet_item(const Value& root, std::size_t index) {
  return root.find("fleet")->items[index];
}

model::Transformer load_scenario_model(const LoadedScenario& loaded) {
  if (loaded.scenario.model != kInline) {
    return at_key("model", loaded.root, [&] { return load_model(loaded.scenario.model); });
  }
  Diagnostics diagnostics;
  model::Transformer model =
      read<model::Transformer>(*loaded.root.find("model"), diagnostics, DescribeByType{}, {}, {}, "model");
  diagnostics.throw_if_any();
  return model;
}

hardware::SoftwarePreset load_preset(const std::string& id) {
  hardware::SoftwarePreset software = load_software(id);
  if (!software.collectives.empty()) (void)load_library(software.collectives);
  return software;
}

// The simulation counts links, export rules count the rate: they must speak of the same ports. What a link can use is
// its wire rate less headers and framing, a tenth to a fourth (catalog/links).
void check_port(const hardware::ScaleUpPort& port, const hardware::LinkGeneration& link) {
  constexpr double kLeast = 0.6;
  const double usable = port.links * link.usable_rate.value.value(), wire = port.wire_rate.value.value();
  if (usable <= wire && usable >= kLeast * wire) return;
  throw InputError(
      fmt::format("chip.scale_up: wire_rate is {} and {} links of {} can use {}", format_quantity(wire, "data rate"),
                  port.links, link.id, format_quantity(usable, "data rate")),
      "`links` sets the speed of a simulation, `wire_rate` what export rules see: state both");
}

FleetEntry make_entry(const LoadedScenario& loaded, std::size_t index, const std::string& library) {
  const FleetSpec& spec = loaded.scenario.fleet[index];
  const std::string path = "fleet." + std::to_string(index);
  const std::string topologies = (data_directory() / "topologies").string();
  FleetEntry entry;
  entry.count = spec.count;
  entry.chip = at_key(path + ".chip", loaded.root, [&] {
    if (spec.chip != kInline) return load_chip(spec.chip);
    return read_chip(*fleet_item(loaded.root, index).find("chip"), path + ".chip");
  });
  entry.kernels = at_key(path + ".chip", loaded.root, [&] { return load_kernels(entry.chip.kernels); });
  const topology::TopologySpec topology = at_key(path + ".topology", loaded.root, [&] {
    return spec.topology == kInline
               ? read_topology(*fleet_item(loaded.root, index).find("topology"), topologies, path + ".topology")
               : load_topology(spec.topology, topologies);
  });
  entry.node = topology.node;
  entry.fabric = topology.fabric;
  if (entry.chip.scale_up && !entry.chip.scale_up->link.empty()) {
    entry.link = at_key(path + ".chip", loaded.root,
                        [&] { return load_link(entry.chip.scale_up->link, Constants::fitted, library); });
    at_key(path + ".chip", loaded.root, [&] { check_port(*entry.chip.scale_up, *entry.link); });
  }
  at_key(path + ".topology", loaded.root, [&] { check_drawn(topology, entry.chip, entry.link, entry.count); });
  return entry;
}

std::optional<hardware::NetworkKind> network_at(const LoadedScenario& loaded, const std::string& path,
                                                const topology::FabricSpec& fabric) {
  if (fabric.kind == topology::FabricKind::none) return std::nullopt;
  return at_key(path + ".topology.fabric.network", loaded.root, [&] { return load_network(fabric.network); });
}

// Entries of one fabric leave it to the job; islands keep their own.
void join_entries(const LoadedScenario& loaded, Job& job) {
  const topology::JoinSpec& join = loaded.scenario.join;
  if (!join.network.empty()) job.join = join;
  std::vector<topology::FabricSpec> fabrics;
  for (const FleetEntry& entry : job.fleet) fabrics.push_back(*entry.fabric);
  const auto add_key = [](const InputError& error) {
    std::vector<Diagnostic> diagnostics = error.diagnostics();
    for (Diagnostic& diagnostic : diagnostics) diagnostic.message = "fabric: " + diagnostic.message;
    return InputError(std::move(diagnostics));
  };
  try {
    topology::check_join(fabrics, job.join);
  } catch (const InputError& error) {
    throw with_places(add_key(error), loaded.root);
  }
  job.fabric = fabrics.front();
  job.network = network_at(loaded, "fleet.0", job.fabric);
  for (std::size_t index = 0; index < job.fleet.size(); ++index) {
    if (!job.join) job.fleet[index].fabric.reset();
    if (job.join) job.fleet[index].network = network_at(loaded, "fleet." + std::to_string(index), fabrics[index]);
  }
  if (job.join) job.join_network = at_key("fabric.network", loaded.root, [&] { return load_network(join.network); });
}

// Whether plan::divide() has still to find how the entries share the job.
bool leaves_division_open(const Job& job) {
  using By = iteration::Division::By;
  return job.division.by == By::automatic || (job.division.by != By::order && job.division.shares.empty());
}

void fill_in_sizes(const Scenario& scenario, Job& job) {
  using By = iteration::Division::By;
  parallel::Strategy& s = job.strategy;
  const double cell = double{1} * s.tp * s.pp * s.cp;  // may be beyond whole numbers until it is checked
  job.division = scenario.placement;
  if (job.fleet.size() == 1 && job.division.by == By::automatic) job.division.by = By::order;
  if (s.dp == 0 && job.division.by == By::replicas) {
    for (const int share : job.division.shares) s.dp += share;
  }
  if (s.dp == 0 && !leaves_division_open(job)) s.dp = std::max(1, static_cast<int>(job.chips() / cell));
  if (s.etp == 0) s.etp = s.tp;
}

void read_schedule(const LoadedScenario& loaded, Job& job) {
  if (loaded.scenario.schedule_file.empty()) return;
  job.schedule_file = loaded.scenario.schedule_file;
  job.schedule = at_key("parallel.schedule_file", loaded.root, [&] { return load_schedule(job.schedule_file); });
  job.strategy.file_schedule = {job.schedule->placement, splits_backward(*job.schedule)};
}

// How the router spreads tokens is the run's as much as the model's.
void set_expert_load(const TrainingSpec& training, const parallel::Strategy& strategy, model::Transformer& model) {
  const auto need_experts = [&model](const char* key, double value) {
    if (value > 0 && !model.experts) {
      throw infeasible(std::string("training.") + key + ": the model has no experts", "leave it out");
    }
  };
  need_experts("expert_imbalance", training.expert_imbalance);
  need_experts("expert_capacity", training.expert_capacity);
  if (!model.experts) return;
  if (training.expert_capacity > 0 && strategy.expert_exchange == model::ExpertExchange::deduplicated) {
    throw infeasible(
        "training.expert_capacity: padded rows belong to one expert each, so ep_exchange: deduplicated has "
        "nothing to leave out",
        "use direct or hierarchical");
  }
  if (training.expert_imbalance > 0) model.experts->imbalance = training.expert_imbalance;
  model.experts->capacity = training.expert_capacity;
}

// "nic 12", "scale_up 12", "leaf 3/2" or "spine 3".
iteration::Degradation link_degradation(const std::string& text, const std::string& path) {
  using Part = iteration::Degradation::Part;
  iteration::Degradation made;
  char kind[16] = "";
  unsigned index = 0, rail = 0;
  int end = 0;
  const int found = std::sscanf(text.c_str(), "%15s %9u%n/%9u%n", kind, &index, &end, &rail, &end);
  const std::string name = kind;
  const bool is_whole = found >= 2 && end == static_cast<int>(text.size());
  made.index = index;
  made.rail = rail;
  if (is_whole && found == 2 && name == "nic") {
    made.part = Part::nic;
  } else if (is_whole && found == 2 && name == "scale_up") {
    made.part = Part::scale_up;
  } else if (is_whole && name == "leaf") {
    made.part = Part::leaf;
  } else if (is_whole && found == 2 && name == "spine") {
    made.part = Part::spine;
  } else {
    throw InputError(path + ".link: there is no link \"" + text + "\"",
                     "links are named nic N, scale_up N (of chip N), leaf P/R (rail R of pod P) or spine P");
  }
  return made;
}

std::vector<iteration::Degradation> make_degradations(const LoadedScenario& loaded) {
  std::vector<iteration::Degradation> list;
  for (std::size_t i = 0; i < loaded.scenario.degrade.size(); ++i) {
    const DegradeSpec& spec = loaded.scenario.degrade[i];
    iteration::Degradation made;
    if (!spec.link.empty()) {
      made = link_degradation(spec.link, "degrade." + std::to_string(i));
    } else {
      made.part = spec.chip >= 0 ? iteration::Degradation::Part::chip : iteration::Degradation::Part::node;
      made.index = static_cast<std::uint32_t>(spec.chip >= 0 ? spec.chip : spec.node);
    }
    made.factor = spec.factor;
    list.push_back(made);
  }
  return list;
}

}  // namespace

Job make_job(const LoadedScenario& loaded) {
  const Scenario& scenario = loaded.scenario;
  Job job;
  job.name = scenario.name;
  job.model = load_scenario_model(loaded);
  job.training.tokens = scenario.training.tokens;
  job.training.sequence_length =
      scenario.training.sequence_length > 0 ? scenario.training.sequence_length : job.model.context;
  job.training.global_batch = scenario.training.global_batch;
  job.training.document_length = scenario.training.document_length;
  job.training.precision = scenario.training.precision;
  job.training.state = state_bytes(scenario.training);
  job.training.gradient_wire_bytes = job.training.state.gradient;
  job.software = at_key("software", loaded.root, [&] { return load_preset(scenario.software); });
  for (std::size_t index = 0; index < scenario.fleet.size(); ++index) {
    job.fleet.push_back(make_entry(loaded, index, job.software.collectives));
  }
  join_entries(loaded, job);
  job.strategy = scenario.strategy;
  read_schedule(loaded, job);
  if (!scenario.calibration.empty()) {
    at_key("calibration", loaded.root, [&] {
      lay_calibration_over(job, scenario.calibration);
      return true;
    });
  }
  fill_in_sizes(scenario, job);
  try {
    set_expert_load(scenario.training, job.strategy, job.model);
    job.degradations = make_degradations(loaded);
    (void)check_constraint(loaded, job);
    if (!leaves_division_open(job) && !scenario.searches) check_feasible(job);
  } catch (const InputError& error) {
    throw with_places(error, loaded.root);
  }
  return job;
}

}  // namespace sim::config
