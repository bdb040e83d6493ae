#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::config {

/// `text` in double quotes with JSON's escapes, which are YAML's too. `text` must be UTF-8.
[[nodiscard]] std::string json_string(std::string_view text);

/// Shortest JSON number that reads back to the same double; `value` must be finite.
[[nodiscard]] std::string json_number(double value);

/// A JSON array of values that are JSON already.
[[nodiscard]] std::string json_array(const std::vector<std::string>& values);

/// A JSON object that keeps the order of its keys. Values are JSON already.
class JsonObject {
 public:
  JsonObject& add(const std::string& key, const std::string& json);
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

/// Breaks compact JSON into lines, two spaces a level; what fits into 100 columns stays whole. Ends with a line feed.
[[nodiscard]] std::string indented_json(const std::string& json);

}  // namespace sim::config
