#pragma once

#include <string>

#include "sim/base/error.hpp"
#include "sim/model/layer.hpp"

namespace sim::model {

/// GPT-3 (arXiv 2005.14165): 96 layers of 12,288, vocabulary 50,257, tied.
inline Transformer gpt3() {
  Transformer model;
  model.layers = 96;
  model.hidden = 12288;
  model.heads = 96;
  model.kv_heads = 96;
  model.head_dim = 128;
  model.ffn_hidden = 49152;
  model.vocabulary = 50257;
  model.context = 2048;
  model.tied_embeddings = true;
  model.biases = true;
  model.layer_norm = true;
  model.dropout = true;
  model.positions = Positions::learned;
  return model;
}

/// Llama 2 70B: grouped-query attention, gated.
inline Transformer llama2_70b() {
  Transformer model;
  model.layers = 80;
  model.hidden = 8192;
  model.heads = 64;
  model.kv_heads = 8;
  model.head_dim = 128;
  model.ffn_hidden = 28672;
  model.gated = true;
  model.vocabulary = 32000;
  model.context = 4096;
  return model;
}

/// The rumoured GPT-4: 16 experts of two matrices, top-2.
inline Transformer gpt4() {
  Transformer model;
  model.layers = 120;
  model.hidden = 10752;
  model.heads = 96;
  model.kv_heads = 96;
  model.head_dim = 112;
  model.ffn_hidden = 43008;
  model.vocabulary = 100256;
  model.context = 8192;
  model.experts = MixtureOfExperts{.experts = 16, .top_k = 2, .expert_ffn_hidden = 43008, .moe_layers = 120};
  return model;
}

/// DeepSeek-V3: latent attention, 256 experts, top-8, one shared, three dense layers, one prediction layer.
inline Transformer deepseek_v3() {
  Transformer model;
  model.layers = 61;
  model.hidden = 7168;
  model.heads = 128;
  model.kv_heads = 128;
  model.head_dim = 56;
  model.ffn_hidden = 18432;
  model.gated = true;
  model.vocabulary = 129280;
  model.context = 4096;
  model.latent = LatentAttention{.query_rank = 1536,
                                 .key_value_rank = 512,
                                 .no_position_head_dim = 128,
                                 .rope_head_dim = 64,
                                 .value_head_dim = 128};
  model.experts = MixtureOfExperts{.experts = 256,
                                   .top_k = 8,
                                   .expert_ffn_hidden = 2048,
                                   .shared_experts = 1,
                                   .shared_ffn_hidden = 2048,
                                   .moe_layers = 58};
  model.prediction_layers = 1;
  return model;
}

/// One sequence of the model's context on one rank.
inline Sharding whole(const Transformer& model) {
  Sharding sharding;
  sharding.sequence_length = model.context;
  return sharding;
}

/// A rank of the GPT-4-scale run: an eighth of one of 16 experts, sequence parallel.
inline Sharding gpt4_rank() {
  Sharding sharding = whole(gpt4());
  sharding.tp = 8;
  sharding.ep = 16;
  sharding.etp = 8;
  sharding.sequence_parallel = true;
  return sharding;
}

/// The first operator of that name; throws if the list lacks it.
inline const Operator& named(const OperatorList& operators, std::string_view name) {
  for (const Operator& op : operators) {
    if (op.name == name) return op;
  }
  throw InternalError("no operator " + std::string(name));
}

}  // namespace sim::model
