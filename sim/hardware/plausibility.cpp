#include "sim/hardware/plausibility.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "sim/base/quantity.hpp"

namespace sim::hardware {
namespace {

// A part may be that much better than the best one that shipped before somebody should be asked how.
constexpr double kHeadroom = 1.5;

// The densest part of a process: dense TFLOPS x bits over the area of its logic dies, both as the catalogue has them.
// Nothing is known yet of parts below 4 nm, and 28 nm ones are planar.
struct DensestPart {
  int nanometres;  // of this process and the newer ones down to the entry before
  double density;
  const char* part;
};
constexpr int kNewestProcess = 4;
constexpr std::array<DensestPart, 3> kDensest{
    {{5, 37.5, "B30A in fp4"}, {7, 15.3, "BR100 in bf16"}, {16, 3.2, "TPUv3 in bf16"}}};

// What one stack of memory gives at most: JEDEC's rate for its generation with the overclock that makers sell, and the
// highest stack in the market.
struct MemoryKind {
  const char* name;
  double rate;      // B/s of a stack, or of a 512 bit bus
  double capacity;  // B of a stack, or of 16 devices on both sides of the board
  bool is_stack;
};
constexpr std::array<MemoryKind, 8> kMemories{{{"HBM2", 307e9, 16e9, true},
                                               {"HBM2e", 461e9, 24e9, true},
                                               {"HBM3", 819e9, 24e9, true},
                                               {"HBM3e", 1229e9, 48e9, true},
                                               {"HBM4", 2816e9, 64e9, true},
                                               {"GDDR6", 1280e9, 64e9, false},
                                               {"GDDR6X", 1536e9, 64e9, false},
                                               {"GDDR7", 2048e9, 96e9, false}}};

// Datasheets round: 8 stacks of 461 GB/s are sold as 3.7 TB/s.
constexpr double kRounding = 1.01;

// Stacks stand along the two long edges of a die, 11 mm each (JESD235, JESD238); no die is longer than the field of a
// lithography machine, 33 x 26 mm2.
constexpr double kStackWidth = 11;
constexpr double kFieldLength = 33;
constexpr double kFieldArea = 858;

double area_of(const Chip& chip) {
  if (chip.applicable_die_area) return chip.applicable_die_area->value.value();
  double area = 0;
  for (const Die& die : chip.dies) area += die.planar ? 0 : die.count * die.area.value() * chip.devices_in_package;
  return area;
}

double performance_of(const Chip& chip) {
  double largest = 0;
  for (const auto& [format, rate] : chip.peak) largest = std::max(largest, rate.value.value() / 1e12 * bits(format));
  return largest * chip.devices_in_package;
}

// "TSMC 4N", "7nm-class", "SMIC N+1/N+2 (some dies TSMC N7 ...)": the first number from 2 to 99; 0 if there is none.
int nanometres_of(const std::string& process) {
  for (std::size_t i = 0; i < process.size(); ++i) {
    const bool is_start =
        std::isdigit(static_cast<unsigned char>(process[i])) != 0 && (i == 0 || process[i - 1] != '+');
    if (!is_start) continue;
    const int number = std::atoi(process.c_str() + i);
    return number >= 2 && number <= 99 ? number : 0;
  }
  return 0;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

void test_density(const Chip& chip, std::vector<std::string>& found) {
  const double area = area_of(chip);
  const int process = nanometres_of(chip.process);
  if (!(area > 0) || process < kNewestProcess) return;
  const double density = performance_of(chip) / area;
  const auto densest = std::find_if(kDensest.begin(), kDensest.end(),
                                    [&](const DensestPart& part) { return process <= part.nanometres; });
  if (densest == kDensest.end() || density <= kHeadroom * densest->density) return;
  found.push_back("peak: " + number(density) + " TPP a mm2 is " + number(density / densest->density) +
                  " times the densest part on " + chip.process + " (" + number(densest->density) + ", " +
                  densest->part + ")");
}

void test_dies(const Chip& chip, std::vector<std::string>& found) {
  for (const Die& die : chip.dies) {
    if (die.area.value() <= kFieldArea) continue;
    found.push_back("dies: " + number(die.area.value()) +
                    " mm2 is more than the 858 mm2 (33 x 26 mm) that a lithography machine exposes at once");
  }
}

int stacks_along(const Chip& chip) {
  const auto beside = [](double area) {
    const double edge = kFieldLength * std::sqrt(std::min(1.0, area / kFieldArea));
    return 2 * std::max(1, static_cast<int>(edge / kStackWidth + 0.1));
  };
  int stacks = 0;
  for (const Die& die : chip.dies) stacks += die.count * beside(die.area.value());
  return stacks > 0 ? stacks : beside(kFieldArea);
}

void test_memory(const Chip& chip, std::vector<std::string>& found) {
  const auto kind = std::find_if(kMemories.begin(), kMemories.end(),
                                 [&](const MemoryKind& one) { return chip.memory_type == one.name; });
  if (kind == kMemories.end()) return;
  const int stacks = kind->is_stack ? stacks_along(chip) : 1;
  const std::string room = kind->is_stack
                               ? std::to_string(stacks) + " stacks of " + kind->name + ", all that fit along its dies,"
                               : std::string("a 512 bit bus of ") + kind->name;
  const auto test = [&](const char* key, double value, double most, const char* dimension) {
    if (value <= kRounding * most) return;
    found.push_back(std::string(key) + ": " + format_quantity(value, dimension) + " is more than the " +
                    format_quantity(most, dimension) + " that " + room + (kind->is_stack ? " give" : " gives"));
  };
  if (chip.memory_bandwidth) {
    test("memory_bandwidth", chip.memory_bandwidth->value.value(), stacks * kind->rate, "data rate");
  }
  if (chip.memory_capacity)
    test("memory_capacity", chip.memory_capacity->value.value(), stacks * kind->capacity, "data");
}

}  // namespace

std::vector<std::string> implausible(const Chip& chip) {
  std::vector<std::string> found;
  test_density(chip, found);
  test_dies(chip, found);
  test_memory(chip, found);
  return found;
}

}  // namespace sim::hardware
