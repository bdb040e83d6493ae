#include "sim/program/pieces.hpp"

#include <array>
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
    case model::Axis::tensor:
      return Slot::tensor;
    case model::Axis::context:
      return Slot::context;
    case model::Axis::expert:
      return Slot::expert;
    case model::Axis::expert_tensor:
      break;
  }
  return Slot::expert_tensor;
}

Collective collective_of(Exchange exchange) {
  switch (exchange) {
    case Exchange::all_gather:
      return Collective::all_gather;
    case Exchange::reduce_scatter:
      return Collective::reduce_scatter;
    case Exchange::all_to_all:
      return Collective::all_to_all;
    case Exchange::rail_all_to_all:
      return Collective::rail_all_to_all;
    case Exchange::deduplicated_all_to_all:
      return Collective::deduplicated_all_to_all;
    case Exchange::ring_pass:
      return Collective::all_gather;  // the same bytes pass every link of the ring
    case Exchange::all_reduce:
    case Exchange::none:
      break;
  }
  return Collective::all_reduce;
}

constexpr std::string_view kAgain = "again", kGradients = "gradients", kInputGradient = "input gradient",
                           kWeightGradient = "weight gradient";

void work(Pieces& pieces, const cost::KernelTime& time, const WorkName& name) {
  if (time.total() > Seconds(0)) pieces.push_back({Piece::Kind::work, time, Slot::tensor, {}, {}, 0, {}, name});
}

void begin(Pieces& pieces, const Communication& communication, Exchange exchange, Cores cores) {
  pieces.push_back({Piece::Kind::begin,
                    {},
                    slot_of(communication.axis),
                    collective_of(exchange),
                    communication.bytes,
                    0,
                    cores,
                    {}});
}

void end(Pieces& pieces, const Communication& communication) {
  pieces.push_back({Piece::Kind::end, {}, slot_of(communication.axis), {}, {}, 0, {}, {}});
}

