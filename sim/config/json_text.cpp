#include "sim/config/json_text.hpp"

#include <fmt/format.h>

namespace sim::config {

std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        json += "\\\"";
        break;
      case '\\':
        json += "\\\\";
        break;
      case '\n':
        json += "\\n";
        break;
      case '\t':
        json += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20U) {
          json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          json += c;
        }
    }
  }
  return json + "\"";
}

std::string json_number(double value) {
  return fmt::format("{}", value);
}

std::string json_array(const std::vector<std::string>& values) {
  return fmt::format("[{}]", fmt::join(values, ","));
}

JsonObject& JsonObject::add(const std::string& key, const std::string& json) {
  if (!text_.empty()) text_ += ",";
  text_ += json_string(key) + ":" + json;
  return *this;
}

namespace {

constexpr std::size_t kLongestLine = 100;

// A list or object with spaces, and where it ends in the compact text; empty where it is too long for a line.
struct OneLine {
  std::string text;
  std::size_t end = 0;
};

// `begin`: its first bracket. `room`: characters that it may have.
OneLine in_one_line(const std::string& json, std::size_t begin, std::size_t room) {
  std::string line;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = begin; i < json.size() && line.size() <= room; ++i) {
    const char c = json[i];
    line += c;
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') line += json[++i];
    if (in_string) continue;
    if (c == ',' || c == ':') line += ' ';
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0 && line.size() <= room) return {line, i + 1};
  }
  return {};
}

}  // namespace

std::string indented_json(const std::string& json) {
  std::string text;
  std::size_t depth = 0;
  std::size_t line_start = 0;
  bool in_string = false;
  const auto new_line = [&] {
    line_start = text.size() + 1;
    text += "\n" + std::string(2 * depth, ' ');
  };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      text += c;
      if (c == '\\') text += json[++i];
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '{' || c == '[') {
      const std::size_t column = text.size() - line_start;
      const OneLine line = in_one_line(json, i, column < kLongestLine ? kLongestLine - column : 2);
      if (!line.text.empty()) {
        text += line.text;
        i = line.end - 1;
        continue;
      }
    }
    if (c == '}' || c == ']') {
      --depth;
      new_line();
    }
    text += c;
    if (c == '"') in_string = true;
    if (c == ':') text += ' ';
    if (c == ',') new_line();
    if (c == '{' || c == '[') {
      ++depth;
      new_line();
    }
  }
  return text + "\n";
}

}  // namespace sim::config
