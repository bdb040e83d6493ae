#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace sim::config {

/// What `transformers` fixes for one `model_type`: names of keys, what its layers are made of, and the defaults that
/// published files leave out. Read from its configuration_*.py and modeling_*.py.
struct HfFamily {
  enum class Experts { none, mixtral, qwen, deepseek };

  std::string type;
  std::string layers_key = "num_hidden_layers";
  std::string hidden_key = "hidden_size";
  std::string heads_key = "num_attention_heads";
  std::string kv_heads_key = "num_key_value_heads";
  std::string ffn_key = "intermediate_size";
  std::string context_key = "max_position_embeddings";
  bool gated = true;
  bool layer_norm = false;
  bool biases = false;  ///< all linear layers; a bias of the attention alone is left out (under 0.1 % of the weights)
  bool tied = false;    ///< unless tie_word_embeddings says otherwise
  bool learned_positions = false;
  double dropout = 0;
  bool latent_attention = false;
  bool always_windowed = false;  ///< some layers look at sliding_window tokens whenever it is given
  Experts experts = Experts::none;
  bool needs_kv_heads = false;  ///< published files always say them, and the library's default is not `heads`
  std::int64_t heads = 0;       ///< 0: the file must say
  std::int64_t kv_heads = 0;    ///< 0: as many as heads
  std::int64_t head_dim = 0;    ///< 0: hidden / heads
  std::int64_t ffn = -1;        ///< -1: the file must say; 0: 4 x hidden
  std::int64_t vocabulary = 0;  ///< 0: the file must say
  std::int64_t context = 0;     ///< 0: the file must say
};

/// All families, in the order in which people should read them.
[[nodiscard]] const std::vector<HfFamily>& hf_families();

/// Keys that cannot change the time of a training step: tokens, rotation angles, initialisation, numerics of the
/// softmax, generation, how the file was saved; and `quantization_config`, which is of the weights as they are served.
[[nodiscard]] const std::set<std::string>& hf_keys_without_time();

}  // namespace sim::config
