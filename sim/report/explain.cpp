#include "sim/report/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/base/version.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kKinds{"datasheet", "measured", "fitted", "assumed"};

// Formulas by what they price; the page has each with its source.
constexpr const char* kFormulas =
    "formulas: docs/model.md; kernels of products and attention by tiles, waves and power (Kernels), collectives by\n"
    "  NCCL's algorithms (Collectives), schedules and overlap (Iteration, Schedules), failures and money (Whole run)\n";

std::string counts(const std::vector<ExplainedConstant>& constants) {
  std::string text = fmt::format("{} numbers:", constants.size());
  for (std::size_t origin = 0; origin < kKinds.size(); ++origin) {
    const auto count = std::count_if(constants.begin(), constants.end(), [origin](const ExplainedConstant& constant) {
      return static_cast<std::size_t>(constant.origin) == origin;
    });
    text += fmt::format("{} {} {}", origin > 0 ? "," : "", count, kKinds[origin]);
  }
  return text + "\n";
}

}  // namespace

const char* origin_name(Origin origin) {
  return kKinds[static_cast<std::size_t>(origin)];
}

std::string explain_text(const std::string& title, const std::vector<ExplainedConstant>& constants) {
  std::string text = title + "\n\n" + counts(constants) + kFormulas;
  std::string owner;
  for (const ExplainedConstant& constant : constants) {
    if (constant.owner != owner) text += "\n" + constant.owner + "\n";
    owner = constant.owner;
    text += fmt::format("  {:<36} {:>14}  {:<9}  {}\n", constant.key, constant.value, origin_name(constant.origin),
                        constant.source.empty() ? "no source stated" : constant.source);
  }
  return text;
}

std::string explain_json(const std::string& scenario, const std::vector<ExplainedConstant>& constants) {
  Json list = Json::array();
  for (const ExplainedConstant& constant : constants) {
    list.push_back({{"owner", constant.owner},
                    {"key", constant.key},
                    {"value", constant.value},
                    {"kind", origin_name(constant.origin)},
                    {"source", constant.source}});
  }
  return Json{{"schema_version", 1}, {"version", kVersion}, {"scenario", scenario}, {"constants", list}}.dump(2) + "\n";
}

}  // namespace sim::report
