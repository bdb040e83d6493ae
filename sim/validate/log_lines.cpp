#include "sim/validate/log_lines.hpp"

#include <cmath>
#include <cstdlib>

namespace sim::validate {

bool LogLines::next() {
  if (text_.empty()) return false;
  const std::size_t end = std::min(text_.find('\n'), text_.size());
  line_.clear();
  for (const char c : text_.substr(0, end)) {
    if (c == '\t') line_ += ' ';
    if (c >= ' ' && c <= '~') line_ += c;
  }
  text_.remove_prefix(std::min(end + 1, text_.size()));
  ++number_;
  return true;
}

InputError LogLines::error(const std::string& message, const std::string& hint) const {
  return InputError({Diagnostic{{name_, number_, 1, line_}, message, hint}});
}

InputError LogLines::file_error(const std::string& message, const std::string& hint) const {
  return InputError({Diagnostic{{name_, 0, 0, ""}, message, hint}});
}

std::optional<double> number_in(std::string_view word) {
  const std::size_t begin = word.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string text(word.substr(begin, word.find_last_not_of(' ') - begin + 1));
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (*end != '\0' || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace sim::validate
