#include "sim/policy/design.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sim::policy {
namespace {

constexpr double kStep = 0.99;    // between two peaks that are tried
constexpr double kClose = 0.999;  // two peaks that are as good as equal
constexpr double kLeast = 0.01;   // of the base's peak: nobody wants less
constexpr int kStacksOfOneDie = 6, kLinksOfOneDie = 18;

double die_area(const hardware::Chip& base) {
  return base.dies.front().area.value();
}

// Highest peak that the area has room for; below zero: none.
double room(const hardware::Chip& base, const Technology& technology, const Package& package) {
  const double all = package.dies * die_area(base) * (1 - technology.fixed_share);
  const double left = all - package.stacks * technology.stack_area - package.links * technology.link_area;
  return left / (technology.compute_share * die_area(base));
}

bool beats(const Package& a, const Package& b) {
  const bool is_as_good = a.compute >= kClose * b.compute && a.stacks >= b.stacks && a.links >= b.links;
  const bool is_better = a.compute * kClose > b.compute || a.stacks > b.stacks || a.links > b.links;
  return is_as_good && is_better;
}

}  // namespace

int stacks_of(const hardware::Chip& chip) {
  constexpr double kGigabyte = 1e9;
  const double each = chip.memory_type == "HBM3e" ? 24 : chip.memory_type == "HBM2" ? 8 : 16;
  return std::max(1, static_cast<int>(std::lround(chip.memory_capacity->value.value() / (each * kGigabyte))));
}

hardware::Chip chip_of(const hardware::Chip& base, const Technology& technology, const Package& package) {
  hardware::Chip chip = base;
  for (auto& [format, peak] : chip.peak) peak.value = package.compute * peak.value;
  chip.multiprocessors->value = std::max(1.0, std::round(package.compute * base.multiprocessors->value));
  const double stacks = static_cast<double>(package.stacks) / technology.base_stacks;
  chip.memory_capacity->value = stacks * base.memory_capacity->value;
  chip.memory_bandwidth->value = stacks * base.memory_bandwidth->value;
  const BytesPerSecond each = base.scale_up->wire_rate.value / base.scale_up->links;
  chip.scale_up->links = package.links;
  chip.scale_up->wire_rate.value = package.links * each;
  const BytesPerSecond host = base.host_link ? base.host_link->value : BytesPerSecond(0);
  if (chip.total_io) chip.total_io->value = 2 * (package.links * each + host);
  chip.dies.front().count = package.dies;
  chip.applicable_die_area->value = SquareMillimetres(package.dies * die_area(base));
  if (chip.tpp) chip.tpp->value = package.compute * base.tpp->value;
  return chip;
}

double area_used(const hardware::Chip& base, const Technology& technology, const Package& package) {
  const double compute = package.compute * technology.compute_share * die_area(base);
  const double ports = package.stacks * technology.stack_area + package.links * technology.link_area;
  return technology.fixed_share + (compute + ports) / (package.dies * die_area(base));
}

std::vector<Package> legal_packages(const hardware::Chip& base, const Technology& technology, int dies,
                                    const std::function<bool(const Quantities&)>& is_legal) {
  const auto passes = [&](Package package, double compute) {
    package.compute = compute;
    return is_legal(quantities_of(chip_of(base, technology, package)));
  };
  // Downwards from what has room to the first legal peak, then up again between the last two.
  const auto highest = [&](const Package& package) {
    double high = room(base, technology, package), low = high;
    while (low >= kLeast && !passes(package, low)) high = std::exchange(low, low * kStep);
    if (low < kLeast) return 0.0;
    while (low < kClose * high) {
      const double middle = std::sqrt(low * high);
      (passes(package, middle) ? low : high) = middle;
    }
    return low;
  };
  std::vector<Package> found;
  const int stacks = dies == 1 ? std::min(technology.most_stacks, kStacksOfOneDie) : technology.most_stacks;
  const int links = std::min(technology.most_links, kLinksOfOneDie * dies), step = std::max(1, links / 6);
  for (Package package{dies, stacks, links, 0}; package.stacks > 0; --package.stacks) {
    for (package.links = links; package.links > 0; package.links -= step) {
      package.compute = highest(package);
      if (package.compute > 0) found.push_back(package);
    }
  }
  std::vector<Package> best;
  for (const Package& one : found) {
    const bool is_beaten =
        std::any_of(found.begin(), found.end(), [&](const Package& other) { return beats(other, one); });
    if (!is_beaten) best.push_back(one);
  }
  return best;
}

}  // namespace sim::policy
