#include "sim/policy/expression.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "sim/base/quantity.hpp"

namespace sim::policy {
namespace {

using Kind = Expression::Kind;

constexpr const char* kCondition = "condition";
constexpr int kDeepest = 50;
constexpr int kMostTerms = 1000;
constexpr std::array<const char*, 3> kUnitDimensions{"data rate", "data", "area"};

struct Mistake {
  std::string message;
  std::string hint;
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string dimension_text(const std::string& dimension) {
  if (dimension == kCondition) return "a condition";
  return dimension.empty() ? "a plain number" : "a number with a unit of " + dimension;
}

bool is_number(const Expression& expression) {
  return expression.kind == Kind::number;
}

// Quantities, numbers and negations in all.
int terms_of(const Expression& expression) {
  int terms = expression.parts.size() < 2 ? 1 : 0;
  for (const Expression& part : expression.parts) terms += terms_of(part);
  return terms;
}

Kind mirrored(Kind kind) {
  switch (kind) {
    case Kind::below:
      return Kind::above;
    case Kind::above:
      return Kind::below;
    case Kind::at_most:
      return Kind::at_least;
    default:
      return Kind::at_most;
  }
}

class Parser {
 public:
  Parser(std::string_view text, const Definitions& definitions) : text_(text), definitions_(definitions) {}

  Expression whole() {
    Expression expression = any_of();
    skip_spaces();
    if (at_ < text_.size()) fail("did not expect \"" + std::string(rest_word()) + "\"");
    return expression;
  }

 private:
  [[noreturn]] void fail(const std::string& message, const std::string& hint = "") const {
    throw Mistake{message + " at character " + std::to_string(at_ + 1), hint};
  }

  void skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  [[nodiscard]] std::string_view rest_word() const {
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return text_.substr(at_, std::max<std::size_t>(end - at_, 1));
  }

  bool take(std::string_view token) {
    skip_spaces();
    if (text_.substr(at_, token.size()) != token) return false;
    const bool is_keyword = is_word(token.front());
    if (is_keyword && at_ + token.size() < text_.size() && is_word(text_[at_ + token.size()])) return false;
    at_ += token.size();
    return true;
  }

  void want(const Expression& expression, bool condition, const std::string& where) const {
    if ((expression.dimension == kCondition) == condition) return;
    const std::string hint = condition ? "compare it: tpp >= 4800" : "";
    fail(where + " needs " + (condition ? "conditions" : "numbers"), hint);
  }

  Expression any_of() { return joined(Kind::any_of, "or", &Parser::all_of); }
  Expression all_of() { return joined(Kind::all_of, "and", &Parser::negation); }

  Expression joined(Kind kind, std::string_view word, Expression (Parser::*part)()) {
    Expression first = (this->*part)();
    if (!take(word)) return first;
    Expression all{kind, 0, Name::tpp, kCondition, {}};
    want(first, true, "`" + std::string(word) + "`");
    all.parts.push_back(std::move(first));
    do {
      all.parts.push_back((this->*part)());
      want(all.parts.back(), true, "`" + std::string(word) + "`");
    } while (take(word));
    return all;
  }

  Expression negation() {
    if (!take("not")) return comparison();
    const Level level(*this);
    count_terms(1);
    Expression inner = negation();
    want(inner, true, "`not`");
    return {Kind::negation, 0, Name::tpp, kCondition, {std::move(inner)}};
  }

  // One comparison, or a chain: `1.6 <= performance_density < 5.92` holds when both do.
  Expression comparison() {
    Expression left = sum();
    std::vector<Expression> chain;
    for (std::optional<Kind> kind = comparison_sign(); kind; kind = comparison_sign()) {
      Expression right = sum();
      chain.push_back(compared(*kind, left, right));
      left = std::move(right);
    }
    if (chain.empty()) return left;
    if (chain.size() == 1) return std::move(chain.front());
    return {Kind::all_of, 0, Name::tpp, kCondition, std::move(chain)};
  }

  std::optional<Kind> comparison_sign() {
    if (take(">=")) return Kind::at_least;
    if (take("<=")) return Kind::at_most;
    if (take(">")) return Kind::above;
    if (take("<")) return Kind::below;
    skip_spaces();
    if (at_ < text_.size() && (text_[at_] == '=' || text_[at_] == '!')) {
      fail("a rule draws lines, so nothing is equal", "use >=, >, <= or <");
    }
    return std::nullopt;
  }

