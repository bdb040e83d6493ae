#include "sim/program/pieces.hpp"

#include <cmath>

#include "sim/base/error.hpp"

namespace sim::program {
namespace {

using cost::Collective;
using model::Communication;
using model::Exchange;
using model::MatrixProduct;
using model::Operator;
using model::OperatorList;

constexpr double kHostNorm = 6.0;

Slot slot_of(model::Axis axis) {
  switch (axis) {
    case model::Axis::tensor: return Slot::tensor;
    case model::Axis::context: return Slot::context;
    case model::Axis::expert: return Slot::expert;
    case model::Axis::expert_tensor: break;
  }
  return Slot::expert_tensor;
}

Collective collective_of(Exchange exchange) {
  switch (exchange) {
    case Exchange::all_gather: return Collective::all_gather;
    case Exchange::reduce_scatter: return Collective::reduce_scatter;
    case Exchange::all_to_all: return Collective::all_to_all;
    case Exchange::ring_pass: return Collective::all_gather;  // the same bytes pass every link of the ring
    case Exchange::all_reduce:
    case Exchange::none: break;
  }
  return Collective::all_reduce;
}

void work(Pieces& pieces, const cost::KernelTime& time) {
  if (time.total() > Seconds(0)) pieces.push_back({Piece::Kind::work, time, Slot::tensor, {}, {}});
}

void begin(Pieces& pieces, const Communication& communication, Exchange exchange) {
  pieces.push_back({Piece::Kind::begin, {}, slot_of(communication.axis), collective_of(exchange), communication.bytes});
}

void end(Pieces& pieces, const Communication& communication) {
  pieces.push_back({Piece::Kind::end, {}, slot_of(communication.axis), {}, {}});
}

void blocking(Pieces& pieces, const Communication& communication, Exchange exchange) {
  if (exchange == Exchange::none) return;
  begin(pieces, communication, exchange);
  end(pieces, communication);
}

const Communication* communication_at(const OperatorList& operators, std::size_t index) {
  return index < operators.size() ? std::get_if<Communication>(&operators[index].what) : nullptr;
}

bool is_product(const OperatorList& operators, std::size_t index) {
  return index < operators.size() && std::holds_alternative<MatrixProduct>(operators[index].what);
}

bool is_tensor_exchange(const Communication* communication, Exchange exchange) {
  return communication != nullptr && communication->axis == model::Axis::tensor && exchange != Exchange::none;
}

// The ring moves one of tp parts at a time: all but the first part of the product runs beside the exchange.
void overlapped_reduce_scatter(Pieces& pieces, const cost::KernelTime& product, const Communication& exchange,
                               int parts) {
  const double first = 1.0 / parts;
  work(pieces, first * product);
  begin(pieces, exchange, exchange.forward);
  work(pieces, (1.0 - first) * product);
  end(pieces, exchange);
}

// Backward of a product whose input came through an exchange: the input is gathered again if sequence parallelism
// dropped it, and the input gradient goes back through the exchange.
void backward_with_input_exchange(Pieces& pieces, const cost::PassTime& time, const Communication& exchange,
                                  bool overlaps) {
  const auto gather_again = [&](Piece::Kind kind) {
    if (!exchange.regather_in_backward) return;
    if (kind == Piece::Kind::begin) begin(pieces, exchange, Exchange::all_gather);
    if (kind == Piece::Kind::end) end(pieces, exchange);
  };
  gather_again(Piece::Kind::begin);
  if (!overlaps) gather_again(Piece::Kind::end);
  work(pieces, time.input_gradient);
  if (overlaps) {
    gather_again(Piece::Kind::end);
    begin(pieces, exchange, exchange.backward);
    work(pieces, time.weight_gradient);
    end(pieces, exchange);
  } else {
    work(pieces, time.weight_gradient);
    blocking(pieces, exchange, exchange.backward);
  }
}

}  // namespace

Pieces forward_pieces(const PassPricing& pricing, const OperatorList& operators) {
  Pieces pieces;
  const bool overlaps = pricing.strategy.overlap.tp;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    const Communication* exchange = communication_at(operators, i);
    if (exchange == nullptr) {
      const cost::KernelTime time = cost::operator_time(pricing.kernels, operators[i]).forward;
      const Communication* after = communication_at(operators, i + 1);
      if (overlaps && is_product(operators, i) && is_tensor_exchange(after, after ? after->forward : Exchange::none)) {
        overlapped_reduce_scatter(pieces, time, *after, pricing.strategy.tp);
        ++i;
      } else {
        work(pieces, time);
      }
    } else if (overlaps && is_tensor_exchange(exchange, exchange->forward) && is_product(operators, i + 1)) {
      begin(pieces, *exchange, exchange->forward);
      work(pieces, cost::operator_time(pricing.kernels, operators[++i]).forward);
      end(pieces, *exchange);
    } else {
      blocking(pieces, *exchange, exchange->forward);
    }
  }
  return pieces;
}

Pieces backward_pieces(const PassPricing& pricing, const OperatorList& operators) {
  Pieces pieces;
  const bool overlaps = pricing.strategy.overlap.tp || pricing.kernels.software->overlap_tensor_parallel_backward;
  const parallel::Recompute recompute = pricing.strategy.recompute;
  for (std::size_t next = operators.size(); next > 0; --next) {
    const std::size_t i = next - 1;
    const Communication* exchange = communication_at(operators, i);
    if (exchange != nullptr) {
      blocking(pieces, *exchange, exchange->backward);
      continue;
    }
    const cost::PassTime time = cost::operator_time(pricing.kernels, operators[i]);
    const bool is_elementwise = std::holds_alternative<model::Streaming>(operators[i].what);
    const bool repeats = (recompute == parallel::Recompute::selective && operators[i].attention_core) ||
                         (recompute == parallel::Recompute::elementwise && is_elementwise);
    if (repeats) work(pieces, time.forward);
    const Communication* before = i > 0 ? communication_at(operators, i - 1) : nullptr;
    if (is_product(operators, i) && is_tensor_exchange(before, before ? before->backward : Exchange::none)) {
      backward_with_input_exchange(pieces, time, *before, overlaps);
      --next;
    } else {
      work(pieces, time.backward());
    }
  }
  return pieces;
}

cost::KernelTime work_time(const Pieces& pieces) {
  cost::KernelTime sum;
  for (const Piece& piece : pieces) sum += piece.time;
  return sum;
}

void add_host_floor(const PassPricing& pricing, Pieces& pieces, Seconds host) {
  double device = work_time(pieces).total().value();
  for (const Piece& piece : pieces) {
    if (piece.kind != Piece::Kind::begin) continue;
    device += pricing.exchange_time(piece.slot, piece.collective, piece.bytes).value();
  }
  const double larger = std::max(device, host.value());
  if (larger <= 0) return;
  const double smaller = std::min(device, host.value());
  const double pass = larger * std::pow(1 + std::pow(smaller / larger, kHostNorm), 1 / kHostNorm);
  cost::KernelTime shown;
  shown.launch = Seconds(pass - device);
  work(pieces, shown);
}

void append(Pieces& to, const Pieces& more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace sim::program
