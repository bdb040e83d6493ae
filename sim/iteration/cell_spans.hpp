#pragma once

#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/iteration/bind.hpp"
#include "sim/iteration/recorder.hpp"
#include "sim/iteration/timeline.hpp"

namespace sim::iteration {

/// Where an actor of a run comes from.
struct Origin {
  std::uint32_t base_program = 0;  ///< the annotated one that its own is a copy of, perhaps stretched
  int stage = 0;
};

/// Numbers of equal texts.
class Names {
 public:
  explicit Names(std::vector<std::string>& names) : names_(names) {}
  [[nodiscard]] std::uint32_t number(const std::string& text);

 private:
  std::vector<std::string>& names_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

/// How many spans and arrows an actor gives at most, but for waits for several exchanges.
[[nodiscard]] std::size_t expected_spans(const Bound& bound, std::uint32_t base_program, Detail detail);

/// Makes spans of what was recorded, cell after cell.
class CellSpans {
 public:
  /// `system` is what ran, unmerged; `origins` by its actors.
  CellSpans(const Bound& bound, const engine::System& system, const std::vector<Origin>& origins,
            const Recorder& recorder, Timeline& timeline);

  /// Adds cell `index` of the timeline, an actor whose iteration lasts from cell.begin for one period.
  void write(std::uint32_t index, std::uint32_t actor);

  /// Joins messages to the passes that waited for them; after all cells were written.
  void connect();

 private:
  using Causes = std::array<std::vector<std::uint32_t>, program::kSlots>;  ///< labels by slot, in posting order
  static constexpr std::size_t kClosed = ~std::size_t{0};

  /// A message that a pass waited for.
  struct Arrival {
    std::uint32_t meeting, number;
    SpanPlace pass;
  };

  const Causes& causes_of(std::uint32_t base_program);
  [[nodiscard]] std::uint32_t name_of_wait(const engine::Instruction& wait, std::uint32_t meeting);
  [[nodiscard]] std::uint32_t name_of_label(std::uint32_t label);
  [[nodiscard]] Stream& compute() { return timeline_.cells[index_].streams.front(); }

  void write_compute();
  void apply(const program::Mark& mark, engine::SimTime at);
  void open(std::size_t depth, std::uint32_t label, engine::SimTime at);
  void close(std::size_t depth, engine::SimTime at);
  void add_leaf(engine::SimTime from, engine::SimTime to, std::uint32_t name, SpanKind kind);
  void write_delay(std::uint32_t instruction, const Step& step);
  void write_wait(const engine::Instruction& wait, const Step& step);
  void write_exchanges(std::uint32_t slot);

  const Bound& bound_;
  const engine::System& system_;
  const std::vector<Origin>& origins_;
  const Recorder& recorder_;
  Timeline& timeline_;
  Names names_;
  std::map<std::uint32_t, Causes> causes_;  ///< by base program

  // The cell at hand.
  std::uint32_t index_ = 0, actor_ = 0;
  engine::SimTime now_;
  const program::Mark* mark_ = nullptr;  ///< the next one
  const program::Mark* end_of_marks_ = nullptr;
  std::array<std::size_t, 2> open_{};                              ///< spans of the part and the unit that hold
  std::uint32_t kernel_ = program::kNoLabel;                       ///< label of the work at hand
  std::vector<std::pair<std::uint32_t, std::uint32_t>> received_;  ///< meeting and number, since the last pass

  std::vector<Arrival> arrivals_;
  std::unordered_map<std::uint32_t, std::vector<SpanPlace>> sent_;  ///< by meeting, in order
};

}  // namespace sim::iteration