void blocking(Pieces& pieces, const Communication& communication, Exchange exchange) {
  if (exchange == Exchange::none) return;
  begin(pieces, communication, exchange, Cores::none);
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
void overlapped_reduce_scatter(Pieces& pieces, const cost::KernelTime& product, const WorkName& name,
                               const Communication& exchange, int parts) {
  const double first = 1.0 / parts;
  work(pieces, first * product, name);
  begin(pieces, exchange, exchange.forward, Cores::message);
  work(pieces, (1.0 - first) * product, name);
  end(pieces, exchange);
}

bool is_ring_pass(const Communication* communication) {
  return communication != nullptr && communication->axis == model::Axis::context &&
         (communication->forward == Exchange::ring_pass || communication->backward == Exchange::ring_pass);
}

/// Kernels of one direction of ring attention.
struct RingKernels {
  cost::KernelTime own, other;
  int parts;
  WorkName name;
  [[nodiscard]] cost::KernelTime total() const { return own + (parts - 1.0) * other; }
};

RingKernels ring_kernels(const PassPricing& pricing, const Operator& core, bool is_forward) {
  const int parts = pricing.strategy.cp;
  const cost::RingTime time =
      cost::ring_attention_time(pricing.kernels, std::get<model::AttentionCore>(core.what), parts);
  if (is_forward) return {time.own.forward, time.other.forward, parts, {core.name, {}}};
  return {time.own.backward(), time.other.backward(), parts, {core.name, kGradients}};
}

// Ring attention: while a part of the keys and values is worked on, the next one arrives. All but the last part's work
// runs beside the passes.
void ring_attention(Pieces& pieces, const RingKernels& core, const std::vector<const Communication*>& passes,
                    bool is_forward) {
  const auto kind = [&](const Communication* pass) { return is_forward ? pass->forward : pass->backward; };
  std::uint32_t begun = 0;
  for (const Communication* pass : passes) {
    if (kind(pass) == Exchange::none) continue;
    begin(pieces, *pass, kind(pass), Cores::message);
    ++begun;
  }
  work(pieces, core.own + (core.parts - 2.0) * core.other, core.name);
  if (begun > 0) end(pieces, *passes.front());
  work(pieces, core.other, core.name);
}

// Ring passes right before operator `index`.
std::vector<const Communication*> passes_before(const OperatorList& operators, std::size_t index) {
  std::vector<const Communication*> passes;
  while (index > 0 && is_ring_pass(communication_at(operators, index - 1))) {
    passes.push_back(communication_at(operators, --index));
  }
  return passes;
}

// Returns how many of the passes have run with the core.
std::size_t backward_ring(Pieces& pieces, const PassPricing& pricing, const Operator& core,
                          const std::vector<const Communication*>& passes) {
  const RingKernels kernels = ring_kernels(pricing, core, false);
  if (!pricing.strategy.overlap.cp) {
    work(pieces, kernels.total(), kernels.name);
    return 0;
  }
  ring_attention(pieces, kernels, passes, false);
  return passes.size();
}

// Backward of a product whose input came through an exchange: the input is gathered again if sequence parallelism
// dropped it, and the input gradient goes back through the exchange. `beside`: the cores that exchanges beside products
// take; none: nothing overlaps.
void backward_with_input_exchange(Pieces& pieces, const cost::PassTime& time, std::string_view name,
                                  const Communication& exchange, Cores beside) {
  const bool overlaps = beside != Cores::none;
  const auto gather_again = [&](Piece::Kind kind) {
    if (!exchange.regather_in_backward) return;
    if (kind == Piece::Kind::begin) begin(pieces, exchange, Exchange::all_gather, beside);
    if (kind == Piece::Kind::end) end(pieces, exchange);
  };
  gather_again(Piece::Kind::begin);
  if (!overlaps) gather_again(Piece::Kind::end);
  work(pieces, time.input_gradient, {name, kInputGradient});
  if (overlaps) {
    gather_again(Piece::Kind::end);
    begin(pieces, exchange, exchange.backward, beside);
    work(pieces, time.weight_gradient, {name, kWeightGradient});
    end(pieces, exchange);
  } else {
    work(pieces, time.weight_gradient, {name, kWeightGradient});
    blocking(pieces, exchange, exchange.backward);
  }
}

// Chunks of a ring with overlap.tp; one collective on a stream of its own where only the software overlaps.
Cores cores_beside_backward(const PassPricing& pricing) {
  if (pricing.strategy.overlap.tp) return Cores::message;
  return pricing.kernels.software->overlap_tensor_parallel_backward ? Cores::collective : Cores::none;
}

// Share of an operator's forward work that its backward pass does again.
double repeated_share(const Operator& op, parallel::Recompute recompute) {
  using parallel::Recompute;
  const bool is_elementwise = std::holds_alternative<model::Streaming>(op.what);
  if (recompute == Recompute::selective) return op.attention_core ? 1 : 0;
  if (recompute == Recompute::elementwise) return is_elementwise ? 1 : 0;
  if (recompute != Recompute::alternate) return 0;
  const auto* const product = std::get_if<MatrixProduct>(&op.what);
  return product != nullptr ? product->alternate_share : (is_elementwise ? 1 : 0);
}

Pieces weight_gradient_pieces(const PassPricing& pricing, const OperatorList& operators) {
  Pieces pieces;
  for (auto op = operators.rbegin(); op != operators.rend(); ++op) {
    if (std::holds_alternative<MatrixProduct>(op->what)) {
      work(pieces, cost::operator_time(pricing.kernels, *op).weight_gradient, {op->name, kWeightGradient});
    }
  }
  return pieces;
}

}  // namespace