  Expression compared(Kind kind, const Expression& left, const Expression& right) const {
    want(left, false, "a comparison");
    want(right, false, "a comparison");
    if (left.dimension != right.dimension) {
      fail("cannot compare " + dimension_text(left.dimension) + " with " + dimension_text(right.dimension));
    }
    if (is_number(left) && is_number(right)) fail("compares two numbers with each other");
    // The line stands on the right, so that margins speak of the quantity.
    if (is_number(left)) return {mirrored(kind), 0, Name::tpp, kCondition, {right, left}};
    return {kind, 0, Name::tpp, kCondition, {left, right}};
  }

  Expression sum() {
    Expression left = product();
    for (;;) {
      const bool adds = take("+");
      if (!adds && !take("-")) return left;
      Expression right = product();
      want(left, false, "a sum");
      want(right, false, "a sum");
      if (left.dimension != right.dimension) {
        fail("cannot add " + dimension_text(left.dimension) + " and " + dimension_text(right.dimension));
      }
      const std::string dimension = left.dimension;
      left = {adds ? Kind::sum : Kind::difference, 0, Name::tpp, dimension, {std::move(left), std::move(right)}};
    }
  }

  Expression product() {
    Expression left = atom();
    for (;;) {
      const bool multiplies = take("*");
      if (!multiplies && !take("/")) return left;
      Expression right = atom();
      want(left, false, "a product");
      want(right, false, "a product");
      const std::string dimension = multiplies ? product_dimension(left, right) : quotient_dimension(left, right);
      left = {
          multiplies ? Kind::product : Kind::quotient, 0, Name::tpp, dimension, {std::move(left), std::move(right)}};
    }
  }

  [[nodiscard]] std::string product_dimension(const Expression& left, const Expression& right) const {
    if (!left.dimension.empty() && !right.dimension.empty()) fail("one factor must be a plain number");
    return left.dimension + right.dimension;
  }

  [[nodiscard]] std::string quotient_dimension(const Expression& left, const Expression& right) const {
    if (left.dimension == right.dimension) return "";
    if (!right.dimension.empty()) {
      fail("cannot divide " + dimension_text(left.dimension) + " by " + dimension_text(right.dimension));
    }
    return left.dimension;
  }

  Expression atom() {
    if (take("(")) {
      const Level level(*this);
      Expression inner = any_of();
      if (!take(")")) fail("expected )");
      return inner;
    }
    skip_spaces();
    if (at_ == text_.size()) fail("ends too early");
    const char c = text_[at_];
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.') return number();
    if (!is_word(c)) fail("did not expect \"" + std::string(1, c) + "\"");
    return quantity();
  }

  Expression quantity() {
    const std::string word(rest_word());
    const auto defined = definitions_.find(word);
    const std::optional<Name> name = name_from_text(word);
    if (defined == definitions_.end() && !name) {
      std::vector<std::string> names = all_names();
      for (const auto& [term, expression] : definitions_) names.push_back(term);
      const std::string nearest = nearest_name(word, names);
      std::string all;
      for (const std::string& known : names) all += (all.empty() ? "" : ", ") + known;
      fail("unknown quantity " + word, nearest.empty() ? "there are " + all : "did you mean " + nearest + "?");
    }
    at_ += word.size();
    count_terms(defined != definitions_.end() ? terms_of(defined->second) : 1);
    if (defined != definitions_.end()) return defined->second;
    return {Kind::quantity, 0, *name, facts_of(*name).dimension, {}};
  }

