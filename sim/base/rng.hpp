#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace sim {

/// Finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): a
/// bijection of 64 bits that passes BigCrush when it is fed a counter.
[[nodiscard]] constexpr std::uint64_t mix_bits(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebULL;
  return bits ^ (bits >> 31U);
}

/// Random numbers by index instead of by order: draw `index` of stream `stream` under `seed` is always the same number,
/// whoever asks and how often, so that results do not depend on the thread count or on the order of events. Name a
/// stream by what it is for (component, rank class), never by a global id that folding renames.
class RandomStream {
 public:
  constexpr RandomStream(std::uint64_t seed, std::uint64_t stream)
      : key_(mix_bits(mix_bits(seed + kStep) ^ mix_bits(stream * kStep + kOddOffset))) {}

  /// 64 uniform bits.
  [[nodiscard]] constexpr std::uint64_t bits(std::uint64_t index) const { return mix_bits(key_ + (index + 1) * kStep); }

  /// Uniform in [0, 1), a multiple of 2^-53.
  [[nodiscard]] constexpr double uniform(std::uint64_t index) const {
    return static_cast<double>(bits(index) >> 11U) * 0x1.0p-53;
  }

  /// Exponential with the given mean (same unit as the mean), never negative, never infinite: -mean log(1 - u).
  [[nodiscard]] double exponential(std::uint64_t index, double mean) const {
    return -mean * std::log1p(-uniform(index));
  }

  /// Standard normal (mean 0, variance 1) by Box and Muller; the angle comes from a second hash of the same index.
  [[nodiscard]] double normal(std::uint64_t index) const {
    const double radius = std::sqrt(-2.0 * std::log1p(-uniform(index)));
    const double angle = static_cast<double>(mix_bits(bits(index) ^ kOddOffset) >> 11U) * 0x1.0p-53;
    return radius * std::cos(2.0 * std::numbers::pi * angle);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;       // 2^64 / golden ratio, odd
  static constexpr std::uint64_t kOddOffset = 0xd1b54a32d192ed03ULL;  // any odd constant apart from kStep
  std::uint64_t key_;
};

}  // namespace sim
