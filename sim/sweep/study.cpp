#include "sim/sweep/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "sim/config/diagnostics.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/fields.hpp"
#include "sim/config/value.hpp"
#include "sim/sweep/range.hpp"

namespace sim::sweep {
namespace {

using config::Fields;

void check_range(Fields& fields, const Axis& axis, Design design) {
  const auto complain = [&fields](const char* key, const std::string& message) {
    fields.complain(key, message, "", false);
  };
  if (!fields.has("from") || !fields.has("to")) {
    return complain("key", "needs `values`, or `from` and `to`");
  }
  try {
    (void)Range(axis);
  } catch (const InputError& error) {
    const std::string& message = error.diagnostics().front().message;  // "to: has another unit ..."
    const std::size_t colon = message.find(": ");
    fields.complain(message.substr(0, colon).c_str(), message.substr(colon + 2), error.diagnostics().front().hint,
                    false);
  }
  const bool is_drawn = design == Design::latin_hypercube;
  if (is_drawn && fields.has("steps")) complain("steps", "a latin_hypercube draws as many values as it has samples");
  if (!is_drawn && !fields.has("steps")) complain("from", "needs `steps`: how many values to take from the range");
}

void describe_axis(Fields& fields, Axis& axis, Design design) {
  fields.text("key", axis.key, {.help = "a key of the scenario, as --set takes it", .required = true});
  fields.texts("values", axis.values, {.help = "the values that it takes, as --set takes them"});
  fields.text("from", axis.from, {.help = "instead of values: the least, with its unit"});
  fields.text("to", axis.to, {.help = "the most, with the same unit"});
  fields.count("steps", axis.steps,
               {.help = "values to take from the range, both ends included", .least = 2, .most = kMostPoints});
  fields.flag("log", axis.log, {.help = "equal ratios instead of equal steps"});
  fields.number("multiple_of", axis.multiple_of,
                {.help = "round to multiples of it, in the unit of `from`", .least = 0, .above_least = true});
  if (!fields.has("values")) return check_range(fields, axis, design);
  for (const char* key : {"from", "to", "steps", "log", "multiple_of"}) {
    if (fields.has(key)) fields.complain(key, "belongs to a range, and the axis has `values`", "", false);
  }
  if (axis.values.empty()) fields.complain("values", "has no value", "", false);
  if (axis.key == kScenarioAxis) fields.complain("key", "is no key of a scenario", "`scenarios: [a.yaml, ...]`", false);
}

std::int64_t length(const Axis& axis) {
  return axis.values.empty() ? axis.steps : static_cast<std::int64_t>(axis.values.size());
}

void check_lengths(Fields& fields, const Study& study) {
  std::int64_t size = std::max<std::int64_t>(1, static_cast<std::int64_t>(study.scenarios.size()));
  const std::int64_t first = study.scenarios.empty() && !study.axes.empty() ? length(study.axes.front()) : size;
  for (const Axis& axis : study.axes) {
    if (study.design == Design::list && length(axis) != first) {
      fields.complain(
          "axes", fmt::format("{} has {} values where the first axis has {}", axis.key, length(axis), first),
          "a list takes the first values of all axes, then the second; `design: grid` combines them", false);
    }
    size = std::min(size * length(axis), kMostPoints + 1);
  }
  if (study.design == Design::grid && size > kMostPoints)
    fields.complain("axes", fmt::format("the grid has more than {} points", kMostPoints), "", false);
}

}  // namespace

void describe(Fields& fields, Study& study) {
  fields.text("name", study.name, {.help = "what the study is called; else the name of its file"});
  fields.text("description", study.description, {.help = "for people"});
  fields.text("scenario", study.scenario, {.help = "the scenario that is varied"});
  fields.texts("scenarios", study.scenarios, {.help = "instead: several, an axis of their own"});
  fields.choice("design", study.design, {"grid", "list", "latin_hypercube"},
                {.help = "grid: every combination; list: the first values together, then the second; latin_hypercube: "
                         "samples that cover every axis evenly"});
  fields.count("samples", study.samples, {.help = "points of a latin_hypercube", .least = 1, .most = kMostPoints});
  fields.count("seed", study.seed, {.help = "of a latin_hypercube", .least = 0, .most = 1e9});
  fields.list("axes", study.axes.size(),
              [&study](std::size_t i, Fields& inner) {
                if (study.axes.size() <= i) study.axes.resize(i + 1);
                describe_axis(inner, study.axes[i], study.design);
                const auto end = study.axes.begin() + static_cast<std::ptrdiff_t>(i);
                const bool is_twice = std::any_of(study.axes.begin(), end, [&](const Axis& axis) {
                  return !axis.key.empty() && axis.key == study.axes[i].key;
                });
                if (is_twice) inner.complain("key", "comes twice", "", false);
              },
              {.help = "what takes which values", .required = true, .least = 1});
  const bool is_drawn = study.design == Design::latin_hypercube;
  for (const char* key : {"samples", "seed"}) {
    if (!is_drawn && fields.has(key)) fields.complain(key, "only a latin_hypercube draws at random", "", false);
  }
  if (is_drawn && !fields.has("samples")) fields.complain("design", "a latin_hypercube needs `samples`", "", false);
  if (fields.has("scenario") == fields.has("scenarios"))
    fields.complain("axes", "a study has one of `scenario` and `scenarios`", "", false);
  if (fields.has("scenarios") && study.scenarios.empty()) fields.complain("scenarios", "has no value", "", false);
  if (!is_drawn) check_lengths(fields, study);
}

Study read_study(const std::string& path) {
  const config::Value root = config::read_yaml_file(path);
  config::Diagnostics diagnostics;
  Study study = config::read<Study>(root, diagnostics);
  diagnostics.throw_if_any();
  const std::filesystem::path file(path);
  study.folder = file.parent_path().string();
  if (study.name.empty()) study.name = file.stem().string();
  return study;
}

}  // namespace sim::sweep
