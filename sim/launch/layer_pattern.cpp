#include "sim/launch/layer_pattern.hpp"

#include <cctype>

namespace sim::launch {
namespace {

constexpr std::size_t kMost = 100'000;

class Pattern {
 public:
  explicit Pattern(const std::string& text) {
    for (const char c : text) {
      const bool is_dropped = std::isspace(static_cast<unsigned char>(c)) != 0 || c == '(' || c == ')';
      if (!is_dropped) text_ += c;
    }
  }

  std::optional<std::vector<int>> whole() {
    std::vector<int> all;
    do {
      std::vector<int> part;
      if (!list(part)) return std::nullopt;
      std::size_t times = 1;
      if (take('*') && !number(times)) return std::nullopt;
      if (part.size() * times + all.size() > kMost) return std::nullopt;
      for (std::size_t i = 0; i < times; ++i) all.insert(all.end(), part.begin(), part.end());
    } while (take('+'));
    return at_ == text_.size() ? std::optional(all) : std::nullopt;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool number(std::size_t& value) {
    value = 0;
    const std::size_t start = at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) {
      value = 10 * value + static_cast<std::size_t>(text_[at_++] - '0');
      if (value > kMost) return false;
    }
    return at_ > start;
  }

  bool list(std::vector<int>& items) {
    if (!take('[')) return false;
    do {
      std::size_t value = 0;
      if (!number(value)) return false;
      items.push_back(static_cast<int>(value));
    } while (take(','));
    return take(']');
  }

  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<int>> layer_pattern(const std::string& text) {
  return Pattern(text).whole();
}

}  // namespace sim::launch
