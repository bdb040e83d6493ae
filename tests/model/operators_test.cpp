#include <algorithm>
#include <vector>

#include "models.hpp"
#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace sim::model;

namespace {

double product_flops(const OperatorList& operators) {
  double sum = 0;
  for (const Operator& op : operators) {
    if (const auto* product = std::get_if<MatrixProduct>(&op.what)) {
      sum += 2.0 * static_cast<double>(product->m * product->n * product->k) * product->groups;
    }
  }
  return sum;
}

double streamed_elements(const OperatorList& operators, std::string_view cost) {
  double sum = 0;
  for (const Operator& op : operators) {
    if (const auto* streaming = std::get_if<Streaming>(&op.what))
      sum += streaming->cost == cost ? streaming->elements : 0;
  }
  return sum;
}

// Matrices of a layer that one token meets: the N of 2N FLOP a token and forward pass.
double matrix_parameters(const Transformer& source, bool with_experts) {
  Transformer model = source;
  model.biases = false;
  const ParameterCount count = layer_parameters(model, with_experts);
  const double used = with_experts ? static_cast<double>(model.experts->top_k) / model.experts->experts : 0;
  return count.attention + count.dense_mlp + count.router + count.experts * used;
}

}  // namespace

TEST_CASE("The products of an unsharded layer are 2N FLOP a token") {
  struct Case {
    Transformer model;
    bool with_experts;
  };
  const std::vector<Case> cases = {
      {gpt3(), false}, {llama2_70b(), false}, {gpt4(), true}, {deepseek_v3(), true}, {deepseek_v3(), false}};
  for (const Case& each : cases) {
    CAPTURE(each.model.hidden, each.with_experts);
    Sharding sharding = whole(each.model);
    sharding.micro_batch = 2;
    const double tokens = 2.0 * static_cast<double>(each.model.context);
    CHECK_THAT(product_flops(layer_operators(each.model, sharding, each.with_experts, true)),
               WithinRel(2 * tokens * matrix_parameters(each.model, each.with_experts), 1e-12));
  }
}

TEST_CASE("Ranks of a tensor-parallel group share the products of a dense layer evenly") {
  const bool sequence_parallel = GENERATE(false, true);
  const Transformer model = GENERATE(gpt3(), llama2_70b());
  Sharding sharding = whole(model);
  const double one = product_flops(layer_operators(model, sharding, false, true));
  sharding.tp = 8;
  sharding.sequence_parallel = sequence_parallel;
  CHECK_THAT(8 * product_flops(layer_operators(model, sharding, false, true)), WithinRel(one, 1e-12));
}

TEST_CASE("Ranks share latent attention and experts evenly under sequence parallelism") {
  const Transformer model = deepseek_v3();
  Sharding sharding = whole(model);
  const double one = product_flops(layer_operators(model, sharding, true, true));
  sharding.tp = 4;
  sharding.ep = 16;
  sharding.etp = 2;
  sharding.cp = 2;
  sharding.sequence_parallel = true;
  // tp x cp = 8 ranks hold one sequence.
  CHECK_THAT(8 * product_flops(layer_operators(model, sharding, true, true)), WithinRel(one, 1e-12));
}

TEST_CASE("Without sequence parallelism experts still compute no token twice") {
  const Transformer model = gpt4();
  Sharding sharding = whole(model);
  const double one = product_flops(layer_operators(model, sharding, true, true));
  sharding.tp = 8;
  sharding.ep = 16;
  CHECK_THAT(8 * product_flops(layer_operators(model, sharding, true, true)), WithinRel(one, 1e-12));
}

TEST_CASE("Column-parallel products cut n, row-parallel products cut k") {
  const Transformer model = llama2_70b();
  Sharding sharding = whole(model);
  sharding.tp = 8;
  sharding.micro_batch = 2;
  const OperatorList layer = layer_operators(model, sharding, false, true);
  const auto qkv = std::get<MatrixProduct>(named(layer, "qkv").what);  // (64 + 2 x 8) heads of 128 over 8 ranks
  CHECK((qkv.m == 8192 && qkv.n == 1280 && qkv.k == 8192));
  const auto output = std::get<MatrixProduct>(named(layer, "attention_output").what);
  CHECK((output.m == 8192 && output.n == 8192 && output.k == 1024));
  const auto first = std::get<MatrixProduct>(named(layer, "ffn_first").what);  // both gated halves
  CHECK((first.m == 8192 && first.n == 7168 && first.k == 8192));
  const auto second = std::get<MatrixProduct>(named(layer, "ffn_second").what);
  CHECK((second.m == 8192 && second.n == 8192 && second.k == 3584));
}

TEST_CASE("The GPT-4-scale rank runs one expert of 16,384 rows with an eighth of its columns") {
  // 8,192 tokens / tp 8 x top-2 = 2,048 rows sent; gathered over etp 8: 16,384; one of 16 experts a rank.
  const Transformer model = gpt4();
  const Sharding sharding = gpt4_rank();
  const auto first = std::get<MatrixProduct>(named(layer_operators(model, sharding, true, true), "expert_first").what);
  CHECK((first.m == 16384 && first.n == 5376 && first.k == 10752 && first.groups == 1));
}

