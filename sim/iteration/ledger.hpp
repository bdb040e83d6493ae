#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "sim/cost/kernel_time.hpp"
#include "sim/engine/run.hpp"
#include "sim/iteration/usage.hpp"

namespace sim::iteration {

/// Where an actor's seconds went; docs/model.md, "Staves".
enum class Stave { tensor_compute, hbm_bandwidth, launch, scale_up, scale_out, latency, bubble, imbalance };
inline constexpr int kStaves = 8;
using StaveSeconds = std::array<double, kStaves>;

/// Books every picosecond of every actor. Waiting for others to arrive is kept apart: whether it is a bubble or an
/// imbalance depends on who had more work.
class Ledger : public engine::Observer {
 public:
  Ledger(const engine::System& system, const std::vector<cost::KernelTime>& labels)
      : system_(system),
        labels_(labels),
        seconds_(system.actors()),
        idle_(system.actors(), 0.0),
        began_(system.meetings()),
        transfer_began_(system.meetings()),
        tag_(system.meetings(), 0) {}

  void delayed(std::uint32_t actor, const engine::Instruction& what, engine::SimTime from, engine::SimTime to) {
    if (!engine::is_mixture(what.tag)) {
      book_work(actor, what.tag, (to - from).seconds().value());
      return;
    }
    for (const engine::MixturePart& part : system_.mixtures[engine::mixture_index(what.tag)]) {
      const double span = seconds_of(part.picoseconds);
      switch (part.kind) {
        case engine::MixturePart::Kind::delay:
          book_work(actor, part.tag, span);
          break;
        case engine::MixturePart::Kind::latency:
          add(actor, Stave::latency, span);
          break;
        case engine::MixturePart::Kind::transfer:
          add(actor, transfer_stave(part.tag), span);
          break;
      }
    }
  }

  void began(std::uint32_t meeting, std::uint32_t operation, std::uint32_t /*last*/, engine::SimTime now) {
    began_[meeting] = now;
    tag_[meeting] = system_.activity(meeting, operation).tag;
  }

  void ended(std::uint32_t meeting, engine::SimTime transfer_began, engine::SimTime /*now*/) {
    transfer_began_[meeting] = transfer_began;
    last_began_ = began_[meeting];
    last_tag_ = tag_[meeting];
  }

  // Called right after ended() of the instance that was waited for.
  void waited(std::uint32_t actor, std::uint32_t /*slot*/, std::uint32_t meeting, engine::SimTime from,
              engine::SimTime to) {
    const auto overlap = [&](engine::SimTime begin, engine::SimTime end) {
      return std::max(0.0, (std::min(end, to) - std::max(begin, from)).seconds().value());
    };
    idle_[actor] += overlap(from, last_began_);
    add(actor, Stave::latency, overlap(last_began_, transfer_began_[meeting]));
    add(actor, transfer_stave(last_tag_), overlap(transfer_began_[meeting], to));
  }

  [[nodiscard]] const StaveSeconds& seconds(std::uint32_t actor) const { return seconds_[actor]; }
  [[nodiscard]] double idle(std::uint32_t actor) const { return idle_[actor]; }
  /// Computing time of an actor, s.
  [[nodiscard]] double busy(std::uint32_t actor) const {
    const StaveSeconds& mine = seconds_[actor];
    return mine[index(Stave::tensor_compute)] + mine[index(Stave::hbm_bandwidth)] + mine[index(Stave::launch)];
  }

  static constexpr std::size_t index(Stave stave) { return static_cast<std::size_t>(stave); }

 private:
  static double seconds_of(std::int64_t picoseconds) { return engine::SimTime(picoseconds).seconds().value(); }

  static Stave transfer_stave(std::uint16_t tag) {
    return static_cast<BindingTier>(tag) == BindingTier::scale_up ? Stave::scale_up : Stave::scale_out;
  }

  void add(std::uint32_t actor, Stave stave, double seconds) { seconds_[actor][index(stave)] += seconds; }

  void book_work(std::uint32_t actor, std::uint16_t label, double seconds) {
    const cost::KernelTime& parts = labels_[label];
    const double scale = seconds / parts.total().value();
    add(actor, Stave::tensor_compute, scale * parts.tensor_compute.value());
    add(actor, Stave::hbm_bandwidth, scale * parts.hbm_bandwidth.value());
    add(actor, Stave::launch, scale * parts.launch.value());
    add(actor, Stave::imbalance, scale * parts.skew.value());
  }

  const engine::System& system_;
  const std::vector<cost::KernelTime>& labels_;
  std::vector<StaveSeconds> seconds_;
  std::vector<double> idle_;
  std::vector<engine::SimTime> began_, transfer_began_;
  std::vector<std::uint16_t> tag_;
  engine::SimTime last_began_;
  std::uint16_t last_tag_ = 0;
};

}  // namespace sim::iteration
