#include "sim/launch/arithmetic.hpp"

#include <cctype>
#include <charconv>
#include <cmath>

namespace sim::launch {
namespace {

constexpr std::int64_t kMost = 1'000'000'000'000'000;
constexpr int kDeepest = 64;

class Expression {
 public:
  Expression(const std::string& text, const std::function<std::string(const std::string&)>& value)
      : text_(text), value_(value) {}

  std::optional<std::int64_t> whole() {
    const std::optional<std::int64_t> result = sum();
    skip();
    return at_ == text_.size() ? result : std::nullopt;
  }

 private:
  using Number = std::optional<std::int64_t>;

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  static Number joined(char operation, Number a, Number b) {
    if (!a || !b) return std::nullopt;
    if ((operation == '/' || operation == '%') && *b == 0) return std::nullopt;
    const double size = operation == '*' ? std::abs(static_cast<double>(*a) * static_cast<double>(*b)) : 0;
    if (size > static_cast<double>(kMost)) return std::nullopt;
    std::int64_t result = 0;
    if (operation == '+') result = *a + *b;
    if (operation == '-') result = *a - *b;
    if (operation == '*') result = *a * *b;
    if (operation == '/') result = *a / *b;
    if (operation == '%') result = *a % *b;
    if (result > kMost || result < -kMost) return std::nullopt;
    return result;
  }

  Number sum() {
    Number result = product();
    for (;;) {
      if (take('+')) {
        result = joined('+', result, product());
      } else if (take('-')) {
        result = joined('-', result, product());
      } else {
        return result;
      }
    }
  }

  Number product() {
    Number result = factor();
    for (;;) {
      if (take('*')) {
        result = joined('*', result, factor());
      } else if (take('/')) {
        result = joined('/', result, factor());
      } else if (take('%')) {
        result = joined('%', result, factor());
      } else {
        return result;
      }
    }
  }

  Number factor() {
    if (++depth_ > kDeepest) return std::nullopt;
    Number result;
    if (take('(')) {
      result = sum();
      if (!take(')')) result.reset();
    } else if (take('-')) {
      result = joined('-', 0, factor());
    } else {
      result = word();
    }
    --depth_;
    return result;
  }

  Number word() {
    skip();
    std::string text;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
      text += text_[at_++];
    }
    const bool is_name = !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0;
    if (is_name) text = value_(text);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number =
        error == std::errc() && end == text.data() + text.size() && number <= kMost && number >= -kMost;
    return is_number ? Number(number) : std::nullopt;
  }

  const std::string& text_;
  const std::function<std::string(const std::string&)>& value_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::optional<std::int64_t> evaluate(const std::string& text,
                                     const std::function<std::string(const std::string&)>& value) {
  return Expression(text, value).whole();
}

}  // namespace sim::launch