  Expression number() {
    count_terms(1);
    const std::size_t begin = at_;
    const auto is_digit = [&](std::size_t i) {
      return i < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[i])) != 0 || text_[i] == '.');
    };
    while (is_digit(at_)) ++at_;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      const std::size_t sign = at_ + 1 < text_.size() && (text_[at_ + 1] == '+' || text_[at_ + 1] == '-') ? 1 : 0;
      if (is_digit(at_ + 1 + sign)) at_ += 1 + sign;
      while (is_digit(at_)) ++at_;
    }
    const std::string digits(text_.substr(begin, at_ - begin));
    const std::string unit = take_unit();
    const std::string dimension = unit.empty() ? "" : dimension_of_unit(unit);
    const QuantityText read = parse_quantity(unit.empty() ? digits : digits + " " + unit, dimension);
    if (!read.error.empty()) fail(read.error, read.hint);
    return {Kind::number, read.value, Name::tpp, dimension, {}};
  }

  // "GB/s", "mm2"; a word like `and` is none.
  std::string take_unit() {
    const std::size_t before = at_;
    skip_spaces();
    std::size_t end = at_;
    while (end < text_.size() && (is_word(text_[end]) || text_[end] == '/' || text_[end] == '^')) ++end;
    std::string word(text_.substr(at_, end - at_));
    const bool starts_as_unit = !word.empty() && std::isalpha(static_cast<unsigned char>(word.front())) != 0;
    if (!starts_as_unit || word == "and" || word == "or") {
      at_ = before;
      return "";
    }
    at_ = end;
    return word;
  }

  [[nodiscard]] std::string dimension_of_unit(const std::string& unit) const {
    for (const char* dimension : kUnitDimensions) {
      const std::vector<std::string> units = units_of(dimension);
      if (std::find(units.begin(), units.end(), unit) != units.end()) return dimension;
    }
    fail("unknown unit " + unit, "rates are in GB/s, memory in GB, areas in mm2, tpp and densities without a unit");
  }

  // Definitions that name definitions could grow without end, and long sums are deep trees.
  void count_terms(int more) {
    terms_ += more;
    if (terms_ > kMostTerms) fail("has more than " + std::to_string(kMostTerms) + " terms with what it names");
  }

  // Deep nesting is refused instead of filling the stack.
  struct Level {
    explicit Level(Parser& parser) : depth(parser.depth_) {
      if (++depth > kDeepest) parser.fail("nests deeper than " + std::to_string(kDeepest) + " levels");
    }
    ~Level() { --depth; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    int& depth;
  };

  std::string_view text_;
  const Definitions& definitions_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int terms_ = 0;
};

// What binds closer has the larger number.
constexpr int binding(Kind kind) {
  if (kind == Kind::any_of) return 0;
  if (kind == Kind::all_of) return 1;
  if (kind == Kind::product || kind == Kind::quotient) return 4;
  return kind == Kind::sum || kind == Kind::difference ? 3 : 2;
}

constexpr const char* sign_of(Kind kind) {
  switch (kind) {
    case Kind::sum:
      return " + ";
    case Kind::difference:
      return " - ";
    case Kind::product:
      return " * ";
    case Kind::quotient:
      return " / ";
    case Kind::below:
      return " < ";
    case Kind::at_most:
      return " <= ";
    case Kind::above:
      return " > ";
    case Kind::at_least:
      return " >= ";
    case Kind::all_of:
      return " and ";
    default:
      return " or ";
  }
}

}  // namespace

ParsedExpression parse_expression(std::string_view text, const Definitions& definitions) {
  try {
    return {Parser(text, definitions).whole(), "", ""};
  } catch (const Mistake& mistake) {
    return {{}, mistake.message, mistake.hint};
  }
}

ParsedExpression parse_condition(std::string_view text, const Definitions& definitions) {
  ParsedExpression parsed = parse_expression(text, definitions);
  if (parsed.error.empty() && parsed.expression.dimension != kCondition) {
    return {{}, "is a number, not a condition", "compare it: tpp >= 4800"};
  }
  return parsed;
}

std::string text_of(const Expression& expression) {
  if (expression.kind == Kind::number && expression.number == 0) return format_quantity(0, expression.dimension);
  if (expression.kind == Kind::number) return shown(expression.number, expression.dimension);
  if (expression.kind == Kind::quantity) return facts_of(expression.name).name;
  if (expression.kind == Kind::negation) return "not (" + text_of(expression.parts.front()) + ")";
  std::string text;
  for (const Expression& part : expression.parts) {
    const std::string inner = text_of(part);
    const bool is_nested = part.parts.size() > 1 && binding(part.kind) <= binding(expression.kind);
    text += (text.empty() ? "" : sign_of(expression.kind)) + (is_nested ? "(" + inner + ")" : inner);
  }
  return text;
}

}  // namespace sim::policy
