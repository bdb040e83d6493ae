#include <random>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/topology_file.hpp"
#include "sim/engine/run.hpp"
#include "sim/iteration/simulate.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using iteration::Degradation;
using Part = Degradation::Part;

namespace {

/// Draws small jobs: every choice that a scenario offers, on up to 96 chips. The seed alone decides.
class JobDraw {
 public:
  explicit JobDraw(unsigned seed) : random_(seed) {}

  iteration::Job job() {
    iteration::Job job;
    job.name = "random";
    job.software = config::load_software(pick({"megatron-2021", "transformer-engine-2023", "fsdp-2023"}));
    draw_model(job);
    draw_strategy(job);
    draw_fleet(job);
    draw_degradations(job);
    return job;
  }

 private:
  int below(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  template <class T>
  T pick(std::initializer_list<T> choices) {
    return *(choices.begin() + below(static_cast<int>(choices.size())));
  }

  void draw_model(iteration::Job& job) {
    job.model = config::load_model(pick({"llama2-7b", "mixtral-8x7b", "megatron-7.5b", "llama3.1-8b"}));
    job.model.layers = pick({4, 6, 8});
    if (job.model.experts) job.model.experts->moe_layers = job.model.layers;
    job.training.sequence_length = 1024;
    job.training.tokens = 1e9;
  }

  void draw_strategy(iteration::Job& job) {
    parallel::Strategy& s = job.strategy;
    s.tp = pick({1, 2, 4, 8});
    s.pp = pick({1, 2, 3, 4});
    s.dp = pick({1, 2, 3, 4, 5});
    s.cp = pick({1, 1, 1, 2});
    s.sequence_parallel = s.tp > 1;
    s.ep = job.model.experts ? pick({1, 2, 4}) : 1;
    s.etp = job.model.experts ? pick({1, s.tp}) : s.tp;
    s.zero = pick({0, 1, 2, 3});
    s.micro_batch = pick({1, 2});
    s.recompute = static_cast<parallel::Recompute>(below(4));
    s.recompute_layers = s.recompute == parallel::Recompute::none ? 0 : pick({0, 0, 1});
    s.schedule = static_cast<parallel::ScheduleKind>(below(static_cast<int>(parallel::ScheduleKind::file)));
    const bool takes_chunks =
        s.schedule == parallel::ScheduleKind::interleaved || s.schedule == parallel::ScheduleKind::breadth_first;
    if (takes_chunks && s.pp > 1) s.vpp = pick({1, 2});
    if (s.schedule == parallel::ScheduleKind::zb_v) s.vpp = 2;
    s.overlap = {below(2) == 0, below(2) == 0, below(2) == 0, below(2) == 0, below(2) == 0, below(2) == 0};
    if (s.zero > 0) s.zero_group = pick({0, 0, s.dp, s.cp});
    if (s.zero == 3) s.prefetch = pick({0, 1, 2});
    s.bucket_parameters = pick({0.0, 1e8});
    s.offload = {below(8) == 0, below(8) == 0};
    s.context_exchange = pick({model::ContextExchange::ring, model::ContextExchange::all_to_all});
    s.expert_exchange = static_cast<model::ExpertExchange>(below(3));
    job.training.global_batch = std::int64_t{s.dp} * s.micro_batch * pick({1, 2, 3, 4, 5, 6, 8});
  }

  void draw_fleet(iteration::Job& job) {
    iteration::FleetEntry entry;
    const bool is_volta = below(4) == 0;
    entry.chip = config::load_chip(is_volta ? "V100-SXM2-32GB" : pick({"A100-SXM4-80GB", "H100-SXM5-80GB"}));
    entry.kernels = config::load_kernels(entry.chip.kernels);
    entry.link = config::load_link(entry.chip.scale_up->link);
    const std::string name = is_volta ? "dgx1_v100_fat_tree_edr100" : "dgx_h100_rail_ndr400";
    const auto topology = config::load_topology(name, (config::data_directory() / "topologies").string());
    entry.node = topology.node;
    job.fabric = topology.fabric;
    job.fabric.nodes_per_pod = pick({1, 2, 3, 4});
    job.fabric.pods_per_core = pick({0, 2});
    job.fabric.oversubscription = pick({1.0, 2.0, 4.0});
    job.fabric.routing = pick({topology::Routing::fluid, topology::Routing::fluid, topology::Routing::hashed});
    entry.count = (job.strategy.ranks() + 7) / 8 * 8;
    job.fleet = {entry};
    job.network = config::load_network(job.fabric.network);
    job.training.precision = is_volta ? hardware::Format::fp16 : hardware::Format::bf16;
  }

  void draw_degradations(iteration::Job& job) {
    const auto chips = static_cast<unsigned>(job.chips());
    for (int i = below(3); i > 0; --i) {
      const Part part = pick({Part::chip, Part::node, Part::nic});
      const auto index = static_cast<std::uint32_t>(random_() % (part == Part::node ? chips / 8 : chips));
      job.degradations.push_back({part, index, 0, pick({0.5, 0.9, 0.97})});
    }
  }

  std::mt19937 random_;
};

/// True when the draw was feasible and both runs were compared.
bool compare(unsigned seed) {
  const iteration::Job job = JobDraw(seed).job();
  iteration::IterationResult folded, full;
  try {
    folded = iteration::simulate(job, {.fold = true, .check_memory = false, .check_stability = false});
  } catch (const engine::DeadlockError& error) {
    FAIL("seed " << seed << ", schedule " << static_cast<int>(job.strategy.schedule) << ": " << error.what());
  } catch (const InputError&) {
    return false;  // such as experts that do not divide
  }
  full = iteration::simulate(job, {.fold = false, .check_memory = false, .check_stability = false});
  CAPTURE(seed, job.strategy.tp, job.strategy.pp, job.strategy.dp);
  REQUIRE(folded.seconds == full.seconds);
  REQUIRE(folded.finish == full.finish);
  return true;
}

}  // namespace

TEST_CASE("folded equals unfolded bit for bit on 300 random scenarios") {
  int compared = 0;
  for (unsigned seed = 1; compared < 300; ++seed) {
    REQUIRE(seed < 2000);
    if (compare(seed)) ++compared;
  }
  CHECK(compared == 300);
}
