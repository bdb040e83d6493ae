#include "sim/config/hf_family.hpp"

namespace sim::config {
namespace {

using Experts = HfFamily::Experts;

HfFamily named(const std::string& type, HfFamily family) {
  family.type = type;
  return family;
}

HfFamily with_kv_heads(HfFamily family) {
  family.needs_kv_heads = true;
  return family;
}

HfFamily gpt2() {
  HfFamily family;
  family.layers_key = "n_layer";
  family.hidden_key = "n_embd";
  family.heads_key = "n_head";
  family.ffn_key = "n_inner";
  family.context_key = "n_positions";
  family.gated = false;
  family.layer_norm = family.biases = family.tied = family.learned_positions = true;
  family.dropout = 0.1;
  family.ffn = 0;
  family.context = 1024;
  return family;
}

HfFamily neox() {
  HfFamily family;
  family.gated = false;
  family.layer_norm = family.biases = true;
  family.context = 2048;
  return family;
}

// Published files hold the logits projection apart (lm_head.weight), though the class would tie it.
HfFamily falcon() {
  HfFamily family;
  family.kv_heads_key = "num_kv_heads";
  family.ffn_key = "ffn_hidden_size";
  family.gated = false;
  family.layer_norm = true;
  family.ffn = 0;
  family.context = 2048;
  return family;
}

HfFamily gemma() {
  HfFamily family;
  family.tied = true;
  family.head_dim = 256;
  family.vocabulary = 256000;
  family.context = 8192;
  return family;
}

HfFamily gemma2() {
  HfFamily family = gemma();
  family.always_windowed = true;
  return family;
}

// Files of the larger ones write only what differs from these.
HfFamily gemma3() {
  HfFamily family = gemma2();
  family.heads = 8;
  family.kv_heads = 4;
  family.vocabulary = 262208;
  family.context = 131072;
  return family;
}

HfFamily qwen3() {
  HfFamily family;
  family.head_dim = 128;
  return family;
}

HfFamily with_experts(Experts experts) {
  HfFamily family;
  family.experts = experts;
  return family;
}

HfFamily windowed() {
  HfFamily family;
  family.always_windowed = true;
  return family;
}

HfFamily deepseek(std::int64_t context) {
  HfFamily family = with_experts(Experts::deepseek);
  family.latent_attention = true;
  family.context = context;
  return family;
}

HfFamily mixtral() {
  HfFamily family = with_experts(Experts::mixtral);
  family.always_windowed = true;
  return family;
}

HfFamily gpt_oss() {
  HfFamily family = mixtral();
  family.biases = true;
  family.head_dim = 64;
  family.kv_heads = 8;
  family.context = 131072;
  return family;
}

HfFamily phi() {
  HfFamily family;
  family.gated = false;
  family.layer_norm = family.biases = true;
  return family;
}

}  // namespace

const std::vector<HfFamily>& hf_families() {
  static const std::vector<HfFamily> families{named("llama", {}),
                                              named("mistral", with_kv_heads(windowed())),
                                              named("mixtral", with_kv_heads(mixtral())),
                                              named("qwen2", with_kv_heads({})),
                                              named("qwen2_moe", with_kv_heads(with_experts(Experts::qwen))),
                                              named("qwen3", with_kv_heads(qwen3())),
                                              named("qwen3_moe", with_kv_heads(with_experts(Experts::qwen))),
                                              named("deepseek_v2", deepseek(2048)),
                                              named("deepseek_v3", deepseek(4096)),
                                              named("kimi_k2", deepseek(4096)),
                                              named("gpt2", gpt2()),
                                              named("gpt_neox", neox()),
                                              named("falcon", falcon()),
                                              named("gemma", with_kv_heads(gemma())),
                                              named("gemma2", with_kv_heads(gemma2())),
                                              named("gemma3_text", gemma3()),
                                              named("gemma3", gemma3()),
                                              named("phi", phi()),
                                              named("phi3", windowed()),
                                              named("gpt_oss", gpt_oss())};
  return families;
}

const std::set<std::string>& hf_keys_without_time() {
  static const std::set<std::string> keys{
      // how the file was saved and is loaded
      "_name_or_path", "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "architectures",
      "auto_map", "dtype", "model_type", "torch_dtype", "transformers_version", "use_cache", "use_return_dict",
      "return_dict", "output_attentions", "output_hidden_states", "output_past", "pretraining_tp", "tokenizer_class",
      "torchscript", "quantization_config", "use_bfloat16", "is_decoder", "is_encoder_decoder", "add_cross_attention",
      "cross_attention_hidden_size", "chunk_size_feed_forward", "tie_encoder_decoder", "problem_type", "id2label",
      "label2id", "num_labels", "finetuning_task", "task_specific_params", "gradient_checkpointing", "prefix",
      "cache_implementation", "unsloth_version", "unsloth_fixed", "ep_size", "keys_to_ignore_at_inference",
      // tokens and generation
      "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id", "summary_activation",
      "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj", "temperature", "top_k",
      "top_p", "do_sample", "max_length", "initial_context_length", "boi_token_index", "eoi_token_index",
      "image_token_index", "mm_tokens_per_image", "vision_config", "audio_config",
      // angles of positions
      "rope_theta", "rope_scaling", "rope_parameters", "rope_local_base_freq", "rope_interleave", "rotary_pct",
      "rotary_emb_base", "partial_rotary_factor", "original_max_position_embeddings", "no_rope_layers",
      "rope_traditional",
      // initialisation, numerics and scales
      "initializer_range", "embedding_initializer_range", "rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon",
      "norm_eps", "hidden_act", "sliding_window_size", "attention_probs_dropout_prob", "hidden_dropout_prob",
      "use_mrope", "hidden_activation", "activation_function", "reorder_and_upcast_attn",
      "scale_attn_by_inverse_layer_idx", "scale_attn_weights", "query_pre_attn_scalar", "attn_logit_softcapping",
      "final_logit_softcapping", "attention_softmax_in_fp32", "swiglu_limit", "swiglu_beta", "swiglu_alpha", "n_ctx",
      "max_window_layers", "sliding_window_pattern", "layer_types", "use_qk_norm", "qk_layernorm",
      "use_bidirectional_attention", "attention_bias_value", "use_parallel_residual", "parallel_attn",
      "num_ln_in_parallel_attn", "attention_bias", "qkv_bias", "mlp_bias", "classifier_dropout",
      "apply_residual_connection_post_layernorm", "norm_topk_prob", "router_aux_loss_coef", "router_jitter_noise",
      "output_router_logits", "routed_scaling_factor", "scoring_func", "topk_method", "seq_aux", "aux_loss_alpha",
      "router_scaling_factor"};
  return keys;
}

}  // namespace sim::config
