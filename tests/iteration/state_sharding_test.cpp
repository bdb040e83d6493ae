#include "sim/cost/collective_time.hpp"
#include "sim/iteration/fabric_view.hpp"
#include "sim/iteration/geometry.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using cost::Collective;
using iteration::Job;
using test::job_of;
using test::seconds_of;
using test::simulated;

namespace {

// Llama 2 7B, data parallelism alone, on two nodes of eight H100.
Job sixteen(const std::vector<std::string>& changes) {
  std::vector<std::string> overrides{"model=llama2-7b", "fleet.0.count=16", "parallel={zero: 1}",
                                     "training.sequence_length=4096", "training.global_batch=16"};
  overrides.insert(overrides.end(), changes.begin(), changes.end());
  return job_of("gpt4_h100", overrides);
}

// Uncontended time of a collective over chips of the job's machine.
double exchange(const Job& job, const std::vector<topology::ChipId>& chips, Collective collective, double bytes) {
  const iteration::FabricView view = iteration::build_fabric(job);
  return collective_time(collective, geometry_of(view, chips).shape, Bytes(bytes)).total().value();
}

std::vector<topology::ChipId> chips_from_to(topology::ChipId first, topology::ChipId end) {
  std::vector<topology::ChipId> chips;
  for (topology::ChipId chip = first; chip < end; ++chip) chips.push_back(chip);
  return chips;
}

// Time of the optimizer kernel over `parameters`.
double update(const Job& job, double parameters) {
  const Bytes bytes(parameters * job.software.optimizer_bytes.value);
  return cost::traffic_time(pricing_of(job, job.fleet.front()), bytes, 1).total().value();
}

// The whole step: the norm of the gradients and the update, where the software scales nothing.
double step(const Job& job, double parameters) {
  REQUIRE(job.software.gradient_scale_bytes.value == 0);
  const Bytes bytes(parameters * job.software.gradient_norm_bytes.value);
  return cost::traffic_time(pricing_of(job, job.fleet.front()), bytes, 1).total().value() + update(job, parameters);
}

}  // namespace

TEST_CASE("HSDP takes its closed form: scatter in the node, reduce between nodes, gather in the node") {
  const Job all = sixteen({}), hybrid = sixteen({"parallel.zero_group=8"});
  const double parameters = job_memory(all).front().parameters;
  const double gradients = parameters * all.training.gradient_wire_bytes;
  const double weights = parameters * all.training.state.weight;
  const auto node = chips_from_to(0, 8), whole = chips_from_to(0, 16);
  // The eight pairs of chips that hold the same part use one NIC each, at the same time.
  const double expected_hybrid = exchange(hybrid, node, Collective::reduce_scatter, gradients) +
                                 exchange(hybrid, {0, 8}, Collective::all_reduce, gradients / 8) +
                                 exchange(hybrid, node, Collective::all_gather, weights) + step(hybrid, parameters / 8);
  const double expected_all = exchange(all, whole, Collective::reduce_scatter, gradients) +
                              exchange(all, whole, Collective::all_gather, weights) + step(all, parameters / 16);
  CHECK_THAT(seconds_of(hybrid) - seconds_of(all), WithinAbs(expected_hybrid - expected_all, 1e-6));
}

TEST_CASE("a group of all ranks is plain ZeRO, and memory follows the group") {
  for (const char* zero : {"parallel.zero=1", "parallel.zero=2", "parallel.zero=3"}) {
    CAPTURE(zero);
    CHECK(seconds_of(sixteen({zero, "parallel.zero_group=16"})) == seconds_of(sixteen({zero})));
  }
  // 6.74e9 parameters x 12 bytes of Adam state: over 8 ranks twice as much as over 16.
  const auto optimizer = [](const Job& job) { return job_memory(job).front().optimizer.value(); };
  CHECK_THAT(optimizer(sixteen({"parallel.zero_group=8"})), WithinRel(2 * optimizer(sixteen({})), 1e-12));
  CHECK_THAT(optimizer(sixteen({"parallel.zero_group=1"})), WithinRel(16 * optimizer(sixteen({})), 1e-12));
}

TEST_CASE("FSDP's prefetch hides gathers: deeper is never slower, and none is slowest") {
  const auto at_depth = [](int depth) {
    return seconds_of(sixteen({"parallel.zero=3", "parallel.prefetch=" + std::to_string(depth)}));
  };
  const double none = at_depth(0), one = at_depth(1), two = at_depth(2);
  CHECK(none > 1.02 * one);
  CHECK(two <= one + 1e-9);  // prefix times round to picoseconds
}

