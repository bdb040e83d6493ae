#include "sim/validate/answer_interval.hpp"

#include <filesystem>

#include "sim/config/catalog.hpp"
#include "sim/iteration/placement.hpp"
#include "sim/validate/regime.hpp"

namespace sim::validate {

std::optional<Interval> answer_interval(const iteration::Job& job, const iteration::IterationResult& result) {
  const std::filesystem::path path = config::data_directory() / "validation" / "residuals.csv";
  if (!std::filesystem::is_regular_file(path)) return std::nullopt;
  const std::vector<ResidualRow> rows = read_residuals(path.string());
  const std::string regime = regime_name(regime_of(result.pacing.staves));
  const std::vector<int> used = iteration::used_chips(job);
  std::optional<Interval> widest;
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    if (used[entry] == 0) continue;
    const Interval own = interval_of(rows, job.fleet[entry].kernels.id, regime);
    if (!widest || own.p90 / own.p10 > widest->p90 / widest->p10) widest = own;
  }
  return widest;
}

}  // namespace sim::validate
