#include "models.hpp"
#include "tests/support/catch.hpp"

using namespace sim::model;

TEST_CASE("GPT-3 has 174.6e9 parameters, token table counted once") {
  // A layer: 12 h^2 of matrices, 9 h of biases (qkv 3h, projection h, FFN 4h and h), two LayerNorms of 2h.
  const double h = 12288;
  const ParameterCount count = parameters(gpt3());
  CHECK_THAT(count.attention, WithinRel(96 * (4 * h * h + 4 * h), 1e-12));
  CHECK_THAT(count.dense_mlp, WithinRel(96 * (8 * h * h + 5 * h), 1e-12));
  CHECK_THAT(count.norms, WithinRel(96 * 4 * h + 2 * h, 1e-12));
  CHECK_THAT(count.embedding, WithinRel((50257 + 2048) * h, 1e-12));
  CHECK(count.logits == 0);
  CHECK_THAT(count.total(), WithinRel(174.6e9, 1e-3));
}

TEST_CASE("The rumoured GPT-4 has 1.8334e12 parameters of which 2.77e11 are active") {
  // Attention: 120 x 4 x 10752^2 = 55.490e9. Experts: 120 x 16 x 2 x 10752 x 43008 = 1775.701e9, of which top-2
  // use an eighth: 221.963e9. Router: 120 x 16 x 10752 = 20.6e6. Tables: 2 x 100256 x 10752 = 2.1559e9.
  // RMSNorm weights: (2 x 120 + 1) x 10752 = 2.6e6.
  const ParameterCount count = parameters(gpt4());
  CHECK_THAT(count.attention, WithinRel(55.490e9, 1e-4));
  CHECK_THAT(count.experts, WithinRel(1775.701e9, 1e-6));
  CHECK_THAT(count.embedding + count.logits, WithinRel(2.1559e9, 1e-4));
  CHECK_THAT(count.router, WithinRel(20.64e6, 1e-3));
  CHECK(count.dense_mlp == 0);
  CHECK_THAT(count.total(), WithinRel(1.8334e12, 1e-4));
  CHECK_THAT(active_parameters(gpt4()), WithinRel(55.490e9 + 221.963e9 + 20.64e6 + 2.6e6, 1e-5));
}

TEST_CASE("Fewer key-value heads shrink only the key and value projections") {
  // Llama 2 70B: q and output 2 x 8192^2, keys and values 2 x 8192 x 8 x 128.
  const ParameterCount layer = layer_parameters(llama2_70b(), false);
  CHECK(layer.attention == 2.0 * 8192 * 8192 + 2.0 * 8192 * 1024);
  CHECK(layer.dense_mlp == 3.0 * 8192 * 28672);
  CHECK(layer.norms == 2.0 * 8192);
}

TEST_CASE("Latent attention counts its down- and up-projections and their norms") {
  // Queries 7168 x 1536 + 1536 x 128 x 192, keys and values 7168 x 576 + 512 x 128 x 256, output 128 x 128 x 7168.
  const ParameterCount layer = layer_parameters(deepseek_v3(), true);
  CHECK(layer.attention == 11010048.0 + 37748736.0 + 4128768.0 + 16777216.0 + 117440512.0);
  CHECK(layer.norms == 2.0 * 7168 + 1536 + 512);
}

TEST_CASE("The count of DeepSeek-V3 is that of the main model, its prediction layer stands apart") {
  // README_WEIGHTS.md of the release: 671B without the prediction module, which adds 11.5B of its own.
  CHECK_THAT(parameters(deepseek_v3()).total(), WithinRel(671e9, 0.001));
  CHECK_THAT(prediction_layer_parameters(deepseek_v3()).total(), WithinRel(11.5e9, 0.01));
}

TEST_CASE("The first layers of DeepSeek-V3 are dense, with frequency 2 every second layer has experts") {
  Transformer model = deepseek_v3();
  CHECK_FALSE(has_experts(model, 2));
  CHECK(has_experts(model, 3));
  CHECK(has_experts(model, 60));
  model.layers = 8;
  model.experts->moe_layers = 3;
  model.experts->layer_frequency = 2;  // dense 0, 1; then pairs (2,3), (4,5), (6,7) with experts in the second
  int found = 0;
  for (int layer = 0; layer < 8; ++layer) found += has_experts(model, layer) ? 1 : 0;
  CHECK(found == 3);
  CHECK(has_experts(model, 3));
  CHECK_FALSE(has_experts(model, 1));
  CHECK_FALSE(has_experts(gpt3(), 0));
}

TEST_CASE("GPT-3 training needs 6N, attention over half of the context and the logits") {
  // N without tables: 96 (12 h^2 + 13 h) + 2 h = 173.961e9, 6N = 1.043767e12. Attention: scores and values are 2 x
  // 12288 multiply-adds a key, 1,024 keys on average, 6 FLOP each: 96 x 6 x 2 x 12288 x 1024 = 14.496e9. Logits 6 x
  // 50257 x 12288 = 3.7053e9.
  const FlopsPerToken flops = training_flops_per_token(gpt3(), 2048);
  CHECK_THAT(flops.parameters, WithinRel(1.043767e12, 1e-5));
  CHECK_THAT(flops.attention, WithinRel(96.0 * 6 * 2 * 12288 * 1024, 1e-12));
  CHECK_THAT(flops.logits, WithinRel(3.7053e9, 1e-4));
  CHECK(flops.prediction == 0);
}

TEST_CASE("The GPT-4-scale attention adds 3.8 % to 6N and the logits 0.4 %") {
  const FlopsPerToken flops = training_flops_per_token(gpt4(), 8192);
  CHECK_THAT(flops.parameters * 13e12, WithinRel(2.16e25, 0.003));
  CHECK_THAT(flops.attention / flops.parameters, WithinAbs(0.038, 0.0005));
  CHECK_THAT(flops.logits / flops.parameters, WithinAbs(0.004, 0.0005));
}

TEST_CASE("Grouped keys do not change attention FLOPs, latent heads count their own widths") {
  // Llama 2 70B at 4,096: 80 x 6 x 2 x 64 x 128 x 2048.
  CHECK_THAT(training_flops_per_token(llama2_70b(), 4096).attention, WithinRel(80.0 * 6 * 2 * 8192 * 2048, 1e-12));
  // DeepSeek-V3 at 4,096: 61 x 6 x 128 x (192 + 128) x 2048; one prediction layer adds 1/61 of it, its own matrices
  // and one more pass over the logits.
  const Transformer model = deepseek_v3();
  const FlopsPerToken flops = training_flops_per_token(model, 4096);
  CHECK_THAT(flops.attention, WithinRel(61.0 * 6 * 128 * 320 * 2048, 1e-12));
  // Active: attention 187.1e6, 8 + 1 experts of 3 x 7168 x 2048, router 256 x 7168, projection 2 x 7168^2, norms.
  const double active = 187105280.0 + 9 * 44040192.0 + 1835008.0 + 102760448.0 + 5 * 7168.0 + 2048;
  CHECK_THAT(flops.prediction, WithinRel(6 * active + flops.attention / 61 + flops.logits, 1e-12));
}
