#include "sim/launch/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/base/error.hpp"

namespace sim::launch {
namespace {

constexpr std::int64_t kMost = 1'000'000'000'000'000;

bool is_option(const std::string& word) {
  return word.size() > 2 && word.starts_with("--") && word[2] != '-';
}

std::string normal(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

bool names_layers(const std::vector<Word>& words) {
  return std::any_of(words.begin(), words.end(), [](const Word& word) {
    const std::string name = normal(word.text.substr(0, word.text.find_first_of("= \t\n")));
    return name == "--num-layers";
  });
}

// Options inside one quoted word ("--fp8-format hybrid"), or the whole command of `bash -c "..."`, are words of their
// own to the program that is started in the end.
std::vector<Word> split(const std::vector<Word>& words) {
  std::vector<Word> parts;
  for (const Word& word : words) {
    const bool holds_options = word.text.starts_with("--") || word.text.find(" --") != std::string::npos ||
                               word.text.find("\n--") != std::string::npos;
    if (!holds_options) {
      parts.push_back(word);
      continue;
    }
    std::size_t begin = word.text.find_first_not_of(" \t\n");
    while (begin != std::string::npos) {
      const std::size_t end = std::min(word.text.find_first_of(" \t\n", begin), word.text.size());
      parts.push_back({word.text.substr(begin, end - begin), word.offset});
      begin = word.text.find_first_not_of(" \t\n", end);
    }
  }
  return parts;
}

template <class Number>
std::optional<Number> parsed(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(value) : std::nullopt;
}

std::string shortened(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

// What follows from the words of a script: of the command that trains, of bare lines of options, or of variables.
std::vector<Word> training_words(const Script& script) {
  const std::vector<Word>* trains = nullptr;
  std::vector<Word> bare;
  bool is_bare = false;
  std::ptrdiff_t most = 0;  // others may print a command instead of running it
  for (const std::vector<Word>& command : script.commands) {
    const std::vector<Word> words = split(command);
    const bool starts_bare = is_option(words.front().text);
    const auto options = std::count_if(words.begin(), words.end(), [](const Word& w) { return is_option(w.text); });
    if (names_layers(words) && !starts_bare && options >= most) {
      trains = &command;
      most = options;
    }
    if (starts_bare) bare.insert(bare.end(), words.begin(), words.end());
    is_bare = is_bare || starts_bare;
  }
  if (trains != nullptr) return split(*trains);
  if (is_bare) return bare;
  std::vector<Word> words;
  for (const std::string& name : script.variable_order) {
    const std::vector<Word> of_variable = split(script.variables.at(name));
    words.insert(words.end(), of_variable.begin(), of_variable.end());
  }
  return words;
}

}  // namespace

Arguments::Arguments(const config::YamlSource& source, Script script) : source_(source), script_(std::move(script)) {
  read(training_words(script_));
  if (options_.empty()) {
    throw InputError({Diagnostic{{source.name(), 0, 0, ""},
                                 "no arguments of Megatron are in it",
                                 "it should hold --num-layers and the others, in a command, in arrays or on lines"}});
  }
}

void Arguments::read(const std::vector<Word>& words) {
  Option* open = nullptr;
  for (const Word& word : words) {
    if (!is_option(word.text)) {
      const bool is_redirection = word.text.find_first_not_of("0123456789&") != std::string::npos &&
                                  word.text[word.text.find_first_not_of("0123456789&")] == '>';
      if (is_redirection) open = nullptr;
      if (open != nullptr) open->values.push_back(word.text);
      continue;
    }
    const std::size_t equals = word.text.find('=');
    const std::string name = normal(word.text.substr(2, equals == std::string::npos ? equals : equals - 2));
    open = &options_[name];
    *open = {{}, word.offset};
    if (equals != std::string::npos) open->values.push_back(word.text.substr(equals + 1));
  }
}

const Arguments::Option* Arguments::find(const std::string& name) {
  asked_.insert(name);
  const auto found = options_.find(name);
  return found == options_.end() ? nullptr : &found->second;
}

bool Arguments::has(const std::string& name) {
  return find(name) != nullptr;
}

std::string Arguments::unset_names() const {
  constexpr std::size_t kMostShown = 8;
  std::vector<std::string> names(script_.unset.begin(), script_.unset.end());
  for (std::string& name : names) name = shortened(name);
  if (names.size() > kMostShown) names.resize(kMostShown);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string Arguments::unset_hint() const {
  if (script_.unset.empty()) return "";
  return fmt::format("without a value in this file: {}; give it with --variable NAME=VALUE", unset_names());
}

std::vector<std::string> Arguments::script_notes() const {
  std::vector<std::string> notes;
  for (const std::vector<Word>& command : script_.commands) {
    if (command.size() < 2 || (command[0].text != "source" && command[0].text != ".")) continue;
    notes.push_back(
        fmt::format("{} is not read: give its assignments by --variable or paste them", shortened(command[1].text)));
  }
  if (!script_.unset.empty()) {
    notes.push_back(
        fmt::format("variables without a value count for nothing: {}; --variable NAME=VALUE gives one", unset_names()));
  }
  return notes;
}

void Arguments::refuse(const std::string& name, const std::string& message, const std::string& hint) const {
  const auto found = options_.find(name);
  const SourceMark mark =
      found == options_.end() ? SourceMark{source_.name(), 0, 0, ""} : source_.mark_at(found->second.offset);
  throw InputError({Diagnostic{mark, fmt::format("--{}: {}", name, message), hint}});
}

std::optional<std::int64_t> Arguments::whole(const std::string& name, std::int64_t least) {
  const Option* const option = find(name);
  if (option == nullptr) return std::nullopt;
  if (option->values.empty()) refuse(name, "has no value", unset_hint());
  const std::string& text = option->values.front();
  const std::optional<std::int64_t> value = parsed<std::int64_t>(text);
  if (!value || *value < least || *value > kMost) {
    refuse(name, fmt::format("expected a whole number of at least {}, got \"{}\"", least, shortened(text)));
  }
  return value;
}

std::int64_t Arguments::whole_or(const std::string& name, std::int64_t otherwise, std::int64_t least) {
  return whole(name, least).value_or(otherwise);
}

std::optional<double> Arguments::number(const std::string& name) {
  const Option* const option = find(name);
  if (option == nullptr) return std::nullopt;
  if (option->values.empty()) refuse(name, "has no value", unset_hint());
  const std::optional<double> value = parsed<double>(option->values.front());
  if (!value || !std::isfinite(*value)) {
    refuse(name, fmt::format("expected a number, got \"{}\"", shortened(option->values.front())));
  }
  return value;
}

std::string Arguments::text(const std::string& name) {
  const Option* const option = find(name);
  return option == nullptr || option->values.empty() ? "" : option->values.front();
}

std::vector<std::string> Arguments::texts(const std::string& name) {
  const Option* const option = find(name);
  return option == nullptr ? std::vector<std::string>{} : option->values;
}

std::optional<std::int64_t> Arguments::variable(const std::string& name) const {
  const auto found = script_.variables.find(name);
  if (found == script_.variables.end() || found->second.size() != 1) return std::nullopt;
  const std::optional<std::int64_t> value = parsed<std::int64_t>(found->second.front().text);
  return value && *value > 0 && *value <= kMost ? value : std::nullopt;
}

std::vector<std::string> Arguments::unasked() const {
  std::vector<std::string> names;
  for (const auto& [name, option] : options_) {
    if (asked_.count(name) == 0) names.push_back(shortened(name));
  }
  return names;
}

}  // namespace sim::launch
