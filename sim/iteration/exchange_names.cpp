#include "sim/iteration/exchange_names.hpp"

namespace sim::iteration {
namespace {

using cost::Collective;
using program::Slot;

std::string collective_name(Collective collective) {
  switch (collective) {
    case Collective::all_reduce:
      return "all-reduce ";
    case Collective::all_gather:
      return "all-gather ";
    case Collective::reduce_scatter:
      return "reduce-scatter ";
    case Collective::send:
      return "send ";
    case Collective::all_to_all:
    case Collective::rail_all_to_all:
    case Collective::deduplicated_all_to_all:
      break;
  }
  return "all-to-all ";
}

std::string subject(const program::Operation& operation) {
  switch (operation.slot) {
    case Slot::expert:
      return "tokens";
    case Slot::context:
      return cost::is_all_to_all(operation.collective) ? "heads" : "keys and values";
    case Slot::data:
      return operation.collective == Collective::all_gather ? "parameters" : "gradients";
    case Slot::expert_data:
      return operation.collective == Collective::all_gather ? "expert parameters" : "expert gradients";
    case Slot::replica:
      return "gradients between copies";
    case Slot::expert_replica:
      return "expert gradients between copies";
    case Slot::world:
      return "gradient norm";
    case Slot::tied_embedding:
      return "embedding gradients";
    default:
      return "activations";
  }
}

}  // namespace

std::string exchange_name(const program::Operation& operation) {
  if (operation.slot == Slot::to_host) return "copy to the host";
  if (operation.slot == Slot::from_host) return "copy from the host";
  return collective_name(operation.collective) + subject(operation);
}

std::string stream_name(Slot slot) {
  switch (slot) {
    case Slot::tensor:
      return "tensor parallel";
    case Slot::expert_tensor:
      return "expert tensor parallel";
    case Slot::expert:
      return "expert parallel";
    case Slot::context:
      return "context parallel";
    case Slot::data:
      return "data parallel";
    case Slot::expert_data:
      return "expert data parallel";
    case Slot::replica:
      return "between copies of the state";
    case Slot::expert_replica:
      return "between copies of the experts' state";
    case Slot::to_host:
      return "to the host";
    case Slot::from_host:
      return "from the host";
    case Slot::world:
      return "all ranks";
    case Slot::tied_embedding:
      return "first and last stage";
    case Slot::send_next:
      return "send to the next stage";
    default:
      return "send to the previous stage";
  }
}

bool is_inner(Slot slot) {
  return slot == Slot::tensor || slot == Slot::expert_tensor || slot == Slot::expert || slot == Slot::context ||
         slot == Slot::to_host || slot == Slot::from_host;
}

}  // namespace sim::iteration
