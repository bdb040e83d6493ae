#include "sim/program/annotations.hpp"

#include <algorithm>

namespace sim::program {

LabelKind binding_kind(const cost::KernelTime& time) {
  const Seconds most = std::max({time.tensor_compute, time.hbm_bandwidth, time.launch, time.skew});
  if (time.tensor_compute == most) return LabelKind::tensor_bound;
  if (time.hbm_bandwidth == most) return LabelKind::bytes_bound;
  return time.launch == most ? LabelKind::launch_bound : LabelKind::skew;
}

void Annotator::mark(Depth depth, std::uint32_t instruction, double pending, LabelKind kind, std::string_view text) {
  Label label{std::string(text), kind};
  std::replace(label.text.begin(), label.text.end(), '_', ' ');
  const auto next = static_cast<std::uint32_t>(annotations_.labels.size());
  const auto [place, is_new] = numbers_.try_emplace(label, next);
  if (is_new) annotations_.labels.push_back(std::move(label));
  annotations_.marks.push_back({instruction, pending, place->second, depth});
}

void Annotator::leave(Depth depth, std::uint32_t instruction, double pending) {
  annotations_.marks.push_back({instruction, pending, kNoLabel, depth});
}

void Annotator::close_delay(double length) {
  std::vector<Mark>& marks = annotations_.marks;
  for (; first_open_ < marks.size(); ++first_open_) {
    Mark& mark = marks[first_open_];
    mark.share = length > 0 ? std::min(1.0, mark.share / length) : 0;
  }
}

}  // namespace sim::program