TEST_CASE("Imbalance multiplies the rows of the experts") {
  Transformer model = gpt4();
  Sharding sharding = whole(model);
  sharding.ep = 4;
  // 8,192 x 2 rows over 4 local experts: 4,096 each; a quarter more on the busiest group.
  const auto rows = [&] {
    return std::get<MatrixProduct>(named(layer_operators(model, sharding, true, true), "expert_second").what).m;
  };
  CHECK(rows() == 4096);
  model.experts->imbalance = 1.25;
  CHECK(rows() == 5120);
}

TEST_CASE("Router and logits never run in low precision") {
  const Transformer model = deepseek_v3();
  const Sharding sharding = whole(model);
  CHECK_FALSE(
      std::get<MatrixProduct>(named(layer_operators(model, sharding, true, true), "router").what).low_precision);
  CHECK_FALSE(std::get<MatrixProduct>(named(head_operators(model, sharding), "logits").what).low_precision);
}

TEST_CASE("Every streaming cost is a published key") {
  Sharding sharding = whole(deepseek_v3());
  sharding.ep = 8;
  for (const Transformer& model : {gpt3(), llama2_70b(), gpt4(), deepseek_v3()}) {
    sharding.sequence_length = model.context;
    for (const OperatorList& list : {layer_operators(model, sharding, model.experts.has_value(), true),
                                     embedding_operators(model, sharding), head_operators(model, sharding)}) {
      for (const Operator& op : list) {
        const auto* streaming = std::get_if<Streaming>(&op.what);
        if (streaming == nullptr) continue;
        CAPTURE(op.name, streaming->cost);
        CHECK(std::count(kElementwiseKeys.begin(), kElementwiseKeys.end(), streaming->cost) == 1);
      }
    }
  }
}

TEST_CASE("Sequence parallelism divides norms and residuals by tp, not activations or rope") {
  const Transformer model = llama2_70b();
  Sharding sharding = whole(model);
  sharding.tp = 8;
  const OperatorList replicated = layer_operators(model, sharding, false, true);
  sharding.sequence_parallel = true;
  const OperatorList cut = layer_operators(model, sharding, false, true);
  CHECK(streamed_elements(replicated, "norm") == 2.0 * 4096 * 8192);
  CHECK(streamed_elements(cut, "norm") == 2.0 * 4096 * 1024);
  CHECK(streamed_elements(cut, "residual") == 2.0 * 4096 * 1024);
  CHECK(streamed_elements(cut, "gated_activation") == 4096.0 * 3584);
  CHECK(streamed_elements(cut, "rope") == 4096.0 * (8 + 1) * 128);
}

TEST_CASE("Context parallelism cuts the queries, not the keys") {
  const Transformer model = llama2_70b();
  Sharding sharding = whole(model);
  sharding.tp = 16;  // 8 key-value heads: each is copied to two ranks
  sharding.cp = 4;
  const auto core = std::get<AttentionCore>(named(layer_operators(model, sharding, false, true), "attention").what);
  CHECK(core.queries == 1024);
  CHECK(core.keys == 4096);
  CHECK(core.heads == 4);
  CHECK(core.kv_heads == 1);
}

TEST_CASE("A prediction layer adds its projection, layer and logits to the head") {
  // Forward FLOP of a token: two passes over the logits, the 2h x h projection and the matrices of a layer.
  const Transformer model = deepseek_v3();
  const double logits = 2.0 * 129280 * 7168;
  const double expected = 2 * logits + 2.0 * 2 * 7168 * 7168 + 2 * matrix_parameters(model, true);
  CHECK_THAT(product_flops(head_operators(model, whole(model))), WithinRel(4096 * expected, 1e-12));
}

TEST_CASE("Widths that do not divide are infeasible, not a bug") {
  const Transformer model = gpt3();
  Sharding sharding = whole(model);
  const auto refuse = [](const Transformer& shape, const Sharding& cut, bool with_experts, const char* text) {
    try {
      (void)layer_operators(shape, cut, with_experts, true);
      FAIL("accepted");
    } catch (const sim::InputError& error) {
      CHECK(error.exit_code() == sim::ExitCode::infeasible);
      CHECK_THAT(std::string(error.what()), ContainsSubstring(text));
    }
  };
  sharding.tp = 7;
  refuse(model, sharding, false, "96 attention heads do not divide by tp 7");
  sharding.tp = 1;
  sharding.cp = 3;
  refuse(model, sharding, false, "2048 tokens of a sequence do not divide by cp 3");
  sharding.cp = 1;
  sharding.ep = 3;
  sharding.sequence_length = 8192;
  refuse(gpt4(), sharding, true, "16 experts do not divide by ep 3");
}
