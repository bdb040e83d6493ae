#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "sim/cost/collective_time.hpp"
#include "sim/iteration/fabric_view.hpp"

namespace sim::validate {

/// A group of `gpus` chips, equally many on each of `nodes` nodes, as tables of collectives name it.
struct IdleGroup {
  std::string chip;
  std::string library;  ///< a file of catalog/collectives
  int gpus = 0;
  int nodes = 1;
  int links = 0;  ///< of a chip; 0: as usual
  // Where there is more than one node:
  int nics = 0;  ///< of a node, which the group owns
  double nic_gigabits = 0;
  std::string network;  ///< a file of catalog/networks
  [[nodiscard]] auto key() const { return std::tie(chip, library, gpus, nodes, links, nics, nic_gigabits, network); }
  bool operator<(const IdleGroup& other) const { return key() < other.key(); }
};

/// Machines that nothing else uses: links and NICs without the share that a training step leaves, nodes on one
/// non-blocking leaf. Built once each, among the first chips of the usual node of their kind.
class IdleMachines {
 public:
  /// How the group lies on its machine; points into it. Throws Unsupported for what has no usual node of that size.
  [[nodiscard]] cost::GroupShape shape_of(const IdleGroup& group);

 private:
  struct Machine {
    iteration::Job job;
    iteration::FabricView view;
  };
  [[nodiscard]] static std::unique_ptr<Machine> make(const IdleGroup& group);
  std::map<IdleGroup, std::unique_ptr<Machine>> machines_;
};

}  // namespace sim::validate
