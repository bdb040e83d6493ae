#include "sim/cost/token_spread.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/error.hpp"

namespace sim::cost {
namespace {

// Chance that none of `drawn` out of `pool` is among `marked` of them.
double misses(double pool, double marked, int drawn) {
  double chance = 1;
  for (int i = 0; i < drawn; ++i) chance *= std::max(0.0, pool - marked - i) / (pool - i);
  return chance;
}

double choose(int from, int count) {
  if (count < 0 || count > from) return 0;
  return std::exp(std::lgamma(from + 1.0) - std::lgamma(count + 1.0) - std::lgamma(from - count + 1.0));
}

}  // namespace

double expected_parts(const TokenSpread& tokens, int parts) {
  check(tokens.experts > 0 && tokens.top_k > 0, "tokens without experts to choose from");
  check(parts >= 1, "experts in no parts");
  const double experts = tokens.experts;
  const int groups = tokens.groups, picked = tokens.groups_per_token;
  const bool is_limited = picked < groups && (parts % groups == 0 || groups % parts == 0);
  if (!is_limited) return parts * (1 - misses(experts, experts / parts, tokens.top_k));
  const double pool = experts * picked / groups;
  if (parts % groups == 0) {
    return parts * (double{1} * picked / groups) * (1 - misses(pool, experts / parts, tokens.top_k));
  }
  const int inside = groups / parts;  // groups of one part, of which some number is among the picked ones
  double hit = 0;
  for (int some = 1; some <= std::min(inside, picked); ++some) {
    const double chance = choose(inside, some) * choose(groups - inside, picked - some) / choose(groups, picked);
    hit += chance * (1 - misses(pool, experts * some / groups, tokens.top_k));
  }
  return parts * hit;
}

}  // namespace sim::cost
