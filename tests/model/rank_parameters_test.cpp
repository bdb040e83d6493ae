#include "models.hpp"
#include "tests/support/catch.hpp"

using namespace sim::model;

TEST_CASE("A GPT-4-scale stage of eight layers holds 0.92e9 expert parameters a rank at ep 16, etp 8") {
  // 8 layers x 1 expert x 2 x 10752 x 43008 / 8 = 924.8e6.
  Sharding sharding;
  sharding.tp = 8;
  sharding.ep = 16;
  sharding.etp = 8;
  const RankParameters layer = layer_rank_parameters(gpt4(), sharding, true);
  CHECK_THAT(8 * layer.experts, WithinRel(0.9248e9, 1e-3));
  // Dense: 4 x 10752^2 / 8 of attention, the router 16 x 10752 and two norms whole.
  CHECK(layer.dense == 4.0 * 10752 * 10752 / 8 + 16 * 10752 + 2 * 10752);
}

TEST_CASE("Pure tensor parallelism or ep 8 would need 15e9 expert parameters a rank and stage") {
  // 8 layers x 16 experts x 2 x 10752 x 43008 / 8.
  Sharding sharding;
  sharding.tp = 8;
  sharding.etp = 8;
  CHECK_THAT(8 * layer_rank_parameters(gpt4(), sharding, true).experts, WithinRel(14.8e9, 0.01));
  sharding.etp = 1;
  sharding.ep = 8;
  CHECK_THAT(8 * layer_rank_parameters(gpt4(), sharding, true).experts, WithinRel(14.8e9, 0.01));
}

TEST_CASE("One rank alone holds the whole model") {
  for (const Transformer& model : {gpt3(), llama2_70b(), gpt4(), deepseek_v3()}) {
    CAPTURE(model.hidden);
    const Sharding alone;
    double sum = embedding_rank_parameters(model, alone).dense;
    for (int layer = 0; layer < model.layers; ++layer) {
      const RankParameters rank = layer_rank_parameters(model, alone, has_experts(model, layer));
      sum += rank.dense + rank.experts;
    }
    const RankParameters head = head_rank_parameters(model, alone);
    sum += head.dense + head.experts;
    double expected = parameters(model).total();
    if (model.prediction_layers > 0) expected += prediction_layer_parameters(model).total();
    CHECK_THAT(sum, WithinRel(expected, 1e-12));
  }
}

TEST_CASE("Tensor parallelism cuts matrices and column biases, not norms and row biases") {
  // GPT-3, tp 8: 12 h^2 / 8, biases of QKV and the first FFN product 7h / 8; row biases 2h and LayerNorms 4h whole.
  const double h = 12288;
  Sharding sharding;
  sharding.tp = 8;
  const RankParameters rank = layer_rank_parameters(gpt3(), sharding, false);
  CHECK(rank.dense == 12 * h * h / 8 + 7 * h / 8 + 6 * h);
  CHECK(rank.experts == 0);
}

TEST_CASE("Key-value heads are copied when there are fewer than tensor-parallel ranks") {
  // Llama 2 70B at tp 16: 4 query heads and one whole key-value head a rank.
  Sharding sharding;
  sharding.tp = 16;
  const double attention = 8192.0 * (4 + 2 + 4) * 128;
  CHECK(layer_rank_parameters(llama2_70b(), sharding, false).dense == attention + 3.0 * 8192 * 28672 / 16 + 2 * 8192);
}

TEST_CASE("Latent down-projections are whole on every rank") {
  // DeepSeek-V3 dense layer, tp 8: down 7168 x (1536 + 576) whole; up-projections and output over 8; FFN over 8.
  Sharding sharding;
  sharding.tp = 8;
  const double cut = 1536.0 * 128 * 192 + 512.0 * 128 * 256 + 128.0 * 128 * 7168 + 3.0 * 7168 * 18432;
  CHECK(layer_rank_parameters(deepseek_v3(), sharding, false).dense == 7168.0 * 2112 + cut / 8 + 2 * 7168 + 1536 + 512);
}

TEST_CASE("Vocabularies are padded to a multiple of tp") {
  // 50,257 = 8 x 6,282 + 1.
  Sharding sharding;
  sharding.tp = 8;
  Transformer model = gpt3();
  model.tied_embeddings = false;
  CHECK(embedding_rank_parameters(model, sharding).dense == (6283.0 + 2048) * 12288);
  CHECK(head_rank_parameters(model, sharding).dense == 6283.0 * 12288 + 2 * 12288);
}
