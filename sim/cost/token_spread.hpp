#pragma once

namespace sim::cost {

/// From which experts a token chooses its own, evenly and at random.
struct TokenSpread {
  int experts = 0;  ///< 0: no experts
  int top_k = 0;
  int groups = 1;            ///< equal groups, of which a token first picks `groups_per_token`
  int groups_per_token = 1;  ///< DeepSeek-V3 calls this node-limited routing
};

/// Expected number of the `parts` equal, consecutive parts of the experts that hold one of a token's, between 1 and
/// min(parts, top_k). Without groups N (1 - C(E - E/N, k) / C(E, k)) by the hypergeometric distribution; with groups
/// the same inside those that were picked. Where neither groups nor parts divide the other, groups are left out, which
/// is an upper bound.
[[nodiscard]] double expected_parts(const TokenSpread& tokens, int parts);

}  // namespace sim::cost
