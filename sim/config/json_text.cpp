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

std::string indented_json(const std::string& json) {
  std::string text;
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { text += "\n" + std::string(2 * depth, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      text += c;
      if (c == '\\') text += json[++i];
      if (c == '"') in_string = false;
      continue;
    }
    const bool is_empty = i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']');
    if (c == '}' || c == ']') {
      --depth;
      new_line();
    }
    text += c;
    if (c == '"') in_string = true;
    if (c == ':') text += ' ';
    if (c == ',') new_line();
    if ((c == '{' || c == '[') && is_empty) {
      text += json[++i];
    } else if (c == '{' || c == '[') {
      ++depth;
      new_line();
    }
  }
  return text + "\n";
}

}  // namespace sim::config
