#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "sim/fold/quotient.hpp"

namespace sim::fold {
namespace {

using engine::Activity;
using engine::Instruction;
using engine::Mixture;
using engine::MixturePart;
using engine::Step;
using engine::System;

constexpr std::size_t kMostSlots = 32;

/// Rewrites programs; actors that share a program and meet in equally priced, undisturbed meetings share the result.
class Coalescer {
 public:
  explicit Coalescer(System& system) : system_(system), old_instructions_(std::move(system.instructions)) {
    old_begin_ = std::exchange(system_.program_begin, {0});
    system_.instructions.clear();
    for (std::size_t i = 0; i < system_.mixtures.size(); ++i) {
      mixture_tags_[system_.mixtures[i]] = static_cast<std::uint16_t>(engine::kFirstMixture + i);
    }
  }

  void run() {
    for (std::uint32_t actor = 0; actor < system_.actors(); ++actor) {
      std::vector<std::uint32_t> key{system_.program[actor]};
      std::array<std::uint32_t, kMostSlots> shapes{};
      for (std::uint32_t slot = 0; slot < system_.slots(); ++slot) {
        shapes[slot] = private_shape(actor, slot);
        key.push_back(shapes[slot]);
      }
      const auto next = static_cast<std::uint32_t>(system_.program_begin.size() - 1);
      const auto [place, is_new] = programs_.try_emplace(std::move(key), next);
      if (is_new) rewrite(system_.program[actor], shapes);
      system_.program[actor] = place->second;
    }
  }

 private:
  // Shape of a meeting that this actor alone posts to and that never shares a link; kNoMeeting for others. A stretched
  // actor keeps its delays apart, because stretching rounds each of them.
  [[nodiscard]] std::uint32_t private_shape(std::uint32_t actor, std::uint32_t slot) const {
    const std::uint32_t meeting = system_.meeting(actor, slot);
    const bool is_stretched = !system_.stretch.empty() && system_.stretch[actor] != 1.0;
    if (meeting == engine::kNoMeeting || !system_.slot_posts[slot] || is_stretched) return engine::kNoMeeting;
    if (system_.member_begin[meeting + 1] - system_.member_begin[meeting] != 1) return engine::kNoMeeting;
    for (std::uint32_t pattern = 0; pattern < system_.patterns; ++pattern) {
      if (!system_.rows.is_empty(meeting * system_.patterns + pattern)) return engine::kNoMeeting;
    }
    return system_.shape[meeting];
  }

  [[nodiscard]] const Activity& activity(std::uint32_t shape, std::uint32_t operation) const {
    return system_.activities[std::size_t{shape} * system_.operations + operation];
  }

  [[nodiscard]] bool drags(std::uint32_t operation) const {
    for (std::size_t at = operation; at < system_.activities.size(); at += system_.operations) {
      if (system_.activities[at].drag != 0) return true;
    }
    return false;
  }

  void rewrite(std::uint32_t program, const std::array<std::uint32_t, kMostSlots>& shapes) {
    std::array<std::uint32_t, kMostSlots> posted{}, waited{}, dragging{};
    std::array<std::vector<std::uint32_t>, kMostSlots> removed;  // numbers of merged instances, ascending
    pending_.clear();
    for (std::uint32_t i = old_begin_[program]; i < old_begin_[program + 1]; ++i) {
      Instruction instruction = old_instructions_[i];
      if (instruction.step == Step::delay) {
        pending_.push_back({MixturePart::Kind::delay, instruction.tag, instruction.picoseconds});
        continue;
      }
      const bool something_drags =
          std::any_of(dragging.begin(), dragging.end(), [](std::uint32_t number) { return number != 0; });
      if (instruction.step == Step::post) {
        const std::uint32_t number = ++posted[instruction.slot];
        const bool is_alone = waited[instruction.slot] + 1 == number;  // nothing before it is still on its way
        const bool can_merge = shapes[instruction.slot] != engine::kNoMeeting && !something_drags && is_alone &&
                               i + 1 < old_begin_[program + 1] &&
                               is_wait_for(old_instructions_[i + 1], instruction.slot, number);
        const Activity& what = can_merge ? activity(shapes[instruction.slot], instruction.value) : Activity{};
        if (can_merge && what.drag == 0) {
          pending_.push_back({MixturePart::Kind::latency, what.tag, what.latency});
          pending_.push_back({MixturePart::Kind::transfer, what.tag, what.transfer});
          removed[instruction.slot].push_back(number);
          waited[instruction.slot] = number;
          ++i;
          continue;
        }
        if (drags(instruction.value)) dragging[instruction.slot] = number;
      } else {
        waited[instruction.slot] = std::max(waited[instruction.slot], instruction.value);
        if (dragging[instruction.slot] != 0 && dragging[instruction.slot] <= instruction.value) {
          dragging[instruction.slot] = 0;
        }
        // A program may wait again for what it has waited for already; all of it may have been merged.
        const std::vector<std::uint32_t>& merged = removed[instruction.slot];
        const auto before = std::upper_bound(merged.begin(), merged.end(), instruction.value) - merged.begin();
        instruction.value -= static_cast<std::uint32_t>(before);
        if (instruction.value == 0) {
          flush();  // delays on both sides stay apart: each is rounded by itself where something drags
          continue;
        }
      }
      flush();
      system_.instructions.push_back(instruction);
    }
    flush();
    system_.program_begin.push_back(static_cast<std::uint32_t>(system_.instructions.size()));
  }

  static bool is_wait_for(const Instruction& instruction, std::uint8_t slot, std::uint32_t number) {
    return instruction.step == Step::wait && instruction.slot == slot && instruction.value == number;
  }

  void flush() {
    std::int64_t sum = 0;
    for (const MixturePart& part : pending_) sum += part.picoseconds;
    if (sum == 0) {
      pending_.clear();
      return;
    }
    const bool is_plain = pending_.size() == 1 && pending_.front().kind == MixturePart::Kind::delay;
    const std::uint16_t tag = is_plain ? pending_.front().tag : tag_of_pending();
    system_.instructions.push_back({Step::delay, 0, tag, 0, sum});
    pending_.clear();
  }

  // Equal kinds of parts are summed first, so that mixtures stay short and few.
  std::uint16_t tag_of_pending() {
    std::map<std::pair<MixturePart::Kind, std::uint16_t>, std::int64_t> sums;
    for (const MixturePart& part : pending_) sums[{part.kind, part.tag}] += part.picoseconds;
    Mixture mixture;
    for (const auto& [kind, sum] : sums) mixture.push_back({kind.first, kind.second, sum});
    const std::size_t next = engine::kFirstMixture + system_.mixtures.size();
    const auto [place, is_new] = mixture_tags_.try_emplace(std::move(mixture), static_cast<std::uint16_t>(next));
    if (is_new) {
      check(next < 0x10000, "too many kinds of merged delays");
      system_.mixtures.push_back(place->first);
    }
    return place->second;
  }

  System& system_;
  std::vector<Instruction> old_instructions_;
  std::vector<std::uint32_t> old_begin_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> programs_;
  std::map<Mixture, std::uint16_t> mixture_tags_;
  Mixture pending_;
};

}  // namespace

void coalesce(System& system) {
  check(system.slots() <= kMostSlots, "more slots than folding handles");
  Coalescer(system).run();
}

}  // namespace sim::fold
