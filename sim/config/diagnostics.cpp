#include "sim/config/diagnostics.hpp"

#include <algorithm>
#include <tuple>

namespace sim::config {

void Diagnostics::add(const SourceMark& mark, const std::string& message, const std::string& hint, bool is_infeasible) {
  if (full()) {
    ++dropped_;
    return;
  }
  list_.push_back({mark, message, hint, is_infeasible});
}

void Diagnostics::throw_if_any() const {
  if (list_.empty()) return;
  std::vector<Diagnostic> sorted = list_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.mark.file, a.mark.line, a.mark.column) < std::tie(b.mark.file, b.mark.line, b.mark.column);
  });
  if (dropped_ > 0) sorted.push_back({{}, "and " + std::to_string(dropped_) + " more errors", "", false});
  throw InputError(std::move(sorted));
}

void refuse(const SourceMark& mark, const std::string& message, const std::string& hint) {
  throw InputError(std::vector<Diagnostic>{{mark, message, hint, false}});
}

}  // namespace sim::config
