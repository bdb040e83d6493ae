#pragma once

#include "sim/config/value.hpp"

namespace sim::config {

/// A chip that is `like` another one keeps no stale sums of what it changed. `over` was laid over `base`, which gave
/// `merged`: a published TPP goes with other peaks, an applicable die area with other dies, and the total I/O of `base`
/// moves by twice the change of the one-way rates of scale-up ports and host link. Where only one
/// of the number and the rate of its scale-up links is changed, the other follows. What `over` states itself stays.
void update_derived_facts(const Value& base, const Value& over, Value& merged);

}  // namespace sim::config
