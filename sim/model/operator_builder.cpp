#include "sim/model/operator_builder.hpp"

#include <string>

#include "sim/base/error.hpp"

namespace sim::model {
namespace {

int axis_size(const Sharding& sharding, Axis axis) {
  switch (axis) {
    case Axis::tensor:
      return sharding.tp;
    case Axis::context:
      return sharding.cp;
    case Axis::expert:
      return sharding.ep;
    case Axis::expert_tensor:
      return sharding.etp;
  }
  throw InternalError("unknown axis of parallelism");
}

}  // namespace

std::int64_t divided(std::int64_t count, int parts, std::string_view what, std::string_view axis) {
  check(parts >= 1, "a parallel degree is below 1");
  if (count % parts == 0) return count / parts;
  throw infeasible(std::to_string(count) + " " + std::string(what) + " do not divide by " + std::string(axis) + " " +
                       std::to_string(parts),
                   "choose " + std::string(axis) + " among the divisors of " + std::to_string(count));
}

std::int64_t rank_heads(const Transformer& model, const Sharding& sharding) {
  return divided(model.heads, sharding.tp, "attention heads", "tp");
}

std::int64_t rank_kv_heads(const Transformer& model, const Sharding& sharding) {
  if (model.kv_heads < sharding.tp && sharding.tp % model.kv_heads == 0) return 1;
  return divided(model.kv_heads, sharding.tp, "key-value heads", "tp");
}

std::int64_t core_heads(const Transformer& model, const Sharding& sharding) {
  const std::int64_t heads = rank_heads(model, sharding);
  if (sharding.context_exchange == ContextExchange::ring) return heads;
  return divided(heads, sharding.cp, "attention heads of a rank", "cp");
}

std::int64_t core_kv_heads(const Transformer& model, const Sharding& sharding) {
  if (model.latent) return core_heads(model, sharding);
  const std::int64_t heads = rank_kv_heads(model, sharding);
  if (sharding.context_exchange == ContextExchange::ring) return heads;
  if (heads < sharding.cp && sharding.cp % heads == 0) return 1;
  return divided(heads, sharding.cp, "key-value heads of a rank", "cp");
}

std::int64_t rank_ffn(std::int64_t ffn_hidden, const Sharding& sharding) {
  return divided(ffn_hidden, sharding.tp, "feed-forward columns", "tp");
}

std::int64_t rank_expert_ffn(const MixtureOfExperts& experts, const Sharding& sharding) {
  return divided(experts.expert_ffn_hidden, sharding.etp, "expert feed-forward columns", "etp");
}

int rank_experts(const MixtureOfExperts& experts, const Sharding& sharding) {
  return static_cast<int>(divided(experts.experts, sharding.ep, "experts", "ep"));
}

std::int64_t rank_vocabulary(const Transformer& model, const Sharding& sharding) {
  return (model.vocabulary + sharding.tp - 1) / sharding.tp;
}

OperatorBuilder::OperatorBuilder(const Transformer& model, const Sharding& sharding)
    : model_(model), sharding_(sharding) {
  const std::int64_t sequence = divided(sharding.sequence_length, sharding.cp, "tokens of a sequence", "cp");
  tokens_ = sharding.micro_batch * sequence;
  const int split = sharding.sequence_parallel ? sharding.tp : 1;
  sequence_tokens_ = sharding.micro_batch * divided(sequence, split, "tokens of a rank's sequence", "tp");
}

double OperatorBuilder::bytes(double values) const {
  return sharding_.element_bytes * static_cast<double>(tokens_) * values;
}

double OperatorBuilder::sequence_bytes(double values) const {
  return sharding_.element_bytes * static_cast<double>(sequence_tokens_) * values;
}

void OperatorBuilder::product(std::string_view name, const MatrixProduct& product, double saved_bytes) {
  operators_.push_back({name, product, saved_bytes, false});
}

void OperatorBuilder::attention(const AttentionCore& core, double saved_bytes) {
  operators_.push_back({"attention", core, saved_bytes, true});
}

void OperatorBuilder::streaming(std::string_view name, std::string_view cost, double elements, double saved_bytes) {
  operators_.push_back({name, Streaming{cost, elements}, saved_bytes, false});
}

void OperatorBuilder::exchange(std::string_view name, const Communication& communication) {
  if (axis_size(sharding_, communication.axis) == 1) return;
  operators_.push_back({name, communication, 0, false});
}

void OperatorBuilder::enter_tensor_parallel(std::string_view name, std::int64_t width) {
  const Bytes buffer(bytes(static_cast<double>(width)));
  if (sharding_.sequence_parallel) {
    exchange(name, {Axis::tensor, Exchange::all_gather, Exchange::reduce_scatter, buffer, true});
  } else {
    exchange(name, {Axis::tensor, Exchange::none, Exchange::all_reduce, buffer, false});
  }
}

void OperatorBuilder::leave_tensor_parallel(std::string_view name) {
  const Bytes buffer(bytes(static_cast<double>(model_.hidden)));
  if (sharding_.sequence_parallel) {
    exchange(name, {Axis::tensor, Exchange::reduce_scatter, Exchange::all_gather, buffer, false});
  } else {
    exchange(name, {Axis::tensor, Exchange::all_reduce, Exchange::none, buffer, false});
  }
}

void OperatorBuilder::norm(std::string_view name, double values_per_token) {
  streaming(name, "norm", static_cast<double>(sequence_tokens_) * values_per_token, sequence_bytes(values_per_token));
}

void OperatorBuilder::residual(std::string_view name) {
  const double elements = static_cast<double>(sequence_tokens_) * static_cast<double>(model_.hidden);
  const bool fused_with_bias = model_.biases || model_.dropout;
  streaming(name, fused_with_bias ? "bias_dropout_add" : "residual", elements, model_.dropout ? elements : 0);
}

double recomputable_input_bytes(const OperatorList& operators, std::size_t index, const Sharding& sharding) {
  const auto* product = std::get_if<MatrixProduct>(&operators[index].what);
  if (product == nullptr || index == 0) return 0;
  // An exchange in between must be one that the backward pass repeats anyway; others would have to be run again. What
  // is kept before it is one rank's part.
  const auto* exchange = std::get_if<Communication>(&operators[index - 1].what);
  const bool is_gathered = exchange != nullptr && exchange->regather_in_backward;
  const std::size_t source = index - (is_gathered ? 2 : 1);
  if (is_gathered && index < 2) return 0;
  const auto* streaming = std::get_if<Streaming>(&operators[source].what);
  const bool is_cheap = streaming != nullptr && (streaming->cost == "norm" || streaming->cost == "bias_activation" ||
                                                 streaming->cost == "gated_activation");
  if (!is_cheap) return 0;
  const double elements = static_cast<double>(product->m) * static_cast<double>(product->k) * product->groups;
  return elements * sharding.element_bytes / (is_gathered ? sharding.tp : 1);
}

}  // namespace sim::model
