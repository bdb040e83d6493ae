#include <cctype>
#include <set>

#include "sim/config/raw_graph.hpp"

namespace sim::config {
namespace {

constexpr int kMostLevels = 64;

/// A word, a quoted text, or punctuation ("{", "--", ...); "" at the end.
struct Token {
  enum class Kind { end, word, quoted, sign };
  Kind kind = Kind::end;
  std::string text;
  GraphPlace place;

  [[nodiscard]] bool is(const char* sign) const { return kind == Kind::sign && text == sign; }
  [[nodiscard]] bool is_name() const { return kind == Kind::word || kind == Kind::quoted; }
  /// Keywords are written in any case, and are none in quotes.
  [[nodiscard]] bool is_word(std::string_view keyword) const {
    if (kind != Kind::word || text.size() != keyword.size()) return false;
    for (std::size_t at = 0; at < keyword.size(); ++at) {
      if (std::tolower(static_cast<unsigned char>(text[at])) != keyword[at]) return false;
    }
    return true;
  }
};

class DotTokens {
 public:
  explicit DotTokens(const std::string& text) : text_(text) {}

  Token next() {
    skip();
    Token token;
    token.place = place_;
    if (at_ >= text_.size()) return token;
    const char first = text_[at_];
    if (first == '"') return quoted(token);
    if (first == '<') refuse_at(place_, "HTML texts are not read", "write the text in quotes");
    if (is_word(first) || first == '.' || (first == '-' && at_ + 1 < text_.size() && is_number(text_[at_ + 1]))) {
      token.kind = Token::Kind::word;
      do token.text += take();
      while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.'));
      return token;
    }
    token.kind = Token::Kind::sign;
    const bool is_edge = first == '-' && at_ + 1 < text_.size() && (text_[at_ + 1] == '-' || text_[at_ + 1] == '>');
    token.text += take();
    if (is_edge) token.text += take();
    if (!is_edge && std::string_view("{}[];,=:+").find(first) == std::string_view::npos) {
      refuse_at(token.place, "a character that DOT does not have here", "names with other characters stand in quotes");
    }
    return token;
  }

 private:
  static bool is_number(char byte) { return std::isdigit(static_cast<unsigned char>(byte)) != 0 || byte == '.'; }
  static bool is_word(char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || static_cast<unsigned char>(byte) > 127;
  }

  char take() {
    const char byte = text_[at_++];
    if (byte == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) {
      ++place_.column;
    }
    return byte;
  }

  [[nodiscard]] bool starts(const char* what) const { return text_.compare(at_, 2, what) == 0; }

  // Blanks, comments as in C, and lines of a preprocessor.
  void skip() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        take();
      } else if (starts("//") || (text_[at_] == '#' && place_.column == 1)) {
        while (at_ < text_.size() && text_[at_] != '\n') take();
      } else if (starts("/*")) {
        const GraphPlace start = place_;
        while (at_ < text_.size() && !starts("*/")) take();
        if (at_ >= text_.size()) refuse_at(start, "a comment without an end");
        take();
        take();
      } else {
        return;
      }
    }
  }

  Token quoted(Token token) {
    token.kind = Token::Kind::quoted;
    take();
    while (at_ < text_.size() && text_[at_] != '"') {
      const char byte = take();
      if (byte == '\\' && at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\\' || text_[at_] == '\n')) {
        const char escaped = take();
        if (escaped != '\n') token.text += escaped;  // an escaped line end joins the lines
        continue;
      }
      token.text += byte;
    }
    if (at_ >= text_.size()) refuse_at(token.place, "a quoted text without an end");
    take();
    return token;
  }

  const std::string& text_;
  std::size_t at_ = 0;
  GraphPlace place_{1, 1};
};

/// The grammar of graphviz.org/doc/info/lang.html without HTML texts.
class Dot {
 public:
  explicit Dot(const std::string& text) : tokens_(text) { advance(); }

  RawGraph read() {
    if (token_.is_word("strict")) advance();
    raw_.place = token_.place;
    directed_ = token_.is_word("digraph");
    if (!directed_ && !token_.is_word("graph")) {
      refuse_at(token_.place, "expected graph or digraph, got " + shown(), "a .dot file holds a graph of Graphviz");
    }
    advance();
    if (token_.is_name()) take_name();
    Scope scope;
    statements(scope, 1);
    raw_.attributes = scope.graph;
    if (token_.kind != Token::Kind::end) refuse_at(token_.place, "more after the end of the graph: " + shown());
    return std::move(raw_);
  }

 private:
  struct Scope {
    RawAttributes graph, node, edge;
  };
  using Ends = std::vector<std::uint32_t>;

  void advance() { token_ = tokens_.next(); }

  [[nodiscard]] std::string shown() const {
    return token_.kind == Token::Kind::end ? "the end of the file" : "'" + token_.text + "'";
  }

  void expect(const char* sign) {
    if (!token_.is(sign)) refuse_at(token_.place, std::string("expected '") + sign + "', got " + shown());
    advance();
  }

