#!/bin/sh
# Llama 3 70B with interleaved stages; arguments in texts with lines that go on.
TP=4
PP=4
VPP_LAYERS=5
NNODES=8
GPU_ARGS="--nproc_per_node 8 --nnodes $NNODES"
MODEL="
    --num-layers 80 \
    --hidden-size 8192 \
    --ffn-hidden-size 28672 \
    --num-attention-heads 64 \
    --group-query-attention \
    --num-query-groups 8 \
    --seq-length 8192 \
    --max-position-embeddings 8192 \
    --use-rotary-position-embeddings \
    --swiglu \
    --normalization RMSNorm \
    --untie-embeddings-and-output-weights \
    --disable-bias-linear \
    --attention-dropout 0 --hidden-dropout 0
"
PARALLEL="--tensor-model-parallel-size ${TP} --pipeline-model-parallel-size ${PP} \
    --num-layers-per-virtual-pipeline-stage $VPP_LAYERS --sequence-parallel \
    --use-distributed-optimizer --overlap-grad-reduce --overlap-param-gather --tp-comm-overlap"
OPTIONS="$PARALLEL --recompute-granularity full --recompute-method block --recompute-num-layers 3"
OPTIONS="$OPTIONS --micro-batch-size 1 --global-batch-size 128 --train-iters 1000 --bf16"

CMD="torchrun $GPU_ARGS pretrain_gpt.py $MODEL $OPTIONS --padded-vocab-size 128256 --mock-data"
echo $CMD
eval $CMD
