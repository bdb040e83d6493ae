#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include "sim/config/diagnostics.hpp"
#include "sim/config/value.hpp"
#include "sim/config/yaml_source.hpp"

namespace sim::config {
namespace {

constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostNodes = 200'000;

// Builds the Value tree from yaml-cpp's events, which keep the places and the quotes that YAML::Node drops.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlSource& source) : source_(source) {}

  [[nodiscard]] Value take_root() { return std::move(root_); }
  /// Where the innermost list or map that is still open starts; null when there is none.
  [[nodiscard]] const SourceMark* innermost_open() const { return open_.empty() ? nullptr : &open_.back().value.mark; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    const SourceMark place = mark_of(mark);
    if (source_.text().substr(offset_of(mark), 3) == "---") {
      refuse(place, "a second document starts here", "one file holds one document: remove the line ---");
    }
    refuse(place, "text after the end of the document", "check the brackets and the indentation above");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    Value value;
    value.mark = mark_of(mark);
    const bool is_written = spells_null(offset_of(mark));
    if (!is_written && waits_for_key()) refuse(value.mark, "a key is missing before the colon");
    if (!is_written) value.mark = place_of_nothing(value.mark);
    add(std::move(value));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuse_alias(mark_of(mark)); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    Value value;
    value.kind = Value::Kind::scalar;
    value.mark = mark_of(mark);
    value.quoted = tag == "!";
    value.text = text;
    if (value.quoted) refuse_open_quote(offset_of(mark));
    if (find_control_character(text)) refuse(value.mark, "a text with a control character", "remove the escape");
    add(std::move(value));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Value::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Value::Kind::map);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] SourceMark mark_of(const YAML::Mark& mark) const { return source_.mark_at(offset_of(mark)); }

  [[noreturn]] static void refuse_alias(const SourceMark& mark) {
    refuse(mark, "aliases (*name) are not accepted", "write the value out");
  }

 private:
  struct Open {
    Value value;
    bool has_key = false;  // of a map: the key of the next value has been read
    std::string key;
    SourceMark key_mark;
    std::unordered_map<std::string, int> line_of_key;
  };

  [[nodiscard]] static std::size_t offset_of(const YAML::Mark& mark) {
    return static_cast<std::size_t>(std::max(0, mark.pos));
  }

  [[nodiscard]] bool spells_null(std::size_t offset) const {
    const std::string_view rest = std::string_view(source_.text()).substr(std::min(offset, source_.text().size()));
    return rest.starts_with("~") || rest.starts_with("null") || rest.starts_with("Null") || rest.starts_with("NULL");
  }

  // yaml-cpp places a value that is not there at the next token; its key, or its list, is where people look.
  [[nodiscard]] SourceMark place_of_nothing(const SourceMark& next_token) const {
    if (open_.empty()) return next_token;
    return open_.back().has_key ? open_.back().key_mark : open_.back().value.mark;
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0) refuse(mark_of(mark), "anchors (&name) are not accepted", "write the value out where it is used");
  }

  // yaml-cpp gives "!" to quoted scalars and to the explicit tag "!": the source tells them apart.
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    const bool is_written = source_.byte_at(offset_of(mark)) == '!';
    if (tag == "?" || (tag == "!" && !is_written)) return;
    refuse(mark_of(mark), "tags (!name) are not accepted", "remove the tag; quotes make a text");
  }

  // yaml-cpp takes a quote that is never closed as closed at the end of the file.
  void refuse_open_quote(std::size_t offset) const {
    const char quote = source_.byte_at(offset);
    if (quote != '"' && quote != '\'') return;  // a block scalar
    const std::string& text = source_.text();
    for (std::size_t i = offset + 1; i < text.size(); ++i) {
      const bool is_escape = quote == '"' ? text[i] == '\\' : text.compare(i, 2, "''") == 0;
      if (is_escape) {
        ++i;
      } else if (text[i] == quote) {
        return;
      }
    }
    refuse(source_.mark_at(offset), "this quote is never closed");
  }

  void count_node(const SourceMark& mark) {
    if (++nodes_ > kMostNodes) refuse(mark, "more than 200,000 values in one file");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    const SourceMark place = mark_of(mark);
    count_node(place);
    if (open_.size() >= kMostLevels) refuse(place, "more than 64 levels of nesting");
    if (waits_for_key())
      refuse(place, "a key must be a text, not a list or a map", "close the bracket, or quote a text that holds one");
    Open opened;
    opened.value.kind = kind;
    opened.value.mark = place;
    open_.push_back(std::move(opened));
  }

  void close() {
    Value value = std::move(open_.back().value);
    open_.pop_back();
    place(std::move(value));
  }

  [[nodiscard]] bool waits_for_key() const {
    return !open_.empty() && open_.back().value.kind == Value::Kind::map && !open_.back().has_key;
  }

  void add(Value value) {
    count_node(value.mark);
    if (waits_for_key()) {
      take_key(std::move(value));
    } else {
      place(std::move(value));
    }
  }

  void take_key(Value key) {
    if (key.kind == Value::Kind::null) refuse(key.mark, "a key cannot be null", "quote \"null\" or \"~\"");
    if (key.text == "<<") refuse(key.mark, "merge keys (<<) are not accepted", "write the keys out");
    Open& map = open_.back();
    const auto [first, is_new] = map.line_of_key.emplace(key.text, key.mark.line);
    if (!is_new) {
      refuse(key.mark, "duplicate key \"" + key.text + "\"", "first written in line " + std::to_string(first->second));
    }
    map.has_key = true;
    map.key = std::move(key.text);
    map.key_mark = std::move(key.mark);
  }

  void place(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& parent = open_.back();
    if (parent.value.kind == Value::Kind::list) {
      parent.value.items.push_back(std::move(value));
      return;
    }
    parent.value.entries.push_back({std::move(parent.key), std::move(parent.key_mark), std::move(value)});
    parent.has_key = false;
  }

  const YamlSource& source_;
  Value root_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// Marks of YAML that editors and chat windows replace by others which look alike.
