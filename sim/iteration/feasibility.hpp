#pragma once

#include <cstdint>
#include <string>

#include "sim/iteration/job.hpp"

namespace sim::iteration {

/// "key: whole_name = whole does not divide by parts_name = parts" unless it does. Throws infeasible.
void require_division(const char* key, std::int64_t whole, const char* whole_name, std::int64_t parts,
                      const char* parts_name, const std::string& hint);

/// "the nearest that divide are 4 or 8": divisors near the wish are the changes that an engineer would try first.
[[nodiscard]] std::string nearby_divisors(std::int64_t whole, std::int64_t wish);

/// The part of check_feasible() about how fleet entries share the job.
void check_division(const Job& job);

}  // namespace sim::iteration
