#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cost/kernel_time.hpp"

namespace sim::program {

/// What a label stands for. Work is named by what bounds it most.
enum class LabelKind : std::uint8_t {
  pass,          ///< of a micro-batch through a chunk
  step,          ///< the gradients' and parameters' end of the iteration
  unit,          ///< a layer or an end of the model
  tensor_bound,  ///< kernels, by the largest part of their time
  bytes_bound,
  launch_bound,
  skew,  ///< what the slowest of many ranks takes longer
};

struct Label {
  std::string text;  ///< "forward chunk 2 micro-batch 5", "layer 37", "qkv"
  LabelKind kind = LabelKind::pass;
  auto operator<=>(const Label&) const = default;
};

/// Depths at which labels nest.
enum class Depth : std::uint8_t { part, unit, kernel };

inline constexpr std::uint32_t kNoLabel = 0xffffffffU;

/// From this point of a program on, `label` holds at `depth` and nothing does at greater depths.
struct Mark {
  std::uint32_t instruction = 0;   ///< index in IterationPrograms::instructions
  double share = 0;                ///< of that instruction's time that lies before the mark, if it is a delay
  std::uint32_t label = kNoLabel;  ///< kNoLabel: nothing holds there any longer
  Depth depth = Depth::part;
};

/// Names for the instructions of programs, for people who look at a timeline. Marks are in the order of the programs.
struct Annotations {
  std::vector<Label> labels;
  std::vector<Mark> marks;
};

/// The largest part of a kernel's time.
[[nodiscard]] LabelKind binding_kind(const cost::KernelTime& time);

/// Collects annotations while programs are written; labels that are equal share a number.
class Annotator {
 public:
  explicit Annotator(Annotations& annotations) : annotations_(annotations) {}

  /// `pending`: seconds of the delay at `instruction` that come before the mark.
  void mark(Depth depth, std::uint32_t instruction, double pending, LabelKind kind, std::string_view text);
  void leave(Depth depth, std::uint32_t instruction, double pending);

  /// The delay at the last marks' instruction has this length, s; 0: there is none.
  void close_delay(double length);

 private:
  Annotations& annotations_;
  std::map<Label, std::uint32_t> numbers_;
  std::size_t first_open_ = 0;  ///< marks whose share is still in seconds
};

}  // namespace sim::program