TEST_CASE("a stack that gathers module by module pays the start of each gather, and nothing hides it") {
  const Job whole = sixteen({"parallel.zero=3", "parallel.prefetch=0"});
  Job pieces = whole;
  pieces.software.zero3.gathers_a_layer = 4;
  const double layer = 2 * layer_rank_parameters(whole.model, sharding_of(whole), false).dense;
  const auto sixteen_chips = chips_from_to(0, 16);
  const double one = exchange(whole, sixteen_chips, Collective::all_gather, layer);
  const double four = 4 * exchange(whole, sixteen_chips, Collective::all_gather, layer / 4);
  // One micro-batch: each of 32 layers is gathered in both passes.
  CHECK(four > one);
  CHECK_THAT(seconds_of(pieces) - seconds_of(whole), WithinAbs(64 * (four - one), 1e-6));
}

TEST_CASE("rails: parameters and gradients of ZeRO-3 take the node's NICs over those that carry them times as long") {
  const Job all = sixteen({"parallel.zero=3", "parallel.prefetch=0"});
  Job one = all, eight = all;
  one.software.zero3.rails.value = 1;
  eight.software.zero3.rails.value = 8;
  const auto chips = chips_from_to(0, 16);
  const iteration::FabricView view = iteration::build_fabric(all);
  const auto shape = geometry_of(view, chips).shape;
  REQUIRE(shape.nics_per_node == 8);
  const auto longer = [&](Collective collective, double bytes) {
    const cost::CollectiveTime time = collective_time(collective, shape, Bytes(bytes));
    return 8 * time.nic_usage * bytes / shape.nic_rate.value() - time.transfer.value();
  };
  // The embedding and 32 layers are gathered in both passes, the head once; all scatter their gradients once.
  const auto unit = [&](const model::RankParameters& held, int gathers) {
    return gathers * longer(Collective::all_gather, held.dense * all.training.state.weight) +
           longer(Collective::reduce_scatter, held.dense * all.training.gradient_wire_bytes);
  };
  const model::Sharding cut = sharding_of(all);
  const double expected = unit(embedding_rank_parameters(all.model, cut), 2) +
                          32 * unit(layer_rank_parameters(all.model, cut, false), 2) +
                          unit(head_rank_parameters(all.model, cut), 1);
  CHECK_THAT(seconds_of(one) - seconds_of(all), WithinAbs(expected, 1e-6));
  CHECK(seconds_of(eight) == seconds_of(all));
}

TEST_CASE("how far ZeRO-3 gathers ahead is the software's, unless the scenario says so") {
  const Job asked = sixteen({"parallel.zero=3", "parallel.prefetch=1"});
  Job left = sixteen({"parallel.zero=3"}), waits = left;
  CHECK(seconds_of(left) == seconds_of(asked));
  waits.software.zero3.prefetch = 0;
  CHECK(seconds_of(waits) == seconds_of(sixteen({"parallel.zero=3", "parallel.prefetch=0"})));
  Job overruled = asked;
  overruled.software.zero3.prefetch = 0;
  CHECK(seconds_of(overruled) == seconds_of(asked));
}

TEST_CASE("smaller buckets start sooner: what is left after the last pass is one bucket") {
  const auto with_bucket = [](const std::string& parameters) {
    return seconds_of(sixteen({"parallel.overlap.dp_gradients=true", "parallel.bucket_parameters=" + parameters}));
  };
  CHECK(with_bucket("2e8") < with_bucket("1e11"));
  CHECK(with_bucket("1e11") == with_bucket("1e12"));
}

TEST_CASE("norm and scaling of gradients are passes over the parameters that a rank owns") {
  const Job plain = sixteen({});
  Job scaled = plain;
  scaled.software.gradient_norm_bytes.value += 10;
  scaled.software.gradient_scale_bytes.value = 8;
  const double owned = job_memory(plain).front().parameters / 16;
  const auto pass = [&](double bytes) {
    return cost::traffic_time(pricing_of(plain, plain.fleet.front()), Bytes(owned * bytes), 1).total().value();
  };
  const double norm = plain.software.gradient_norm_bytes.value;
  CHECK_THAT(seconds_of(scaled) - seconds_of(plain), WithinAbs(pass(norm + 10) - pass(norm) + pass(8), 1e-9));
}

