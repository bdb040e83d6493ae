#include "sim/config/json.hpp"

#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "sim/config/diagnostics.hpp"
#include "sim/config/yaml_source.hpp"

namespace sim::config {
namespace {

constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostNodes = 200'000;

// Counts what the lexer has read: the place of every token follows from it, which nlohmann-json does not tell.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  std::size_t* read = nullptr;

  reference operator*() const { return *at; }
  CountingIterator& operator++() {
    ++at;
    ++*read;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at == other.at; }
  bool operator!=(const CountingIterator& other) const { return at != other.at; }
};

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - invalid
// literal; last read: '{x'; expected ..." without its place, which we know better, and without what was read, which may
// be long.
std::string reason_of(const std::string& what) {
  std::string text = what.substr(what.find("] ") == std::string::npos ? 0 : what.find("] ") + 2);
  if (const std::size_t place = text.find("column "); place != std::string::npos) {
    const std::size_t colon = text.find(": ", place);
    if (colon != std::string::npos) text = text.substr(colon + 2);
  }
  const std::size_t read = text.find("; last read: '"), end = text.rfind('\'');
  if (read != std::string::npos && end > read) text.erase(read, end + 1 - read);
  constexpr std::size_t kLongest = 200;
  return text.size() > kLongest ? "a value cannot be read" : text;
}

// Builds the tree from the events of nlohmann-json.
class JsonTree final : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonTree(const YamlSource& source, const std::size_t& read) : source_(source), read_(read) {}

  [[nodiscard]] Value take_root() { return std::move(root_); }

  bool null() override { return add_word(Value::Kind::null); }
  bool boolean(bool /*value*/) override { return add_word(Value::Kind::scalar); }
  bool number_integer(std::int64_t /*value*/) override { return add_word(Value::Kind::scalar); }
  bool number_unsigned(std::uint64_t /*value*/) override { return add_word(Value::Kind::scalar); }
  bool number_float(double /*value*/, const std::string& /*text*/) override { return add_word(Value::Kind::scalar); }

  bool string(std::string& text) override {
    Value value;
    value.kind = Value::Kind::scalar;
    value.quoted = true;
    value.mark = mark_of_string();
    if (find_control_character(text)) refuse(value.mark, "a text with a control character", "remove the escape");
    value.text = text;
    return place(std::move(value));
  }
  bool binary(nlohmann::json::binary_t& /*bytes*/) override { return false; }  // JSON has none

  bool start_object(std::size_t /*size*/) override { return open(Value::Kind::map); }
  bool start_array(std::size_t /*size*/) override { return open(Value::Kind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& text) override {
    Open& map = open_.back();
    map.key_mark = mark_of_string();
    if (find_control_character(text)) refuse(map.key_mark, "a key with a control character", "remove the escape");
    const auto [first, is_new] = map.line_of_key.emplace(text, map.key_mark.line);
    if (!is_new) {
      refuse(map.key_mark, "duplicate key \"" + text + "\"", "first written in line " + std::to_string(first->second));
    }
    map.key = text;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    refuse(source_.mark_at(position == 0 ? 0 : position - 1), "not valid JSON: " + reason_of(error.what()),
           open_.empty() ? "" : "inside what opens in line " + std::to_string(open_.back().value.mark.line));
  }

 private:
  struct Open {
    Value value;
    std::string key;
    SourceMark key_mark;
    std::unordered_map<std::string, int> line_of_key;
  };

  // The lexer stands behind the closing quote.
  [[nodiscard]] SourceMark mark_of_string() const {
    std::size_t quote = read_ - 1;
    while (quote > 0) {
      --quote;
      if (source_.byte_at(quote) != '"') continue;
      std::size_t escapes = 0;
      while (escapes < quote && source_.byte_at(quote - 1 - escapes) == '\\') ++escapes;
      if (escapes % 2 == 0) break;
    }
    return source_.mark_at(quote);
  }

  // The lexer stands behind a number or a word, or one character further, as numbers end where something else begins.
  bool add_word(Value::Kind kind) {
    const auto is_part = [this](std::size_t at) {
      const char c = source_.byte_at(at);
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' || c == '-' || c == '.';
    };
    std::size_t end = read_;
    while (end > 0 && !is_part(end - 1)) --end;
    std::size_t begin = end;
    while (begin > 0 && is_part(begin - 1)) --begin;
    Value value;
    value.kind = kind;
    value.mark = source_.mark_at(begin);
    if (kind == Value::Kind::scalar) value.text = source_.text().substr(begin, end - begin);
    return place(std::move(value));
  }

  bool open(Value::Kind kind) {
    Open opened;
    opened.value.kind = kind;
    opened.value.mark = source_.mark_at(read_ - 1);
    if (open_.size() >= kMostLevels) refuse(opened.value.mark, "more than 64 levels of nesting");
    open_.push_back(std::move(opened));
    return true;
  }

  bool close() {
    Value value = std::move(open_.back().value);
    open_.pop_back();
    return place(std::move(value));
  }

  bool place(Value value) {
    if (++nodes_ > kMostNodes) refuse(value.mark, "more than 200,000 values in one file");
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Open& parent = open_.back();
    if (parent.value.kind == Value::Kind::list) {
      parent.value.items.push_back(std::move(value));
    } else {
      parent.value.entries.push_back({std::move(parent.key), std::move(parent.key_mark), std::move(value)});
    }
    return true;
  }

  const YamlSource& source_;
  const std::size_t& read_;
  Value root_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
};

Value parse(const YamlSource& source) {
  const std::string& text = source.text();
  if (text.find_first_not_of(" \t\n") == std::string::npos) refuse({source.name(), 0, 0, ""}, "the file is empty");
  std::size_t read = 0;
  JsonTree tree(source, read);
  const CountingIterator begin{text.data(), &read}, end{text.data() + text.size(), &read};
  const bool is_read = nlohmann::json::sax_parse(begin, end, &tree);
  check(is_read, "a JSON file was neither read nor refused");
  return tree.take_root();
}

}  // namespace

Value read_json_file(const std::string& path) {
  return parse(read_source(path));
}

Value read_json_text(const std::string& text, const std::string& name) {
  return parse(YamlSource(name, text));
}

}  // namespace sim::config
