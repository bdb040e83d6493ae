#include "tests/architecture/functions.hpp"

#include <cctype>
#include <cstddef>
#include <regex>

namespace sim::architecture {
namespace {

enum class Statement { declaration, scope, type, one_line_function, function, data };

/// The line without a trailing comment and blanks. Text in quotes that holds "//" has no blank before it in our code.
std::string code_of(const std::string& line) {
  std::string code = line.starts_with("//") ? "" : line.substr(0, line.find(" //"));
  while (!code.empty() && std::isspace(static_cast<unsigned char>(code.back())) != 0) code.pop_back();
  return code;
}

/// The lines with the insides of raw strings emptied: help texts and samples are not code.
std::vector<std::string> without_raw_strings(std::vector<std::string> lines) {
  static const std::regex opening(R"(\bR"([A-Za-z_]*)\()");
  std::string closing;  // empty outside of a raw string
  for (std::string& line : lines) {
    std::smatch match;
    if (closing.empty() && std::regex_search(line, match, opening)) {
      closing = ")" + match[1].str() + "\"";
      const std::size_t inside = static_cast<std::size_t>(match.position() + match.length());
      const std::size_t end = line.find(closing, inside);
      line.erase(inside, end == std::string::npos ? end : end - inside);
      if (end != std::string::npos) closing.clear();
    } else if (!closing.empty()) {
      const std::size_t end = line.find(closing);
      line.erase(0, end);  // all of it if the raw string goes on
      if (end != std::string::npos) closing.clear();
    }
  }
  return lines;
}

bool starts_statement(const std::string& code, std::size_t indent) {
  if (code.size() <= indent || code.find_first_not_of(' ') != indent) return false;
  const char first = code[indent];
  return std::isalpha(static_cast<unsigned char>(first)) != 0 || first == '_' || first == '[' || first == '~';
}

bool ends_statement(const std::string& code) {
  return code.ends_with(";") || code.ends_with("{") || code.ends_with("}") || code.ends_with(":");
}

Statement kind_of(const std::string& text) {
  static const std::regex scope(R"(^\s*(inline )?(namespace|extern "C")\b)");
  static const std::regex type(R"(^\s*(template <.*> )?(struct|class|enum|union)\b[^()]*\{$)");
  static const std::regex function(R"(^[^={]*(operator[^(]*)?\()");
  if (text.ends_with(";") || text.ends_with(":")) return Statement::declaration;
  if (std::regex_search(text, scope)) return Statement::scope;
  if (std::regex_search(text, type)) return Statement::type;
  if (!std::regex_search(text, function)) return Statement::data;
  return text.ends_with("}") ? Statement::one_line_function : Statement::function;
}

class Scanner {
 public:
  explicit Scanner(const std::vector<std::string>& lines) : lines_(without_raw_strings(lines)) {}

  std::vector<FunctionSize> scan() {
    scan_level(0, 0, lines_.size());
    return found_;
  }

 private:
  /// The first line after `from` that closes a block opened at `indent`; the last line if there is none.
  std::size_t closing_line(std::size_t from, std::size_t indent) const {
    const std::string brace = std::string(indent, ' ') + "}";
    for (std::size_t at = from + 1; at < lines_.size(); ++at) {
      if (lines_[at].starts_with(brace)) return at;
    }
    return lines_.size() - 1;
  }

  void scan_level(std::size_t indent, std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to; ++at) {
      if (starts_statement(code_of(lines_[at]), indent)) at = scan_statement(at, indent);
    }
  }

  /// Reads the statement that starts at `first` and gives the line on which it ends.
  std::size_t scan_statement(std::size_t first, std::size_t indent) {
    std::size_t last = first;
    std::string text = code_of(lines_[first]);
    while (!ends_statement(code_of(lines_[last])) && last + 1 < lines_.size()) text += " " + code_of(lines_[++last]);
    const Statement kind = kind_of(text);
    if (kind == Statement::declaration || kind == Statement::scope) return last;
    const bool open = text.ends_with("{");
    const std::size_t end = open ? closing_line(last, indent) : last;
    if (kind == Statement::type && indent == 0) scan_level(2, last + 1, end);
    if (kind == Statement::function || kind == Statement::one_line_function) {
      found_.push_back({code_of(lines_[first]), static_cast<int>(first) + 1, static_cast<int>(end - first) + 1});
    }
    return end;
  }

  std::vector<std::string> lines_;
  std::vector<FunctionSize> found_;
};

}  // namespace

std::vector<FunctionSize> functions_of(const std::vector<std::string>& lines) {
  return Scanner(lines).scan();
}

}  // namespace sim::architecture
