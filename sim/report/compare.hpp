#pragma once

#include <string>
#include <vector>

#include "sim/report/answer.hpp"

namespace sim::report {

/// What somebody else says of the same run.
struct Published {
  double days = 0;  ///< 0: nobody
  std::string source;
};

/// One answer of a comparison.
struct Compared {
  Answer answer;  ///< with its whole run
  Published published;
};

/// 6ND over all chips of the fleet x dense peak x days: how such claims count utilisation.
[[nodiscard]] double claimed_utilisation(const iteration::Job& job, double days);

/// Side by side: days, ratio to the first, goodput, energy, money, utilisation, days by stave, why each is slower or
/// faster than the first, and what others say with the utilisation that it takes.
[[nodiscard]] std::string compare_text(const std::vector<Compared>& answers, bool color);
[[nodiscard]] std::string compare_json(const std::vector<Compared>& answers);

}  // namespace sim::report
