#pragma once

#include <string>
#include <vector>

#include "sim/policy/expression.hpp"

namespace sim::policy {

/// What a rule says of a part, the mildest first. `unknown` is no answer of a rule but the lack of one.
enum class Status { not_controlled, licence_exception, case_by_case, controlled, unknown };

/// "not_controlled" and so on, in the order of Status.
[[nodiscard]] const std::vector<std::string>& status_names();
[[nodiscard]] const std::string& status_name(Status status);

/// A term of a rule: an expression that conditions may name, or words that explain a quantity.
struct Definition {
  std::string term;
  std::string text;
  std::string condition;  ///< as written, empty: words alone
};

/// What holds for the parts that a condition catches.
struct Paragraph {
  std::string id;
  std::string condition;  ///< as written
  Expression expression;
  Status status = Status::controlled;
  std::string note;
};

/// Lowers what paragraphs say of some parts; of several that hold the first one counts.
struct Exception {
  std::string id;
  std::vector<std::string> paragraphs;  ///< ids; empty: all
  std::string condition;
  Expression expression;
  Status status = Status::not_controlled;
  std::string note;
};

/// A rule of export control as data: a file of catalog/rules. Of several paragraphs that catch a part the strictest
/// counts.
struct Rule {
  std::string id;
  std::string title;
  std::string from;                       ///< first day in force, "2023-11-17"; empty: since ever
  std::string until;                      ///< last day in force; empty: still
  std::string reference;                  ///< of the legal text
  std::string confidence;                 ///< how sure the figures here are
  bool hypothetical = false;              ///< nobody's law: holds only where it is named
  std::vector<std::string> destinations;  ///< that it reaches; empty: all
  std::vector<std::string> reviews;       ///< rules whose `controlled` it may soften: it says how licences are decided
  std::vector<Definition> definitions;
  std::vector<Paragraph> paragraphs;
  std::vector<Exception> exceptions;
  std::vector<std::string> not_modelled;
  std::string notes;
};

/// Whether `date` ("2023-11-17") lies between its first and last day.
[[nodiscard]] bool is_in_force(const Rule& rule, const std::string& date);

/// Whether it speaks of exports to `destination`.
[[nodiscard]] bool reaches(const Rule& rule, const std::string& destination);

}  // namespace sim::policy
