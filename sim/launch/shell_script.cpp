#include "sim/launch/shell_script.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "sim/base/error.hpp"
#include "sim/launch/arithmetic.hpp"
#include "sim/launch/shell_test.hpp"

namespace sim::launch {
namespace {

constexpr std::size_t kMostBytes = 4'000'000;  // that expansions may make in all
constexpr int kDeepestDefault = 32;
constexpr std::size_t kDeepestIf = 64;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool starts_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_name(char c) {
  return starts_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// Reads and follows a script at once: what a variable holds is known where it is used.
class Reader {
 public:
  Reader(const config::YamlSource& source, const std::map<std::string, std::string>& given) : source_(source) {
    for (const auto& [name, value] : given) set(name, {{value, 0}});
  }

  Script read() {
    while (!at_end()) read_statement();
    if (!branches_.empty()) refuse(branches_.back().offset, "this if has no fi");
    return std::move(script_);
  }

 private:
  struct Branch {
    std::size_t offset = 0;
    bool was_taken = false;
    bool is_active = false;
  };

  [[noreturn]] void refuse(std::size_t offset, const std::string& message, const std::string& hint = "") const {
    throw InputError({Diagnostic{source_.mark_at(offset), message, hint, false}});
  }

  [[nodiscard]] char peek(std::size_t ahead = 0) const { return source_.byte_at(at_ + ahead); }
  [[nodiscard]] bool at_end() const { return at_ >= source_.text().size(); }
  [[nodiscard]] bool is_active() const {
    return std::all_of(branches_.begin(), branches_.end(), [](const Branch& branch) { return branch.is_active; });
  }

  void count(std::size_t bytes) {
    made_ += bytes;
    if (made_ > kMostBytes) refuse(std::min(at_, source_.text().size()), "variables grow beyond 4 MB");
  }

  void set(const std::string& name, std::vector<Word> words) {
    if (script_.variables.count(name) == 0) script_.variable_order.push_back(name);
    script_.variables[name] = std::move(words);
  }

  void skip_blanks() {
    for (;;) {
      if (is_blank(peek())) {
        ++at_;
      } else if (peek() == '\\' && peek(1) == '\n') {
        at_ += 2;
      } else if (peek() == '#') {
        while (!at_end() && peek() != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  // `until`: what closes; the position behind it is the new one.
  std::string text_until(const std::string& open, const std::string& close) {
    const std::size_t start = at_;
    std::size_t depth = 1;
    while (!at_end()) {
      const std::string_view rest = std::string_view(source_.text()).substr(at_);
      if (rest.starts_with(close) && --depth == 0) {
        const std::string inside = source_.text().substr(start, at_ - start);
        at_ += close.size();
        return inside;
      }
      if (!rest.starts_with(close) && !open.empty() && rest.starts_with(open)) ++depth;
      ++at_;
    }
    refuse(start > 0 ? start - 1 : 0, "this is never closed", "a " + close + " is missing");
  }

  // The words of a variable; without value: none, and it is remembered.
  std::vector<Word> value_of(const std::string& name) {
    const auto found = script_.variables.find(name);
    if (found == script_.variables.end()) {
      if (is_active()) script_.unset.insert(name);
      return {};
    }
    for (const Word& word : found->second) count(word.text.size() + 1);
    return found->second;
  }

  // The text of a part in braces, such as the default of `${X:-text}`, read like a text in quotes.
  std::vector<Word> expanded(const std::string& text, std::size_t offset) {
    if (++depth_ > kDeepestDefault) refuse(offset, "defaults are nested more than 32 deep");
    const config::YamlSource part(source_.name(), text);
    Reader inner(part, {});
    inner.script_.variables = std::move(script_.variables);
    inner.branches_ = branches_;
    inner.depth_ = depth_;
    inner.made_ = made_;
    std::string joined;
    while (!inner.at_end()) {
      const char c = inner.peek();
      if (c == '$') {
        for (const Word& word : inner.read_dollar()) joined += (joined.empty() ? "" : " ") + word.text;
      } else {
        if (c != '"' && c != '\'') joined += c;
        ++inner.at_;
      }
    }
    script_.variables = std::move(inner.script_.variables);
    made_ = inner.made_;
    --depth_;
    script_.unset.insert(inner.script_.unset.begin(), inner.script_.unset.end());
    count(joined.size());
    return {{joined, offset}};
  }

  std::vector<Word> read_braces(std::size_t offset) {
    const std::string inside = text_until("{", "}");
    std::size_t end = 0;
    while (end < inside.size() && is_name(inside[end])) ++end;
    const std::string name = inside.substr(0, end), rest = inside.substr(end);
    if (rest == "[@]" || rest == "[*]" || rest.empty()) return value_of(name);
    const bool is_known = script_.variables.count(name) > 0;
    const bool has_value =
        is_known && !script_.variables.at(name).empty() && !script_.variables.at(name)[0].text.empty();
    for (const char* operation : {":-", ":=", "-", "="}) {
      if (!std::string_view(rest).starts_with(operation)) continue;
      const std::size_t length = std::string_view(operation).size();
      const bool counts = length == 2 ? has_value : is_known;
      return counts ? value_of(name) : expanded(rest.substr(length), offset);
    }
    if (rest[0] == '?' || rest.starts_with(":?")) return value_of(name);
    if (const std::optional<std::size_t> index = index_in(rest)) {
      const std::vector<Word> words = value_of(name);
      return *index < words.size() ? std::vector<Word>{words[*index]} : std::vector<Word>{};
    }
    if (is_active()) script_.unset.insert(name.empty() ? inside : name + " (with " + rest + ")");
    return {};
  }

  // The number of `[N]`.
  static std::optional<std::size_t> index_in(const std::string& rest) {
    constexpr std::size_t kLongest = 8;  // digits and brackets
    if (rest.size() < 3 || rest.size() > kLongest || rest.front() != '[' || rest.back() != ']') return std::nullopt;
    const std::string digits = rest.substr(1, rest.size() - 2);
    if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    return std::stoul(digits);
  }

  // Behind a dollar. Words of an array stay apart.
  std::vector<Word> read_dollar() {
    const std::size_t offset = at_++;
    if (peek() == '{') {
      ++at_;
      return read_braces(offset);
    }
    if (peek() == '(' && peek(1) == '(') {
      ++at_;
      const std::string inside = text_until("(", ")");
      const std::vector<Word> words = expanded(inside, offset);
      const std::optional<std::int64_t> number = evaluate(words.front().text, [this](const std::string& name) {
        const std::vector<Word> value = value_of(name);
        return value.empty() ? std::string() : value.front().text;
      });
      if (!number) return {};
      return {{std::to_string(*number), offset}};
    }
    if (peek() == '(') {
      ++at_;
      (void)text_until("(", ")");
      if (is_active()) script_.unset.insert("$(...)");
      return {};
    }
    std::string name;
    if (starts_name(peek())) {
      while (is_name(peek())) name += source_.text()[at_++];
      return value_of(name);
    }
    const std::string special = "@*#?$!-0123456789";
    if (at_end() || special.find(peek()) == std::string::npos) return {{"$", offset}};
    name = source_.text()[at_++];
    return value_of(name);
  }

  // Adds to the word that is being read. Blanks in variables outside of quotes part words.
  struct Builder {
    std::vector<Word> words;
    std::string text;
    std::size_t offset = 0;
    bool has_text = false;

    void add(char c) {
      text += c;
      has_text = true;
    }
    void end() {
      if (has_text) words.push_back({text, offset});
      text.clear();
      has_text = false;
    }
  };

  static void add_split(Builder& builder, const std::vector<Word>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) builder.end();
      if (!builder.has_text) builder.offset = values[i].offset;
      for (const char c : values[i].text) {
        if (is_blank(c) || c == '\n') {
          builder.end();
          builder.offset = values[i].offset;
        } else if (c != '\\') {  // a line that goes on inside a text
          builder.add(c);
        }
      }
    }
  }

  void read_double_quotes(Builder& builder) {
    const std::size_t start = at_++;
    builder.has_text = true;
    while (peek() != '"') {
      if (at_end()) refuse(start, "this quote is never closed");
      if (peek() == '\\' && peek(1) == '\n') {
        builder.add(' ');
        at_ += 2;
      } else if (peek() == '\\' && at_ + 1 < source_.text().size()) {
        builder.add(peek(1));
        at_ += 2;
      } else if (peek() == '$') {
        const std::vector<Word> values = read_dollar();
        for (std::size_t i = 0; i < values.size(); ++i) {
          if (i > 0) builder.end();
          if (i > 0) builder.offset = values[i].offset;
          builder.text += values[i].text;
          builder.has_text = true;
        }
      } else {
        builder.add(source_.text()[at_++]);
      }
    }
    ++at_;
  }

  void read_single_quotes(Builder& builder) {
    ++at_;
    builder.text += text_until("", "'");
    builder.has_text = true;
  }

  // One word, up to a blank or an operator; `in_array`: up to the bracket that closes the array.
  std::vector<Word> read_word(bool in_array) {
    Builder builder;
    builder.offset = at_;
    int brackets = 0;
    while (!at_end()) {
      const char c = peek();
      const bool is_redirection = c == '&' && at_ > 0 && source_.byte_at(at_ - 1) == '>';
      if (is_blank(c) || c == '\n' || c == ';' || c == '|' || (c == '&' && !is_redirection)) break;
      if (c == '\\' && peek(1) == '\n') break;
      if (c == ')' && in_array && brackets == 0) break;
      if (c == '(') ++brackets;
      if (c == ')') --brackets;
      if (c == '"') {
        read_double_quotes(builder);
      } else if (c == '\'') {
        read_single_quotes(builder);
      } else if (c == '`') {
        ++at_;
        (void)text_until("", "`");
        if (is_active()) script_.unset.insert("`...`");
      } else if (c == '$') {
        add_split(builder, read_dollar());
      } else if (c == '\\') {
        ++at_;
        if (!at_end()) builder.add(source_.text()[at_++]);
      } else {
        builder.add(c);
        ++at_;
      }
    }
    builder.end();
    for (const Word& word : builder.words) count(word.text.size());
    return builder.words;
  }

  Token next_token() {
    skip_blanks();
    if (at_end()) return {{}, "end"};
    for (const char* operation : {"&&", "||", "\n", ";", "|", "&"}) {
      if (!std::string_view(source_.text()).substr(at_).starts_with(operation)) continue;
      at_ += std::string_view(operation).size();
      if (*operation == '\n') skip_here_document();
      return {{}, operation};
    }
    const std::size_t start = at_;
    Token token{read_word(false), ""};
    if (at_ == start) ++at_;
    if (token.words.size() == 1 && token.words[0].text.starts_with("<<") && !token.words[0].text.starts_with("<<<")) {
      here_end_ = token.words[0].text.substr(token.words[0].text.starts_with("<<-") ? 3 : 2);
      token.words.clear();
    }
    return token;
  }

  void skip_here_document() {
    if (here_end_.empty()) return;
    const std::string wanted = here_end_;
    here_end_.clear();
    while (!at_end()) {
      const std::size_t end = std::min(source_.text().find('\n', at_), source_.text().size());
      std::string line = source_.text().substr(at_, end - at_);
      line.erase(0, std::min(line.find_first_not_of('\t'), line.size()));
      at_ = std::min(end + 1, source_.text().size());
      if (line == wanted) return;
    }
  }

  // `NAME=value`, `NAME+=(a b)`. False where none stands.
  bool read_assignment() {
    std::size_t end = at_;
    while (is_name(source_.byte_at(end))) ++end;
    const bool adds = source_.byte_at(end) == '+' && source_.byte_at(end + 1) == '=';
    if (end == at_ || !starts_name(peek()) || (!adds && source_.byte_at(end) != '=')) return false;
    const std::string name = source_.text().substr(at_, end - at_);
    const std::size_t start = at_;
    at_ = end + (adds ? 2 : 1);
    std::vector<Word> values;
    if (peek() == '(') {
      values = read_array(start);
    } else {
      const std::size_t offset = at_;
      std::string joined;
      for (const Word& word : read_word(false)) joined += (joined.empty() ? "" : " ") + word.text;
      values = {{joined, offset}};
    }
    if (!is_active() || skips_) return true;
    if (!adds) {
      set(name, values);
      return true;
    }
    const auto found = script_.variables.find(name);
    std::vector<Word> all = found == script_.variables.end() ? std::vector<Word>{} : found->second;
    const bool is_text = source_.byte_at(end + 2) != '(' && !all.empty();
    if (is_text) all.front().text += values.front().text;
    if (!is_text) all.insert(all.end(), values.begin(), values.end());
    for (const Word& word : all) count(word.text.size() + 1);
    set(name, std::move(all));
    return true;
  }

  std::vector<Word> read_array(std::size_t start) {
    ++at_;
    std::vector<Word> values;
    for (;;) {
      skip_blanks();
      if (at_end()) refuse(start, "this array is never closed", "a ) is missing");
      if (peek() == ')') break;
      const std::size_t before = at_;
      for (Word& word : read_word(true)) values.push_back(std::move(word));
      if (at_ == before) ++at_;  // an end of line, or an operator, which arrays do not have
    }
    ++at_;
    return values;
  }

  void read_if(std::size_t offset, bool is_elif) {
    std::vector<Token> tokens;
    for (;;) {
      Token token = next_token();
      if (token.operation == "end") refuse(offset, "this if has no then");
      if (token.is("then")) break;
      tokens.push_back(std::move(token));
    }
    const bool is_true = condition_holds(tokens);
    if (!is_elif) {
      if (branches_.size() >= kDeepestIf) refuse(offset, "more than 64 ifs inside each other");
      branches_.push_back({offset, is_true, is_true});
      return;
    }
    if (branches_.empty()) refuse(offset, "this elif has no if");
    Branch& branch = branches_.back();
    branch.is_active = !branch.was_taken && is_true;
    branch.was_taken = branch.was_taken || is_true;
  }

  // A word of the shell itself. True when the statement goes on behind it.
  bool follow_keyword(const Token& token, std::size_t offset) {
    if (token.is("if")) return read_if(offset, false), true;
    if (token.is("elif")) return read_if(offset, true), true;
    if (token.is("else") || token.is("fi")) {
      if (branches_.empty()) refuse(offset, "this " + token.words[0].text + " has no if");
      Branch& branch = branches_.back();
      branch.is_active = !branch.was_taken;
      branch.was_taken = true;
      if (token.is("fi")) branches_.pop_back();
      return true;
    }
    if (token.is("case")) {
      refuse(offset, "case is not understood", "leave only the branch that runs, or hand over the arguments alone");
    }
    for (const char* word : {"then", "do", "done", "{", "}", "export", "local", "readonly", "exec", "time", "nohup"}) {
      if (token.is(word)) return true;
    }
    return false;
  }

  void read_statement() {
    std::vector<Token> tokens;
    std::string ended_by;
    bool may_assign = true;
    for (;;) {
      skip_blanks();
      if (may_assign && read_assignment()) continue;
      const std::size_t offset = at_;
      Token token = next_token();
      if (!token.operation.empty()) {
        ended_by = token.operation;
        break;
      }
      if (may_assign && follow_keyword(token, offset)) continue;
      if (!token.words.empty()) may_assign = false;
      tokens.push_back(std::move(token));
    }
    finish_statement(tokens, ended_by);
  }

  void finish_statement(const std::vector<Token>& tokens, const std::string& ended_by) {
    std::vector<Word> words;
    for (const Token& token : tokens) words.insert(words.end(), token.words.begin(), token.words.end());
    const bool is_test = !words.empty() && starts_test(words[0].text);
    const bool result = !is_test || condition_holds(tokens);
    if (!skips_ && is_active() && !words.empty() && !is_test) script_.commands.push_back(std::move(words));
    const bool joins = ended_by == "&&" || ended_by == "||";
    skips_ = joins && (skips_ || (ended_by == "&&" ? !result : result));
  }

  const config::YamlSource& source_;
  std::size_t at_ = 0;
  Script script_;
  std::vector<Branch> branches_;
  std::string here_end_;
  std::size_t made_ = 0;
  int depth_ = 0;
  bool skips_ = false;  // the next statement, after `[ false ] &&` or `true ||`
};

}  // namespace

Script read_script(const config::YamlSource& source, const std::map<std::string, std::string>& given) {
  return Reader(source, given).read();
}

}  // namespace sim::launch
