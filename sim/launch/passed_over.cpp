#include "sim/launch/passed_over.hpp"

#include <map>
#include <set>
#include <sstream>

namespace sim::launch {
namespace {

constexpr const char* kPassedOver = R"(
  master-addr master-port node-rank rdzv-id rdzv-backend rdzv-endpoint max-restarts log-dir redirects tee standalone
  no-python role monitor-interval local-addr module
  partition account job-name time output error exclusive container-image container-mounts container-name label
  gres mpi cpu-bind cpus-per-task mem qos export kill-on-bad-exit no-container-mount-home ntasks unbuffered
  data-path train-data-path valid-data-path test-data-path data-args-path per-split-data-args-path data-cache-path
  data-impl mock-data split vocab-file merge-file vocab-extra-ids tokenizer-type tokenizer-model tokenizer-name-or-path
  tokenizer-prompt-format tiktoken-pattern tiktoken-num-special-tokens tiktoken-special-tokens make-vocab-size-divisible-by
  num-workers dataloader-type no-create-attention-mask-in-dataloader create-attention-mask-in-dataloader mmap-bin-files
  no-mmap-bin-files num-dataset-builder-threads data-sharding no-data-sharding eod-mask-loss extra-vocab-size
  save load save-interval save-retain-interval ckpt-format ckpt-fully-parallel-save ckpt-fully-parallel-load
  ckpt-assume-constant-structure ckpt-step async-save use-dist-ckpt dist-ckpt-format dist-ckpt-strictness
  auto-detect-ckpt-format no-save-optim no-save-rng no-load-optim no-load-rng finetune pretrained-checkpoint
  use-checkpoint-args use-checkpoint-opt-param-scheduler override-opt-param-scheduler exit-on-missing-checkpoint
  no-use-tokenizer-model-from-checkpoint-args use-mp-args-from-checkpoint-args non-persistent-save-interval
  use-persistent-ckpt-worker ckpt-convert-format ckpt-convert-save exit-interval exit-duration-in-mins
  exit-signal-handler
  log-interval log-throughput log-progress log-params-norm log-num-zeros-in-grad log-timers-to-tensorboard
  log-batch-size-to-tensorboard log-validation-ppl-to-tensorboard log-memory-to-tensorboard log-world-size-to-tensorboard
  log-learning-rate-to-tensorboard log-loss-scale-to-tensorboard no-log-learning-rate-to-tensorboard
  no-log-loss-scale-to-tensorboard log-straggler logging-level timing-log-level timing-log-option tensorboard-dir
  tensorboard-log-interval tensorboard-queue-size wandb-project wandb-exp-name wandb-save-dir wandb-entity
  one-logger-project one-logger-run-name enable-one-logger no-one-logger moe-per-layer-logging
  eval-interval eval-iters test-mode skip-train full-validation
  profile profile-step-start profile-step-end profile-ranks use-pytorch-profiler record-memory-history
  memory-snapshot-path check-for-nan-in-loss-and-grad no-check-for-nan-in-loss-and-grad check-weight-hash-across-dp-replicas-interval
  lr min-lr lr-decay-style lr-decay-iters lr-decay-samples lr-warmup-fraction lr-warmup-iters lr-warmup-samples
  lr-warmup-init lr-wsd-decay-style lr-wsd-decay-iters lr-wsd-decay-samples decoupled-lr decoupled-min-lr head-lr-mult
  weight-decay start-weight-decay end-weight-decay weight-decay-incr-style adam-beta1 adam-beta2 adam-eps sgd-momentum
  clip-grad loss-scale initial-loss-scale min-loss-scale loss-scale-window hysteresis seed data-parallel-random-init
  init-method-std init-method-xavier-uniform apply-query-key-layer-scaling attention-softmax-in-fp32
  norm-epsilon layernorm-epsilon apply-layernorm-1p apply-residual-connection-post-layernorm squared-relu openai-gelu
  use-cpu-initialization perform-initialization no-initialization
  rotary-base rotary-percent rotary-interleaved rotary-seq-len-interpolation-factor rotary-scaling-factor
  use-rope-scaling rope-scaling-factor rope-scaling-type rope-type mscale mscale-all-dim beta-fast beta-slow
  rope-scaling-mscale rope-scaling-mscale-all-dim rope-scaling-original-max-position-embeddings
  max-position-embeddings original-max-position-embeddings add-position-embedding no-position-embedding
  no-rope-fusion no-rope-freq qk-layernorm qk-l2-norm add-qkv-bias no-bias-swiglu-fusion no-bias-gelu-fusion
  no-bias-dropout-fusion no-masked-softmax-fusion no-gradient-accumulation-fusion no-async-tensor-model-parallel-allreduce
  no-persist-layer-norm cross-entropy-loss-fusion cross-entropy-fusion-impl use-fused-rmsnorm use-fused-swiglu
  use-fused-rotary-pos-emb use-fused-ring-attention-update gemm-gradient-accumulation-fusion
  use-flash-attn use-flash-attention attention-backend transformer-impl use-mcore-models use-legacy-models spec
  enable-cuda-graph external-cuda-graph te-rng-tracker inference-rng-tracker
  fp8-margin fp8-interval fp8-amax-history-len fp8-amax-compute-algo fp8-recipe fp8-wgrad no-fp8-wgrad
  fp8-param-gather keep-fp8-weight-transpose-cache first-last-layers-bf16 num-layers-at-start-in-bf16 num-layers-at-end-in-bf16
  use-precision-aware-optimizer main-grads-dtype main-params-dtype exp-avg-dtype exp-avg-sq-dtype
  distributed-backend distributed-timeout-minutes local-rank lazy-mpu-init high-priority-stream-groups nccl-communicator-config-path
  use-nccl-ub use-tp-pp-dp-mapping manual-gc manual-gc-interval manual-gc-eval empty-unused-memory-level
  calculate-per-token-loss align-grad-reduce no-align-grad-reduce align-param-gather defer-embedding-wgrad-compute
  overlap-param-gather-with-optimizer-step no-overlap-p2p-communication batch-p2p-communication
  tp-comm-overlap-ag tp-comm-overlap-rs tp-comm-overlap-cfg tp-comm-split-ag tp-comm-split-rs tp-comm-bulk-dgrad
  tp-comm-bulk-wgrad disable-tp-comm-split-ag disable-tp-comm-split-rs disable-tp-comm-bulk-dgrad disable-tp-comm-bulk-wgrad
  tp-comm-bootstrap-backend reset-position-ids ddp-average-in-collective ddp-num-buckets
  moe-aux-loss-coeff moe-z-loss-coeff moe-input-jitter-eps moe-grouped-gemm moe-router-load-balancing-type
  moe-router-score-function moe-router-pre-softmax moe-router-topk-scaling-factor moe-router-enable-expert-bias
  moe-router-bias-update-rate moe-router-dtype moe-router-fusion moe-router-force-load-balancing moe-permute-fusion
  moe-router-padding-for-fp8 moe-router-padding-for-quantization moe-token-drop-policy moe-pad-expert-input-to-capacity
  moe-use-legacy-grouped-gemm moe-extended-tp moe-deepep-num-sms moe-flex-dispatcher-backend moe-enable-deepep
  moe-apply-probs-on-input moe-use-device-initiated-grouped-gemm moe-ffn-hidden-size moe-router-topk
  moe-permutation-async-comm norm-topk-prob seq-aux routed-scaling-factor
  moe-layer-freq moe-expert-capacity-factor moe-router-num-groups moe-router-group-topk n-shared-experts
  moe-shared-expert-intermediate-size first-k-dense-replace mtp-loss-scaling-factor context-parallel-algo cp-comm-type hierarchical-context-parallel-sizes
  no-query-key-layer-scaling no-contiguous-buffers-in-local-ddp DDP-impl no-scatter-gather-tensors-in-pipeline
  deterministic-mode enable-ft-package calc-ft-timeouts rerun-mode error-injection-rate error-injection-type
  use-distributed-optimizer disable-straggler-on-startup straggler-minmax-count straggler-ctrlr-port
  num-query-groups kv-channels kv-lora-rank q-lora-rank qk-head-dim qk-pos-emb-head-dim v-head-dim
  recompute-method recompute-num-layers data-parallel-sharding-strategy decrease-batch-size-if-needed
  no-load-scheduler num-distributed-optimizer-instances use-mpi help version
)";

const std::set<std::string>& passed_over() {
  static const std::set<std::string> names = [] {
    std::istringstream words(kPassedOver);
    std::set<std::string> all;
    for (std::string word; words >> word;) all.insert(word);
    return all;
  }();
  return names;
}

const std::map<std::string, std::string>& left_out() {
  static const std::map<std::string, std::string> texts{
      {"rampup-batch-size", "all steps are simulated with the global batch (training.phases can say more)"},
      {"reset-attention-mask",
       "attention is simulated over the whole sequence (training.document_length can say more)"},
      {"window-size", "attention is simulated over the whole sequence"},
      {"window-attn-skip-freq", "attention is simulated over the whole sequence"},
      {"pipeline-model-parallel-layout", "layers are divided evenly (parallel.stages can say more)"},
      {"pipeline-model-parallel-split-rank", "encoders are not simulated"},
      {"encoder-num-layers", "encoders are not simulated"},
      {"hybrid-override-pattern", "all layers are simulated as attention and feed-forward, none as Mamba"},
      {"hybrid-attention-ratio", "all layers are simulated as attention and feed-forward, none as Mamba"},
      {"cpu-offloading", "activations stay on the chip (parallel.offload can say more)"},
      {"cpu-offloading-num-layers", "activations stay on the chip (parallel.offload can say more)"},
      {"delay-wgrad-compute", "products of weight gradients are not delayed"},
      {"moe-shared-expert-overlap", "shared experts do not run beside exchanges"},
      {"moe-alltoall-overlap-comm", "exchanges of experts run alone (parallel.overlap.ep can say more)"},
      {"moe-fb-overlap", "exchanges of experts run alone (parallel.overlap.ep can say more)"},
      {"moe-layer-recompute", "not simulated"},
      {"recompute-activation-function", "not simulated (parallel.recompute: elementwise is near)"},
      {"swap-optimizer", "the optimizer's state stays on the chip (parallel.offload can say more)"},
      {"reuse-fp32-param", "weights in 16 bits and in 32 bits are both kept"},
      {"experimental-attention-variant", "attention is simulated over all keys"},
      {"enable-dsa-indexer", "attention is simulated over all keys"},
      {"fp4-format", "not simulated"},
      {"use-sharp", "switches reduce only where the topology says in_network_reduction"},
      {"microbatch-group-size-per-virtual-pipeline-stage", "groups are as large as the number of stages"}};
  return texts;
}

}  // namespace

bool is_passed_over(const std::string& name) {
  return passed_over().count(name) > 0;
}

std::string what_is_left_out(const std::string& name) {
  const auto found = left_out().find(name);
  return found == left_out().end() ? "" : found->second;
}

}  // namespace sim::launch
