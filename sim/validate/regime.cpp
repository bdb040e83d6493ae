#include "sim/validate/regime.hpp"

#include <algorithm>

namespace sim::validate {

const char* regime_name(Regime regime) {
  switch (regime) {
    case Regime::compute:
      return "compute-bound";
    case Regime::memory:
      return "memory-bound";
    case Regime::communication:
      return "communication-bound";
    case Regime::bubble:
      return "bubble-bound";
    case Regime::launch:
      break;
  }
  return "launch-bound";
}

Regime regime_of(const iteration::StaveSeconds& staves) {
  using iteration::Stave;
  const auto seconds = [&staves](Stave stave) { return staves[static_cast<std::size_t>(stave)]; };
  const std::array<double, 5> groups = {
      seconds(Stave::tensor_compute), seconds(Stave::hbm_bandwidth),
      seconds(Stave::scale_up) + seconds(Stave::scale_out) + seconds(Stave::host_link) + seconds(Stave::latency),
      seconds(Stave::bubble) + seconds(Stave::imbalance), seconds(Stave::launch)};
  return static_cast<Regime>(std::max_element(groups.begin(), groups.end()) - groups.begin());
}

}  // namespace sim::validate
