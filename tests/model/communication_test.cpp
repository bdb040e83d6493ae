#include <algorithm>
#include <string>
#include <vector>

#include "models.hpp"
#include "tests/support/catch.hpp"

using namespace sim::model;

namespace {

struct Exchanged {
  std::string name;
  Communication what;
};

std::vector<Exchanged> communications(const OperatorList& operators) {
  std::vector<Exchanged> found;
  for (const Operator& op : operators) {
    if (const auto* communication = std::get_if<Communication>(&op.what)) {
      found.push_back({std::string(op.name), *communication});
    }
  }
  return found;
}

int position(const OperatorList& operators, std::string_view name) {
  const auto found =
      std::find_if(operators.begin(), operators.end(), [&](const Operator& op) { return op.name == name; });
  REQUIRE(found != operators.end());
  return static_cast<int>(found - operators.begin());
}

void check_exchange(const Exchanged& actual, const std::string& name, Axis axis, Exchange forward, Exchange backward,
                    double bytes) {
  CAPTURE(name, actual.name);
  CHECK(actual.name == name);
  CHECK(actual.what.axis == axis);
  CHECK(actual.what.forward == forward);
  CHECK(actual.what.backward == backward);
  CHECK_THAT(actual.what.bytes.value(), WithinRel(bytes, 1e-12));
}

}  // namespace

TEST_CASE("A rank alone communicates nothing") {
  const Transformer model = deepseek_v3();
  Sharding sharding = whole(model);
  sharding.sequence_parallel = GENERATE(false, true);
  CHECK(communications(layer_operators(model, sharding, true, true)).empty());
  CHECK(communications(layer_operators(gpt3(), whole(gpt3()), false, false)).empty());
  CHECK(communications(embedding_operators(model, sharding)).empty());
  CHECK(communications(head_operators(model, sharding)).empty());
}

TEST_CASE("Tensor parallelism all-reduces after row-parallel products and at column-parallel inputs backward") {
  const Transformer model = gpt3();
  Sharding sharding = whole(model);
  sharding.tp = 8;
  const auto found = communications(layer_operators(model, sharding, false, false));
  const double bytes = 2.0 * 2048 * 12288;  // the whole activation in 2-byte values
  REQUIRE(found.size() == 4);
  check_exchange(found[0], "attention_input", Axis::tensor, Exchange::none, Exchange::all_reduce, bytes);
  check_exchange(found[1], "attention_sum", Axis::tensor, Exchange::all_reduce, Exchange::none, bytes);
  check_exchange(found[2], "ffn_input", Axis::tensor, Exchange::none, Exchange::all_reduce, bytes);
  check_exchange(found[3], "ffn_sum", Axis::tensor, Exchange::all_reduce, Exchange::none, bytes);
  for (const Exchanged& each : found) CHECK_FALSE(each.what.regather_in_backward);
}

TEST_CASE("Sequence parallelism gathers and scatters instead, and gathers inputs again backward") {
  const Transformer model = gpt3();
  Sharding sharding = whole(model);
  sharding.tp = 8;
  sharding.sequence_parallel = true;
  const auto found = communications(layer_operators(model, sharding, false, false));
  const double bytes = 2.0 * 2048 * 12288;
  REQUIRE(found.size() == 4);
  check_exchange(found[0], "attention_input", Axis::tensor, Exchange::all_gather, Exchange::reduce_scatter, bytes);
  check_exchange(found[1], "attention_sum", Axis::tensor, Exchange::reduce_scatter, Exchange::all_gather, bytes);
  check_exchange(found[2], "ffn_input", Axis::tensor, Exchange::all_gather, Exchange::reduce_scatter, bytes);
  check_exchange(found[3], "ffn_sum", Axis::tensor, Exchange::reduce_scatter, Exchange::all_gather, bytes);
  CHECK(found[0].what.regather_in_backward);
  CHECK_FALSE(found[1].what.regather_in_backward);
}

