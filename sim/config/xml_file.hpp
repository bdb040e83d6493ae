#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/topology/fabric_graph.hpp"

namespace sim::config {

/// Lines and columns of a text by byte offset, found by bisection. Columns count characters (UTF-8).
class TextPlaces {
 public:
  explicit TextPlaces(const std::string& text);
  [[nodiscard]] topology::GraphPlace at(std::size_t offset) const;

 private:
  const std::string* text_;
  std::vector<std::size_t> starts_;
};

/// An error of a reader that knows lines but neither the name of the file nor its text: adds both.
[[nodiscard]] InputError in_file(const InputError& error, const std::string& name, const std::string& text);

/// An element of an XML file.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< in file order
  std::string text;                                             ///< of the element itself, without blanks at its ends
  topology::GraphPlace place;
  std::vector<XmlElement> children;

  /// nullptr if there is none.
  [[nodiscard]] const std::string* find(std::string_view attribute) const;
};

/// The root of an XML document. Throws InputError (line and column, no file) for what is no XML, for more than one
/// root, a document type or entities of its own (they can multiply without end), more than 64 levels, and more than
/// 5,000,000 elements.
[[nodiscard]] XmlElement parse_xml(const std::string& text);

}  // namespace sim::config
