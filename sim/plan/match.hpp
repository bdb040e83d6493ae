#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sim/plan/search.hpp"

namespace sim::plan {

/// What the two fleets shall have the same of: days of the run, dollars that the machines cost in a year of their life
/// (or an hour's rent), or power at full work with what stands around the chips.
enum class By { days, dollars, power };

/// A fleet size that was tried, with its best strategy.
struct SizeTried {
  int chips = 0;
  double ideal_days = 0;  ///< infinity: nothing fits
  double gap = 0;         ///< as in SearchResult
};

/// How many chips of one job's kind finish it as soon as another fleet does.
struct Match {
  double wanted_days = 0;  ///< ideal days of the other fleet with its best strategy
  double like_gap = 0;     ///< of that search, as in SearchResult
  int chips = 0;           ///< 0: no number of chips up to the largest tried is enough
  double ideal_days = 0;   ///< of that many
  Found strategy;
  Found like;                    ///< the other fleet's
  std::vector<SizeTried> tried;  ///< in order
};

struct MatchOptions {
  std::set<std::string> fixed;  ///< axes that are not searched
  By by = By::days;
  double size = 0;               ///< chips that have as much of it; not for days
  std::size_t simulations = 24;  ///< of each search
  int most_chips = 1'000'000;
  std::function<void(const SizeTried&)> progress{};
};

/// Chips of `job`'s kind whose dollars or power are those of `like`'s fleet, by each side's own economics. Throws
/// InputError where a price or a design power is not known.
[[nodiscard]] double chips_for_same(By by, const iteration::Job& job, const campaign::Economics& own,
                                    const iteration::Job& like, const campaign::Economics& other);

/// Searches the best strategy at every size, to whole nodes. The sizes are bracketed by doubling and halved until they
/// differ by less than 1 %; more chips are taken to be no slower. By dollars or power the size is given, and
/// only the days are looked for. Both fleets have one entry. Throws infeasible where
/// the other fleet cannot run its job.
[[nodiscard]] Match match(const iteration::Job& job, const iteration::Job& like, const MatchOptions& options = {});

/// Chips of `job`'s kind that have the same of one rate as all of `like`'s.
struct Equivalents {
  double peak_flops = 0;  ///< of the training format
  double memory_bandwidth = 0;
  double scale_up = 0;  ///< 0: one of them has no such links
  double scale_out = 0;
  double power = 0;  ///< by design power; 0: unknown
};
[[nodiscard]] Equivalents equivalents(const iteration::Job& job, const iteration::Job& like);

}  // namespace sim::plan
