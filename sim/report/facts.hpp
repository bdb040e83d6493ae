#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sim::report {

/// One value of an answer by dotted name: "run.days.p50".
struct Fact {
  std::string name;
  std::string value;             ///< as JSON writes it, a text without its quotes
  std::optional<double> number;  ///< when it is one
};

/// The values of a JSON text, or of JSON Lines (each line named by its place); null and empty lists are no facts. Items
/// of a list are named by their stave, id or scenario where those tell them apart, else by their place from 0.
[[nodiscard]] std::vector<Fact> facts_of(const std::string& json_text);

/// `--plain`: a line for each fact, the name and the value with a tab between them. Tabs and line ends inside a text
/// become blanks.
[[nodiscard]] std::string plain_text(const std::string& json_text);

}  // namespace sim::report
