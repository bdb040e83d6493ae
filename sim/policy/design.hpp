#pragma once

#include <functional>
#include <vector>

#include "sim/hardware/chip.hpp"
#include "sim/policy/quantities.hpp"

namespace sim::policy {

/// What a package can be made of: parts of one process generation, counted from a chip that exists. Areas in mm2.
/// Values: judgement, good to a third (docs/model.md, "Chip design").
struct Technology {
  double compute_share = 0.55;  ///< of the base's die: the cores behind its peak
  double fixed_share = 0.20;    ///< of every die: shared cache, crossbar, control, host port
  double stack_area = 20;       ///< of the interface of one memory stack
  double link_area = 4;         ///< of one scale-up link
  int base_stacks = 5;          ///< of the base: its capacity and bandwidth are theirs
  int most_dies = 4;            ///< of the base's size, in one package
  int most_stacks = 8;          ///< around them; six around one die
  int most_links = 36;          ///< of the package; eighteen on one die
};

/// One package of the technology.
struct Package {
  int dies = 1;
  int stacks = 0;
  int links = 0;
  double compute = 0;  ///< peak over the base's
};

/// Memory stacks of a chip, by what one of its kind holds: 24 GB of HBM3e, 8 GB of HBM2, else 16 GB; at least 1.
[[nodiscard]] int stacks_of(const hardware::Chip& chip);

/// The base with a package's peaks, cores, memory, links and dies; design power and caches stay the base's. The base
/// has one die, memory, multiprocessors and links.
[[nodiscard]] hardware::Chip chip_of(const hardware::Chip& base, const Technology& technology, const Package& package);

/// Area that a package needs over the area of its dies.
[[nodiscard]] double area_used(const hardware::Chip& base, const Technology& technology, const Package& package);

/// Packages of so many dies that a rule lets through and that no other one beats in peak, memory and links at once;
/// peak as high as the area and the rule allow, to 0.1 %. Links go in sixths of the most that there can be. `is_legal`
/// judges a part.
[[nodiscard]] std::vector<Package> legal_packages(const hardware::Chip& base, const Technology& technology, int dies,
                                                  const std::function<bool(const Quantities&)>& is_legal);

}  // namespace sim::policy
