#pragma once

#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "sim/program/build.hpp"

namespace sim::program {

/// Writes the instructions of one program after another. Work in a row becomes one delay.
class Emitter {
 public:
  explicit Emitter(IterationPrograms& programs, bool annotated = false) : programs_(programs) {
    if (annotated) annotator_.emplace(programs.annotations);
  }

  void add(const Pieces& pieces);
  void work(const cost::KernelTime& time, const WorkName& name);
  void post(Slot slot, cost::Collective collective, Bytes bytes, Cores cores = Cores::none);
  /// Waits for the last instance posted at the slot.
  void wait_for_posted(Slot slot);
  /// Waits for instance `number` (from 1).
  void wait(Slot slot, std::uint32_t number);
  [[nodiscard]] std::uint32_t posted(Slot slot) const { return posted_[static_cast<std::size_t>(slot)]; }
  void close_program();

  [[nodiscard]] bool is_annotated() const { return annotator_.has_value(); }
  /// From here on until the next label or leave() at this depth or a smaller one.
  void enter(Depth depth, LabelKind kind, std::string_view text);
  void leave(Depth depth);

 private:
  void flush();
  std::uint16_t label_of(const cost::KernelTime& time);
  std::uint32_t operation_of(const Operation& operation);

  IterationPrograms& programs_;
  [[nodiscard]] std::uint32_t next_instruction() const {
    return static_cast<std::uint32_t>(programs_.instructions.size());
  }

  std::optional<Annotator> annotator_;
  cost::KernelTime pending_;
  std::array<std::uint32_t, kSlots> posted_{};
  std::map<std::tuple<double, double, double, double>, std::uint16_t> labels_;
  std::map<std::tuple<Slot, cost::Collective, double, Cores>, std::uint32_t> operations_;
};

}  // namespace sim::program
