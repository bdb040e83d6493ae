#pragma once

#include <string>
#include <vector>

#include "sim/policy/evaluate.hpp"

namespace sim::policy {

/// A stretch of values of one quantity over which a rule says the same of a part.
struct Stretch {
  double low = 0;
  double high = 0;
  Status status = Status::unknown;
  std::string paragraph;
};

/// Names of the facts that a rule asks for and that are not known of a part.
[[nodiscard]] std::vector<Name> missing_facts(const Rule& rule, const Quantities& part);

/// What a rule says over the values that a missing fact may have, in ascending order. Found on a grid of 1.2 % steps
/// whose changes are then bisected: stretches narrower than a step may be passed over.
[[nodiscard]] std::vector<Stretch> stretches(const Rule& rule, const Quantities& part, Name missing);

/// "die_area: up to 332.43 mm2 controlled (3A090.a.2), above 615 mm2 not_controlled" for each missing fact that decides
/// by itself at some value, else the names of what is missing.
[[nodiscard]] std::string needs_of(const Rule& rule, const Quantities& part);

}  // namespace sim::policy
