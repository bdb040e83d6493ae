#include <algorithm>

#include "sim/config/describe_campaign.hpp"
#include "sim/config/describe_hardware.hpp"

namespace sim::config {
namespace {

using policy::Definitions;
using policy::Rule;

const std::vector<std::string>& statuses_of_rules() {
  static const std::vector<std::string> names(policy::status_names().begin(), policy::status_names().end() - 1);
  return names;
}

void describe_condition(Fields& fields, std::string& text, policy::Expression& expression, const Definitions& terms,
                        bool required) {
  fields.text("condition", text,
              {.help = "over quantities and defined terms: + - * /, >= > <= <, and, or, not, parentheses",
               .required = required});
  if (text.empty()) return;
  policy::ParsedExpression parsed = policy::parse_condition(text, terms);
  if (!parsed.error.empty()) {
    fields.complain("condition", parsed.error, parsed.hint, false);
    parsed = policy::parse_condition("data_centre");  // so that what names it is not blamed as well
  }
  expression = std::move(parsed.expression);
}

void describe_definition(Fields& fields, policy::Definition& definition, Definitions& terms) {
  fields.text("term", definition.term, {.help = "quantity that is explained, or a new term", .required = true});
  fields.text("text", definition.text, {.help = "what it means, in words"});
  policy::Expression expression;
  describe_condition(fields, definition.condition, expression, terms, false);
  const bool is_quantity = policy::name_from_text(definition.term).has_value();
  if (definition.term.empty()) return;
  if (is_quantity && !definition.condition.empty()) {
    fields.complain("condition", definition.term + " is a quantity of every part", "give the term another name", false);
  } else if (!is_quantity && definition.condition.empty()) {
    fields.complain("term", "is no quantity, and has no condition", "add a condition, or explain one of the quantities",
                    false);
  } else if (!is_quantity) {
    terms[definition.term] = std::move(expression);
  }
}

void describe_status(Fields& fields, policy::Status& status, const char* help) {
  fields.choice("status", status, statuses_of_rules(), {.help = help});
}

void describe_paragraph(Fields& fields, policy::Paragraph& paragraph, const Definitions& terms) {
  fields.text("id", paragraph.id, {.help = "as the legal text calls it", .required = true});
  describe_condition(fields, paragraph.condition, paragraph.expression, terms, true);
  describe_status(fields, paragraph.status, "what holds for the parts that the condition catches");
  fields.text("note", paragraph.note, {.help = "for people"});
}

void describe_exception(Fields& fields, policy::Exception& exception, const Rule& rule, const Definitions& terms) {
  fields.text("id", exception.id, {.help = "as the legal text calls it", .required = true});
  fields.texts("paragraphs", exception.paragraphs, {.help = "ids of the paragraphs that it softens; empty: all"});
  for (const std::string& id : exception.paragraphs) {
    const bool is_known = std::any_of(rule.paragraphs.begin(), rule.paragraphs.end(),
                                      [&id](const policy::Paragraph& paragraph) { return paragraph.id == id; });
    if (!is_known) fields.complain("paragraphs", "the rule has no paragraph " + id, "", false);
  }
  describe_condition(fields, exception.condition, exception.expression, terms, true);
  describe_status(fields, exception.status, "what then holds instead");
  fields.text("note", exception.note, {.help = "for people"});
}

// Describes each item of a list of structs.
template <class T, class Describe>
void list_of(Fields& fields, const char* key, std::vector<T>& list, const Spec& spec, const Describe& describe_item) {
  fields.list(
      key, list.size(),
      [&](std::size_t index, Fields& inner) {
        if (index >= list.size()) list.resize(index + 1);
        describe_item(inner, list[index]);
      },
      spec);
}

void describe_scope(Fields& fields, Rule& rule) {
  describe_date(fields, "from", rule.from, "first day in force; none: since ever");
  describe_date(fields, "until", rule.until, "last day in force; none: still");
  if (!rule.until.empty() && rule.until < rule.from) fields.complain("until", "is before its first day", "", false);
  fields.text("reference", rule.reference, {.help = "of the legal text"});
  fields.text("confidence", rule.confidence, {.help = "where the figures were read, and how sure they are"});
  fields.flag("hypothetical", rule.hypothetical, {.help = "nobody's law: holds only where it is named"});
  fields.texts("destinations", rule.destinations, {.help = "that it reaches; empty: all"});
  fields.texts("reviews", rule.reviews,
               {.help = "rules under which this one says how licences are decided: where it grants a review or an "
                        "exception, that takes the place of their `controlled`"});
}

}  // namespace

void describe(Fields& fields, Rule& rule) {
  Definitions terms;
  fields.text("id", rule.id, {.help = "name of the rule", .required = true});
  fields.text("title", rule.title, {.help = "one line for people"});
  describe_scope(fields, rule);
  list_of(fields, "definitions", rule.definitions, {.help = "what its terms mean"},
          [&](Fields& inner, policy::Definition& item) { describe_definition(inner, item, terms); });
  list_of(fields, "paragraphs", rule.paragraphs,
          {.help = "what it catches; of several that hold the strictest counts", .required = true, .least = 1},
          [&](Fields& inner, policy::Paragraph& item) { describe_paragraph(inner, item, terms); });
  list_of(fields, "exceptions", rule.exceptions,
          {.help = "what softens paragraphs; of several that hold the first counts"},
          [&](Fields& inner, policy::Exception& item) { describe_exception(inner, item, rule, terms); });
  fields.texts("not_modelled", rule.not_modelled, {.help = "what the legal text says beyond the conditions here"});
  fields.text("notes", rule.notes, {.help = "what else people should know"});
}

}  // namespace sim::config