TEST_CASE("the optimizer on the host: its traffic and its update replace the chip's, its bytes leave the chip") {
  const Job on_chip = sixteen({}), on_host = sixteen({"parallel.offload.optimizer=true"});
  const double owned = job_memory(on_chip).front().parameters / 16;
  const double link = on_host.fleet[0].node.host_rate.value.value() > 0
                          ? on_host.fleet[0].node.host_rate.value.value()
                          : on_host.fleet[0].chip.host_link->value.value();
  // Down with 4-byte gradients, 41 GB/s of host memory each, up with 2-byte weights; two copies start in 10 us each.
  const double expected = owned * (on_host.training.state.gradient + on_host.training.state.weight) / link + 2 * 10e-6 +
                          owned * on_host.software.optimizer_bytes.value / 41e9 - update(on_chip, owned);
  CHECK_THAT(seconds_of(on_host) - seconds_of(on_chip), WithinAbs(expected, 1e-6));
  const parallel::StageMemory memory = job_memory(on_host).front();
  CHECK(memory.optimizer == Bytes(0));
  CHECK(memory.host == job_memory(on_chip).front().optimizer);
}

TEST_CASE("offloaded activations leave the chip and cost time only where the host link is slower than the layer") {
  const Job kept = sixteen({}), moved = sixteen({"parallel.offload.activations=true"});
  Job fast = moved, slow = moved;
  fast.fleet[0].node.host_rate.value = BytesPerSecond(64e12);
  slow.fleet[0].node.host_rate.value = BytesPerSecond(8e9);
  CHECK(job_memory(moved).front().activations < 0.2 * job_memory(kept).front().activations);
  CHECK(seconds_of(moved) >= seconds_of(fast));
  CHECK_THAT(seconds_of(fast), WithinRel(seconds_of(kept), 1e-2));
  CHECK(seconds_of(slow) > 1.5 * seconds_of(kept));
}

TEST_CASE("recompute of some layers lies between none and all, in time and in memory") {
  const auto with = [](const std::string& layers) {
    return sixteen({"parallel.recompute=full", "parallel.recompute_layers=" + layers});
  };
  const Job none = sixteen({}), some = with("8"), more = with("16"), all = with("0");
  const auto activations = [](const Job& job) { return job_memory(job).front().activations; };
  CHECK(seconds_of(none) < seconds_of(some));
  CHECK(seconds_of(some) < seconds_of(more));
  CHECK(seconds_of(more) < seconds_of(all));
  CHECK(activations(all) < activations(more));
  CHECK(activations(more) < activations(some));
  CHECK(activations(some) < activations(none));
  CHECK(seconds_of(with("32")) == seconds_of(all));
}

TEST_CASE("recompute by stage: the early stages, which hold the most micro-batches, may recompute alone") {
  const auto with = [](const std::string& keys) {
    return job_of("gpt4_h100", {"model=llama2-7b", "fleet.0.count=4", "training.sequence_length=4096",
                                "training.global_batch=16", "parallel={pp: 4, recompute: full" + keys + "}"});
  };
  const Job all = with(""), early = with(", recompute_stages: [8, 8, 0, 0]"),
            equal = with(", recompute_stages: [8, 8, 8, 8]");
  CHECK(seconds_of(equal) == seconds_of(all));
  CHECK(seconds_of(early) < seconds_of(all));
  const auto stages = job_memory(early), whole = job_memory(all);
  CHECK(stages[0].activations == whole[0].activations);
  CHECK(stages[3].activations > whole[3].activations);
}

TEST_CASE("rank order decides what crosses nodes: tensor groups over nodes are the slowest") {
  const auto ordered = [](const std::string& order) {
    return seconds_of(job_of("gpt4_h100", {"model=llama2-7b", "fleet.0.count=64", "training.sequence_length=4096",
                                           "training.global_batch=32",
                                           "parallel={tp: 4, pp: 2, zero: 1, "
                                           "sequence_parallel: true, rank_order: [" +
                                               order + "]}"}));
  };
  const double megatron = ordered("tp, cp, dp, pp");
  CHECK(megatron < ordered("pp, dp, cp, tp"));
  CHECK(ordered("tp, dp, cp, pp") == megatron);  // cp is 1
  CHECK(ordered("dp, tp, cp, pp") > megatron);
}

TEST_CASE("waiting for several exchanges in a row is waiting for links, not for other ranks") {
  // Equal ranks without a pipeline have nobody to wait for: all waiting is transfer and latency.
  const Job job = sixteen({"parallel.bucket_parameters=1e8"});
  Job slow = job;
  slow.fleet[0].node.nic_rate.value *= 0.05;
  for (const Job& one : {job, slow}) {
    const iteration::IterationResult result = simulated(one);
    CHECK(result.pacing.staves[iteration::index(iteration::Stave::bubble)] < 1e-3 * result.seconds.value());
  }
}
