#include "sim/config/xml_file.hpp"

#include <algorithm>
#include <cctype>
#include <pugixml.hpp>

#include "sim/config/raw_graph.hpp"

namespace sim::config {
namespace {

constexpr int kMostLevels = 64;
constexpr std::size_t kMostElements = 5'000'000;

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::string without_blanks(const std::string& text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return "";
  return text.substr(start, text.find_last_not_of(" \t\r\n") + 1 - start);
}

/// Copies what pugixml read, so that no other file knows it.
class Copy {
 public:
  explicit Copy(const TextPlaces& places) : places_(places) {}

  void copy(const pugi::xml_node& node, int level, XmlElement& element) {
    const std::ptrdiff_t offset = node.offset_debug();
    element.place = places_.at(offset < 0 ? 0 : static_cast<std::size_t>(offset));
    element.name = node.name();
    if (++count_ > kMostElements) refuse_at(element.place, "more than 5,000,000 elements");
    if (level > kMostLevels) refuse_at(element.place, "more than 64 levels of elements");
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      element.attributes.emplace_back(attribute.name(), attribute.value());
    }
    for (const pugi::xml_node& child : node.children()) {
      if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) element.text += child.value();
      if (child.type() != pugi::node_element) continue;
      element.children.emplace_back();
      copy(child, level + 1, element.children.back());
    }
    element.text = without_blanks(element.text);
  }

 private:
  const TextPlaces& places_;
  std::size_t count_ = 0;
};

// Line `number`, from 1, without its end; empty where there is none.
std::string line_of(const std::string& text, int number) {
  std::size_t start = 0;
  for (int line = 1; line < number; ++line) {
    start = text.find('\n', start);
    if (start == std::string::npos) return "";
    ++start;
  }
  std::string line = text.substr(start, text.find('\n', start) - start);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace

TextPlaces::TextPlaces(const std::string& text) : text_(&text), starts_{0} {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') starts_.push_back(at + 1);
  }
}

topology::GraphPlace TextPlaces::at(std::size_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const std::size_t start = *(after - 1);
  constexpr std::size_t kFar = 10'000;  // columns of a file in one line would take the square of its length
  const std::size_t from = offset - start > kFar ? offset : start;
  const auto begin = text_->begin() + static_cast<std::ptrdiff_t>(std::min(from, text_->size()));
  const auto end = text_->begin() + static_cast<std::ptrdiff_t>(std::min(offset, text_->size()));
  const auto characters = (end - begin) - std::count_if(begin, end, is_continuation);
  return {static_cast<int>(after - starts_.begin()),
          static_cast<int>(characters + 1 + static_cast<std::ptrdiff_t>(from - start))};
}

InputError in_file(const InputError& error, const std::string& name, const std::string& text) {
  std::vector<Diagnostic> diagnostics = error.diagnostics();
  for (Diagnostic& diagnostic : diagnostics) {
    if (!diagnostic.mark.file.empty()) continue;
    diagnostic.mark.file = name;
    diagnostic.mark.line_text = line_of(text, diagnostic.mark.line);
  }
  return InputError(std::move(diagnostics));
}

void refuse_at(const GraphPlace& place, const std::string& message, const std::string& hint) {
  throw InputError({Diagnostic{{"", place.line, place.column, ""}, message, hint}});
}

void cannot_at(const GraphPlace& place, const std::string& message, const std::string& hint) {
  throw InputError({Diagnostic{{"", place.line, place.column, ""}, message, hint, true}});
}

const std::string* XmlElement::find(std::string_view attribute) const {
  for (const auto& [key, value] : attributes) {
    if (key == attribute) return &value;
  }
  return nullptr;
}

XmlElement parse_xml(const std::string& text) {
  const TextPlaces places(text);
  for (const char* word : {"<!DOCTYPE", "<!ENTITY"}) {
    const std::size_t found = text.find(word);
    if (found == std::string::npos) continue;
    refuse_at(places.at(found), "a document type or entity of its own", "write the document without them");
  }
  const std::size_t zero = text.find('\0');
  if (zero != std::string::npos) refuse_at(places.at(zero), "a byte of zero, which no XML has");
  pugi::xml_document document;
  const pugi::xml_parse_result result =
      document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0));
    std::string reason = result.description();
    if (!reason.empty()) reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
    refuse_at(places.at(offset), "no XML: " + reason);
  }
  const pugi::xml_node root = document.document_element();
  if (!root) refuse_at(places.at(0), "an XML document without an element");
  for (pugi::xml_node other = root.next_sibling(); other; other = other.next_sibling()) {
    if (other.type() != pugi::node_element) continue;
    const std::ptrdiff_t offset = other.offset_debug();
    refuse_at(places.at(offset < 0 ? 0 : static_cast<std::size_t>(offset)), "a second root element");
  }
  XmlElement element;
  Copy(places).copy(root, 1, element);
  return element;
}

}  // namespace sim::config