Pieces forward_pieces(const PassPricing& pricing, const OperatorList& operators) {
  Pieces pieces;
  const parallel::Overlap& overlap = pricing.strategy.overlap;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    const Communication* exchange = communication_at(operators, i);
    if (overlap.cp && is_ring_pass(exchange)) continue;  // begun with the core that follows
    if (exchange == nullptr) {
      const std::vector<const Communication*> passes = passes_before(operators, i);
      if (!passes.empty()) {
        const RingKernels core = ring_kernels(pricing, operators[i], true);
        if (overlap.cp) ring_attention(pieces, core, passes, true);
        if (!overlap.cp) work(pieces, core.total(), core.name);
        continue;
      }
      const cost::KernelTime time = cost::operator_time(pricing.kernels, operators[i]).forward;
      const Communication* after = communication_at(operators, i + 1);
      if (overlap.tp && is_product(operators, i) &&
          is_tensor_exchange(after, after ? after->forward : Exchange::none)) {
        overlapped_reduce_scatter(pieces, time, {operators[i].name, {}}, *after, pricing.strategy.tp);
        ++i;
      } else {
        work(pieces, time, {operators[i].name, {}});
      }
    } else if (overlap.tp && is_tensor_exchange(exchange, exchange->forward) && is_product(operators, i + 1)) {
      begin(pieces, *exchange, exchange->forward, Cores::message);
      const Operator& product = operators[++i];
      work(pieces, cost::operator_time(pricing.kernels, product).forward, {product.name, {}});
      end(pieces, *exchange);
    } else {
      blocking(pieces, *exchange, exchange->forward);
    }
  }
  return pieces;
}

Pieces backward_pieces(const PassPricing& pricing, const OperatorList& operators, parallel::Recompute recompute,
                       Gradients gradients) {
  if (gradients == Gradients::weight) return weight_gradient_pieces(pricing, operators);
  Pieces pieces;
  const Cores beside = cores_beside_backward(pricing);
  for (std::size_t next = operators.size(); next > 0; --next) {
    const std::size_t i = next - 1;
    const Communication* exchange = communication_at(operators, i);
    if (exchange != nullptr) {
      blocking(pieces, *exchange, exchange->backward);
      continue;
    }
    cost::PassTime time = cost::operator_time(pricing.kernels, operators[i]);
    if (gradients == Gradients::input) time.weight_gradient = {};
    const double share = repeated_share(operators[i], recompute);
    const std::string_view name = operators[i].name;
    const std::vector<const Communication*> passes = passes_before(operators, i);
    if (!passes.empty()) {
      work(pieces, share * ring_kernels(pricing, operators[i], true).total(), {name, kAgain});
      next -= backward_ring(pieces, pricing, operators[i], passes);
      continue;
    }
    work(pieces, share * time.forward, {name, kAgain});
    const Communication* before = i > 0 ? communication_at(operators, i - 1) : nullptr;
    if (is_product(operators, i) && is_tensor_exchange(before, before ? before->backward : Exchange::none)) {
      backward_with_input_exchange(pieces, time, name, *before, beside);
      --next;
    } else {
      work(pieces, time.backward(), {name, kGradients});
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
  work(pieces, shown, {"launches that the host is late with", {}});
}

Pieces interleave(const Pieces& first, const Pieces& second) {
  struct Stream {
    const Pieces& pieces;
    std::size_t next = 0;
    std::array<std::uint32_t, kSlots> number{};  // by slot, of its last exchange among those of both
  };
  std::array<Stream, 2> streams{Stream{first}, Stream{second}};
  std::array<std::uint32_t, kSlots> begun{};
  Pieces merged;
  for (std::size_t active = 0; streams[0].next < first.size() || streams[1].next < second.size();) {
    Stream& stream = streams[active];
    if (stream.next == stream.pieces.size()) {
      active = 1 - active;
      continue;
    }
    Piece piece = stream.pieces[stream.next++];
    const auto slot = static_cast<std::size_t>(piece.slot);
    if (piece.kind == Piece::Kind::begin) stream.number[slot] = ++begun[slot];
    if (piece.kind == Piece::Kind::begin && piece.slot == Slot::expert) piece.cores = Cores::collective;
    if (piece.kind == Piece::Kind::end) piece.later += begun[slot] - stream.number[slot];
    merged.push_back(piece);
    const Stream& other = streams[1 - active];
    const bool has_begun = piece.kind == Piece::Kind::begin && piece.slot == Slot::expert;
    if (has_begun && other.next < other.pieces.size()) active = 1 - active;
  }
  return merged;
}

void append(Pieces& to, const Pieces& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace sim::program