std::string lookalike_in(std::string_view line) {
  if (line.find("\u00a0") != std::string_view::npos) return "a no-break space: type a plain one";
  if (line.find("\uff1a") != std::string_view::npos) return "a full-width colon: type : and a space";
  if (line.find("\uff0c") != std::string_view::npos) return "a full-width comma: type , and a space";
  const bool is_quoted = line.find("\u201c") != std::string_view::npos || line.find("\u2018") != std::string_view::npos;
  return is_quoted ? "a typographic quote: type \" or '" : "";
}

// Mistakes that show in a line itself, or in the one above it.
std::string line_hint(const YamlSource& source, const SourceMark& mark) {
  for (const int line : {mark.line, mark.line - 1}) {
    const std::string text = source.line(line);
    const std::string lookalike = lookalike_in(text);
    if (!lookalike.empty()) return "line " + std::to_string(line) + " holds " + lookalike;
    if (text.starts_with("<<<<<<<") || text.starts_with(">>>>>>>")) {
      return "line " + std::to_string(line) + " is the mark of a merge that was not finished";
    }
  }
  return "";
}

// What to do about yaml-cpp's short messages.
std::string syntax_hint(const YamlSource& source, const std::string& message, const SourceMark& mark,
                        const SourceMark* open) {
  const std::string& line = mark.line_text;
  std::string found = line_hint(source, mark);
  if (!found.empty()) return found;
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string::npos) {
    return "indent with spaces, not with tabs";
  }
  if (message == "end of sequence flow not found" || message == "end of map flow not found") {
    const std::string where = open == nullptr ? "" : " that opens in line " + std::to_string(open->line);
    return "the bracket" + where + " is not closed, or a comma is missing";
  }
  if (message == "illegal map value") {
    return "look at this line and the one above: a key stands in its own line, as deep as its neighbours, with a space "
           "after its colon; a text with \": \" needs quotes";
  }
  if (message == "end of map not found" || message == "end of sequence not found") {
    return "check the indentation and the quotes of this line and of the one above";
  }
  if (message == "unknown token") return "quote a text that starts with @, ` or %";
  return "";
}

Value parse(const YamlSource& source) {
  TreeBuilder builder(source);
  try {
    std::istringstream stream(source.text());
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const SourceMark mark = error.mark.is_null() ? SourceMark{source.name(), 0, 0, ""} : builder.mark_of(error.mark);
    if (error.msg == "the referenced anchor is not defined") TreeBuilder::refuse_alias(mark);
    refuse(mark, "not valid YAML: " + error.msg, syntax_hint(source, error.msg, mark, builder.innermost_open()));
  }
  Value root = builder.take_root();
  if (root.kind == Value::Kind::null) refuse({source.name(), 0, 0, ""}, "the file is empty");
  return root;
}

}  // namespace

Value read_yaml_file(const std::string& path) {
  return parse(read_source(path));
}

Value read_yaml_text(const std::string& text, const std::string& name) {
  return parse(YamlSource(name, text));
}

}  // namespace sim::config
