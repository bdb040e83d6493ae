#include "sim/parallel/memory.hpp"

#include "sim/config/catalog.hpp"
#include "tests/support/catch.hpp"

using namespace sim::parallel;

namespace {

struct Setup {
  sim::model::Transformer model = sim::config::load_model("megatron-22b");
  Strategy strategy;
  sim::model::Sharding sharding;
  Setup() {
    strategy.tp = 8;
    strategy.etp = 8;
    strategy.sequence_parallel = true;
    strategy.micro_batch = 4;
    sharding = {8, 1, 1, 8, true, 4, 2048, 2};
  }
  [[nodiscard]] std::vector<StageMemory> memory(bool fused = false) const {
    const Schedule schedule = make_schedule(strategy.schedule, strategy.pp, strategy.vpp, 16);
    return memory_by_stage(model, sharding, strategy, make_layout(strategy, model.layers), schedule, StateBytes{},
                           fused);
  }
};

}  // namespace

TEST_CASE("training state is 18 bytes a parameter, and ZeRO shards it stage by stage") {
  // Rajbhandari et al. 2020, section 3: weights 2, gradients 4 (fp32 main gradients here), Adam 12.
  Setup setup;
  setup.strategy.dp = 4;
  const auto bytes = [&](int zero) {
    setup.strategy.zero = zero;
    const StageMemory stage = setup.memory().front();
    return std::array<double, 4>{stage.parameters, stage.weights.value(), stage.gradients.value(),
                                 stage.optimizer.value()};
  };
  const double n = bytes(0)[0];
  CHECK(bytes(0) == std::array<double, 4>{n, 2 * n, 4 * n, 12 * n});
  CHECK(bytes(1) == std::array<double, 4>{n, 2 * n, 4 * n, 3 * n});
  CHECK(bytes(2) == std::array<double, 4>{n, 2 * n, n, 3 * n});
  CHECK(bytes(3) == std::array<double, 4>{n, n / 2, n, 3 * n});
}

TEST_CASE("activations of a pipeline stage follow Korthikanti's formulas") {
  // Per layer with tensor and sequence parallelism t: sbh / t (34 + 5 a s / h) bytes (Korthikanti et al. 2022, eq. 4);
  // selective recompute leaves 34 sbh / t, full recompute 2 sbh / t (the layer input, also cut over t).
  Setup setup;
  const double s = 2048, b = 4, h = 6144, a = 64, t = 8, layers = 48;
  const ChunkLayout chunk{0, 48, false, false, 0};
  const auto bytes = [&](Recompute recompute) {
    setup.strategy.recompute = recompute;
    return chunk_activation_bytes(setup.model, setup.sharding, setup.strategy, chunk, false);
  };
  CHECK_THAT(bytes(Recompute::none), WithinRel(layers * s * b * h / t * (34 + 5 * a * s / h), 1e-12));
  CHECK_THAT(bytes(Recompute::selective), WithinRel(layers * s * b * h / t * 34, 1e-12));
  CHECK_THAT(bytes(Recompute::full), WithinRel(layers * s * b * h / t * 2, 1e-12));
}

TEST_CASE("elementwise recompute drops the inputs that norms and GeLU can make again, and nothing else") {
  // Per layer: outputs of two norms, 2 sbh / t each, and of GeLU, 2 s b 4h / t: 12 sbh / t of the 34. Queries, keys and
  // values stay.
  Setup setup;
  const double sbh_t = 2048.0 * 4 * 6144 / 8;
  const ChunkLayout chunk{0, 1, false, false};
  const auto bytes = [&](Recompute recompute) {
    setup.strategy.recompute = recompute;
    return chunk_activation_bytes(setup.model, setup.sharding, setup.strategy, chunk, true);
  };
  CHECK_THAT(bytes(Recompute::none) - bytes(Recompute::elementwise), WithinRel(12 * sbh_t, 1e-12));
}

TEST_CASE("the first stage of a pipeline holds the most activations") {
  Setup setup;
  setup.strategy.pp = 4;
  const std::vector<StageMemory> stages = setup.memory();
  REQUIRE(stages.size() == 4);
  // 1F1B keeps 4, 3, 2 and 1 micro-batches of equal layers.
  CHECK(stages[0].activations > stages[1].activations);
  CHECK_THAT(stages[1].activations.value() / stages[2].activations.value(), WithinRel(1.5, 1e-12));
}

TEST_CASE("offloaded activations leave two layers' worth on the chip") {
  Setup setup;
  const StageMemory kept = setup.memory().front();
  setup.strategy.offload.activations = true;
  const StageMemory moved = setup.memory().front();
  CHECK_THAT(moved.activations.value(), WithinRel(kept.activations.value() * 2 / 48, 1e-12));  // 48 layers
  CHECK_THAT((moved.activations + moved.host).value(), WithinRel(kept.activations.value(), 1e-12));
  CHECK(kept.host.value() == 0);
}

TEST_CASE("beside what is held the runtime takes 2 GB, and fragments 3 %") {
  CHECK_THAT(overhead_bytes(sim::Bytes(100e9)).value(), WithinRel(5e9, 1e-12));
}
