#pragma once

#include <memory>

#include "sim/cost/collective_time.hpp"
#include "sim/iteration/fabric_view.hpp"
#include "sim/validate/nccl_log.hpp"

namespace sim::validate {

/// The idle machine that one run of nccl-tests had: the first fleet entry of a job, cut to its hosts, without the share
/// of the links that a training step leaves. Rank r of the h-th host is the r-th chip of host h.
class NcclMachine {
 public:
  /// Throws InputError when a host of the log has more ranks than one of the job, or the fleet fewer hosts.
  NcclMachine(const iteration::Job& machine, const NcclLog& log);

  /// Uncontended seconds of the log's collective over a buffer of `bytes`.
  [[nodiscard]] double seconds(double bytes) const;
  /// Scale-up domains that the ranks lie in.
  [[nodiscard]] int nodes() const { return shape_.nodes; }

 private:
  struct Idle {
    iteration::Job job;
    iteration::FabricView view;
  };
  std::unique_ptr<Idle> idle_;
  cost::GroupShape shape_;  // points into idle_
  cost::Collective collective_;
};

}  // namespace sim::validate
