#include "sim/config/value_printer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "sim/base/error.hpp"
#include "sim/base/lower_case.hpp"
#include "sim/base/quantity.hpp"
#include "sim/config/json_text.hpp"

namespace sim::config {
namespace {

// Words that YAML 1.1 or 1.2 programs take for something else than a text.
bool is_reserved(const std::string& word) {
  const std::vector<std::string> reserved = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  return std::find(reserved.begin(), reserved.end(), lower_case(word)) != reserved.end();
}

std::string yaml_text(const std::string& text) {
  const auto is_letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '/';
  };
  const auto is_plain = [&](char c) {
    return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == ' ' || c == '-' || c == '.' ||
           c == '+';
  };
  const bool safe = !text.empty() && is_letter(text.front()) && text.back() != ' ' &&
                    std::all_of(text.begin(), text.end(), is_plain) && !is_reserved(text);
  return safe ? text : json_string(text);
}

std::string place_of(const SourceMark& mark) {
  const std::string quoted = json_string(mark.file);  // a line feed in a file name would end the comment
  const std::string file = quoted.substr(1, quoted.size() - 2);
  return mark.line > 0 ? fmt::format("{}:{}", file, mark.line) : file;
}

// A value as it was written, on one line.
std::string flow_text(const Value& value) {
  std::vector<std::string> parts;
  switch (value.kind) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::scalar: {
      const bool is_plain = std::all_of(value.text.begin(), value.text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view(" _-+./%").find(c) != std::string::npos;
      });
      return is_plain && !value.quoted ? value.text : json_string(value.text);
    }
    case Value::Kind::list:
      for (const Value& item : value.items) parts.push_back(flow_text(item));
      return fmt::format("[{}]", fmt::join(parts, ", "));
    default:
      for (const Value::Entry& entry : value.entries)
        parts.push_back(yaml_text(entry.key) + ": " + flow_text(entry.value));
      return fmt::format("{{{}}}", fmt::join(parts, ", "));
  }
}

const Value* child_map(const Value* value) {
  return value != nullptr && value->kind == Value::Kind::map ? value : nullptr;
}

}  // namespace

const Value* ValuePrinter::written_at(const char* key, const Spec& spec) const {
  if (written_ == nullptr) return nullptr;
  const Value* found = written_->find(key);
  for (std::size_t i = 0; found == nullptr && i < spec.aliases.size(); ++i) found = written_->find(spec.aliases[i]);
  return found;
}

void ValuePrinter::line(const char* key, const Spec& spec, const std::string& value) {
  text_ += fmt::format("{}{}: {}", std::string(indent_, ' '), key, value);
  if (comments_ == Comments::places) {
    const Value* written = written_at(key, spec);
    text_ += written == nullptr ? "  # default" : "  # from " + place_of(written->mark);
  }
  text_ += "\n";
}

void ValuePrinter::text(const char* key, std::string& field, const Spec& spec) {
  const Value* const map = !spec.or_map.empty() ? child_map(written_at(key, spec)) : nullptr;
  line(key, spec, map == nullptr ? yaml_text(field) : flow_text(*map));
}

void ValuePrinter::flag(const char* key, bool& field, const Spec& spec) {
  line(key, spec, field ? "true" : "false");
}

void ValuePrinter::count(const char* key, std::int64_t& field, const Spec& spec) {
  line(key, spec, std::to_string(field));
}

void ValuePrinter::number(const char* key, double& field, const Spec& spec) {
  quantity(key, field, "", spec);
}

void ValuePrinter::choice(const char* key, int& field, const std::vector<std::string>& names, const Spec& spec) {
  const auto index = static_cast<std::size_t>(field);
  check(field >= 0 && index < names.size(), "a choice holds no name of its list");
  line(key, spec, names[index]);
}

void ValuePrinter::texts(const char* key, std::vector<std::string>& field, const Spec& spec) {
  std::vector<std::string> items;
  for (const std::string& item : field) items.push_back(yaml_text(item));
  line(key, spec, fmt::format("[{}]", fmt::join(items, ", ")));
}

void ValuePrinter::counts(const char* key, std::vector<std::int64_t>& field, const Spec& spec) {
  line(key, spec, fmt::format("[{}]", fmt::join(field, ", ")));
}

void ValuePrinter::quantity(const char* key, double& field, const char* dimension, const Spec& spec) {
  if (std::isfinite(field)) line(key, spec, format_quantity(field, dimension));
}

void ValuePrinter::sourced(const char* key, Sourced<double>& field, const char* dimension, const Spec& spec) {
  if (!std::isfinite(field.value)) return;
  const bool has_source = field.origin != Origin::assumed || !field.source.empty() || field.relative_error != 0;
  if (!has_source) return quantity(key, field.value, dimension, spec);
  std::string value = fmt::format("{{value: {}, kind: {}", format_quantity(field.value, dimension),
                                  origin_names()[static_cast<std::size_t>(field.origin)]);
  if (!field.source.empty()) value += ", source: " + json_string(field.source);
  if (field.relative_error != 0) value += fmt::format(", relative_error: {}", field.relative_error);
  line(key, spec, value + "}");
}

void ValuePrinter::object(const char* key, const std::function<void(Fields&)>& describe, const Spec& spec) {
  ValuePrinter inner(comments_, child_map(written_at(key, spec)), indent_ + 2);
  describe(inner);
  if (inner.text_.empty()) return line(key, spec, "{}");
  text_ += fmt::format("{}{}:\n{}", std::string(indent_, ' '), key, inner.text_);
}

void ValuePrinter::list(const char* key, std::size_t size, const std::function<void(std::size_t, Fields&)>& make,
                        const Spec& spec) {
  if (size == 0) return line(key, spec, "[]");
  const Value* written = written_at(key, spec);
  text_ += fmt::format("{}{}:\n", std::string(indent_, ' '), key);
  for (std::size_t i = 0; i < size; ++i) {
    const bool has_item = written != nullptr && i < written->items.size();
    ValuePrinter inner(comments_, has_item ? child_map(&written->items[i]) : nullptr, indent_ + 4);
    make(i, inner);
    std::string item = inner.text_.empty() ? std::string(indent_ + 4, ' ') + "{}\n" : inner.text_;
    item[indent_ + 2] = '-';  // in place of a space of the first line
    text_ += item;
  }
}

void ValuePrinter::map(const char* key, const std::vector<std::string>& keys,
                       const std::function<void(const std::string&, Fields&)>& make, const Spec& spec) {
  if (keys.empty()) return line(key, spec, "{}");
  const Value* written = child_map(written_at(key, spec));
  text_ += fmt::format("{}{}:\n", std::string(indent_, ' '), key);
  for (const std::string& name : keys) {
    ValuePrinter inner(comments_, written == nullptr ? nullptr : child_map(written->find(name)), indent_ + 4);
    make(name, inner);
    const std::string start = fmt::format("{}{}:", std::string(indent_ + 2, ' '), yaml_text(name));
    text_ += inner.text_.empty() ? start + " {}\n" : start + "\n" + inner.text_;
  }
}

}  // namespace sim::config