TEST_CASE("Experts receive their rows by all_to_all and gather them over expert tensor ranks") {
  // tp 8, ep 16, etp 8, sequence parallel: a rank sends 8192 / 8 tokens x top-2 of 10,752 2-byte values = 44.04 MB; the
  // gather over etp holds 8 times that.
  const Transformer model = gpt4();
  const Sharding sharding = gpt4_rank();
  const OperatorList layer = layer_operators(model, sharding, true, true);
  const auto found = communications(layer);
  const double sent = 1024.0 * 2 * 10752 * 2;
  REQUIRE(found.size() == 6);
  check_exchange(found[2], "dispatch", Axis::expert, Exchange::all_to_all, Exchange::all_to_all, sent);
  check_exchange(found[3], "expert_input", Axis::expert_tensor, Exchange::all_gather, Exchange::reduce_scatter,
                 8 * sent);
  check_exchange(found[4], "expert_sum", Axis::expert_tensor, Exchange::reduce_scatter, Exchange::all_gather, 8 * sent);
  check_exchange(found[5], "combine", Axis::expert, Exchange::all_to_all, Exchange::all_to_all, sent);
  CHECK(position(layer, "permute") < position(layer, "dispatch"));
  CHECK(position(layer, "expert_input") < position(layer, "expert_first"));
  CHECK(position(layer, "expert_second") < position(layer, "expert_sum"));
  CHECK(position(layer, "combine") < position(layer, "unpermute"));
}

TEST_CASE("Replicated tokens are routed once and their results gathered") {
  const Transformer model = gpt4();
  Sharding sharding = whole(model);
  sharding.tp = 4;
  sharding.ep = 4;
  const auto found = communications(layer_operators(model, sharding, true, true));
  const double whole_activation = 2.0 * 8192 * 10752;
  REQUIRE(found.size() == 6);
  check_exchange(found[2], "routed_tokens", Axis::tensor, Exchange::none, Exchange::all_gather, whole_activation);
  check_exchange(found[3], "dispatch", Axis::expert, Exchange::all_to_all, Exchange::all_to_all,
                 2048.0 * 2 * 10752 * 2);
  check_exchange(found[5], "routed_results", Axis::tensor, Exchange::all_gather, Exchange::none, whole_activation);
}

TEST_CASE("Latent attention gathers the latents, not the wide activation") {
  // 4,096 tokens x (1,536 query + 512 key-value + 64 rotated) 2-byte values.
  const Transformer model = deepseek_v3();
  Sharding sharding = whole(model);
  sharding.tp = 4;
  sharding.sequence_parallel = true;
  const auto found = communications(layer_operators(model, sharding, false, true));
  check_exchange(found[0], "latents", Axis::tensor, Exchange::all_gather, Exchange::reduce_scatter, 2.0 * 4096 * 2112);
}

TEST_CASE("Context parallelism passes keys and values round, backward also their gradients") {
  // Llama 2 70B, tp 8, cp 4: one key-value head of 128 a rank; keys and values of all 4,096 tokens in 2-byte values.
  const Transformer model = llama2_70b();
  Sharding sharding = whole(model);
  sharding.tp = 8;
  sharding.cp = 4;
  sharding.sequence_parallel = true;
  const auto found = communications(layer_operators(model, sharding, false, true));
  REQUIRE(found.size() == 6);
  const double bytes = 2.0 * 4096 * 2 * 128;
  check_exchange(found[1], "keys_and_values", Axis::context, Exchange::ring_pass, Exchange::ring_pass, bytes);
  check_exchange(found[2], "key_and_value_gradients", Axis::context, Exchange::none, Exchange::ring_pass, bytes);
  // Tensor exchanges carry a quarter of the tokens.
  CHECK(found[0].what.bytes.value() == 2.0 * 1024 * 8192);
}

TEST_CASE("A vocabulary cut over ranks sums embeddings, and three numbers a token for the loss") {
  const Transformer model = gpt3();
  Sharding sharding = whole(model);
  sharding.tp = 8;
  const auto embedding = communications(embedding_operators(model, sharding));
  REQUIRE(embedding.size() == 1);
  check_exchange(embedding[0], "embedding_sum", Axis::tensor, Exchange::all_reduce, Exchange::none, 2.0 * 2048 * 12288);
  const auto head = communications(head_operators(model, sharding));
  REQUIRE(head.size() == 4);
  check_exchange(head[0], "logits_input", Axis::tensor, Exchange::none, Exchange::all_reduce, 2.0 * 2048 * 12288);
  check_exchange(head[1], "largest_logit", Axis::tensor, Exchange::all_reduce, Exchange::none, 4.0 * 2048);
}