  Token take_name() {
    if (!token_.is_name()) refuse_at(token_.place, "expected a name, got " + shown());
    Token name = token_;
    advance();
    while (name.kind == Token::Kind::quoted && token_.is("+")) {
      advance();
      if (token_.kind != Token::Kind::quoted)
        refuse_at(token_.place, "expected a quoted text after '+', got " + shown());
      name.text += token_.text;
      advance();
    }
    return name;
  }

  void read_attributes(RawAttributes& into) {
    while (token_.is("[")) {
      advance();
      while (!token_.is("]")) {
        const Token key = take_name();
        expect("=");
        const Token value = take_name();
        into[key.text] = {value.text, value.place};
        if (token_.is(",") || token_.is(";")) advance();
      }
      advance();
    }
  }

  /// `{ ... }`; the vertices that it names.
  std::set<std::uint32_t> statements(Scope& scope, int level) {
    if (level > kMostLevels) refuse_at(token_.place, "more than 64 levels of subgraphs");
    std::set<std::uint32_t> named;
    expect("{");
    while (!token_.is("}")) {
      statement(scope, level, named);
      if (token_.is(";")) advance();
    }
    advance();
    return named;
  }

  void statement(Scope& scope, int level, std::set<std::uint32_t>& named) {
    for (const auto& [word, attributes] :
         {std::pair{"graph", &scope.graph}, std::pair{"node", &scope.node}, std::pair{"edge", &scope.edge}}) {
      if (!token_.is_word(word)) continue;
      advance();
      if (!token_.is("[")) refuse_at(token_.place, "expected '[', got " + shown());
      return read_attributes(*attributes);
    }
    if (token_.is("{") || token_.is_word("subgraph")) {
      chain(subgraph(scope, level), scope, level, named);
      return;
    }
    const Token name = take_name();
    if (token_.is("=")) {
      advance();
      const Token value = take_name();
      scope.graph[name.text] = {value.text, value.place};
      return;
    }
    const Ends ends{vertex(name, scope)};
    if (token_.is("--") || token_.is("->")) return chain(ends, scope, level, named);
    named.insert(ends.front());
    read_attributes(raw_.vertices[ends.front()].attributes);
  }

  // Its own attributes are kept apart: they say nothing of the machine.
  Ends subgraph(const Scope& scope, int level) {
    if (token_.is_word("subgraph")) {
      advance();
      if (token_.is_name()) take_name();
    }
    Scope inner{{}, scope.node, scope.edge};
    const std::set<std::uint32_t> named = statements(inner, level + 1);
    for (const auto& [word, value] : inner.graph) raw_.of_subgraphs[word] = value;
    return {named.begin(), named.end()};
  }

  std::uint32_t vertex(const Token& name, const Scope& scope) {
    while (token_.is(":")) {  // the side of a box that an edge meets
      advance();
      take_name();
    }
    const auto [found, is_new] = index_.try_emplace(name.text, static_cast<std::uint32_t>(raw_.vertices.size()));
    if (is_new) {
      if (raw_.vertices.size() == kMostGraphVertices) refuse_at(name.place, "more than 500,000 vertices");
      raw_.vertices.push_back({name.text, scope.node, name.place});
    }
    return found->second;
  }

  void chain(Ends ends, const Scope& scope, int level, std::set<std::uint32_t>& named) {
    std::vector<RawEdge> edges;  // those inside subgraphs have their own attributes
    named.insert(ends.begin(), ends.end());
    while (token_.is("--") || token_.is("->")) {
      const GraphPlace place = token_.place;
      if (token_.is("->") != directed_) {
        refuse_at(place, directed_ ? "-- in a digraph" : "-> in an undirected graph",
                  directed_ ? "edges of a digraph are ->, one for each direction" : "write -- , or digraph at the top");
      }
      advance();
      const bool is_group = token_.is("{") || token_.is_word("subgraph");
      const Ends next = is_group ? subgraph(scope, level) : Ends{vertex(take_name(), scope)};
      named.insert(next.begin(), next.end());
      if (raw_.edges.size() + edges.size() + ends.size() * next.size() > kMostGraphEdges) {
        refuse_at(place, "more than 2,000,000 edges");
      }
      for (const std::uint32_t from : ends) {
        for (const std::uint32_t to : next) edges.push_back({from, to, !directed_, scope.edge, place});
      }
      ends = next;
    }
    RawAttributes own;
    read_attributes(own);
    for (RawEdge& edge : edges) {
      for (const auto& [key, value] : own) edge.attributes[key] = value;
      raw_.edges.push_back(std::move(edge));
    }
  }

  DotTokens tokens_;
  Token token_;
  bool directed_ = false;
  std::map<std::string, std::uint32_t> index_;
  RawGraph raw_;
};

}  // namespace

RawGraph parse_dot(const std::string& text) {
  return Dot(text).read();
}

}  // namespace sim::config
