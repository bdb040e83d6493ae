#pragma once

#include <cstdint>
#include <vector>

namespace sim::plan {

/// What replicas on one fleet entry can do.
struct ReplicaSpeed {
  int most = 0;        ///< replicas that fit on the entry
  int granule = 1;     ///< replicas come in multiples of this, so that expert groups stay on one entry
  double seconds = 0;  ///< of one micro-batch in the slowest stage
};

/// Replicas and micro-batches of one replica, by entry.
struct ReplicaShares {
  std::vector<int> replicas;
  std::vector<int> micro_batches;
  double seconds = 0;  ///< of the slowest entry: (micro_batches + ramp) x seconds
};

/// Divisions of exactly `micro_batches` micro-batches over entries, the best first, at most one for each set of working
/// entries. `ramp` is the pipeline's filling and draining in micro-batches; `replicas` fixes their number, 0 leaves it
/// open; `equal` demands the same micro-batches for all. Of each entry the largest counts are tried (and none), which
/// is where the best lies unless numbers divide badly.
[[nodiscard]] std::vector<ReplicaShares> share_replicas(const std::vector<ReplicaSpeed>& speeds,
                                                        std::int64_t micro_batches, double ramp, int replicas,
                                                        bool equal);

}  // namespace sim::plan
