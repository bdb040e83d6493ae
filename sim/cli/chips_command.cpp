#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "sim/base/quantity.hpp"
#include "sim/cli/command.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/describe_campaign.hpp"
#include "sim/report/catalog_text.hpp"
#include "sim/report/chips_report.hpp"

namespace sim::cli {
namespace {

struct ChipsOptions {
  std::vector<std::string> chips;  // names or files; empty: the whole catalogue
  std::vector<std::string> rules;
  std::string on;
  std::string destination;  // empty: the usual one
  double count = 0;
};

std::vector<hardware::Chip> chips_of(const ChipsOptions& options) {
  std::vector<hardware::Chip> chips;
  for (const std::string& id : options.chips.empty() ? config::catalog_ids("chips") : options.chips) {
    chips.push_back(config::load_chip(id));
  }
  return chips;
}

std::vector<policy::Rule> rules_of(const ChipsOptions& options) {
  if (!options.on.empty()) return config::rules_in_force(options.on);
  std::vector<policy::Rule> rules;
  for (const std::string& id : options.rules) {
    rules.push_back(config::load_rule(id));
    const bool is_twice =
        std::any_of(rules.begin(), rules.end() - 1, [&](const auto& rule) { return rule.id == rules.back().id; });
    if (is_twice) throw InputError("--rule: two rules have the id " + rules.back().id, "name each once");
  }
  if (!options.rules.empty()) return rules;
  for (const std::string& id : config::catalog_ids("rules")) {
    policy::Rule rule = config::load_rule(id);
    if (!rule.hypothetical) rules.push_back(std::move(rule));
  }
  return rules;
}

int list_chips(const ChipsOptions& options, const CommonOptions& common) {
  if (!options.on.empty() && !config::parse_date(options.on)) {
    throw InputError("--on: expected a date between 1970 and 2200, not " + options.on, "for example 2023-11-17");
  }
  const std::vector<hardware::Chip> chips = chips_of(options);
  const bool only_lists = options.rules.empty() && options.on.empty();
  if (only_lists && !common.json) {
    if (!options.destination.empty() || options.count > 0) {
      throw InputError("--destination and --count say how to test a rule, and none is named", "add --rule or --on");
    }
    write_output(report::chips_text(chips));
    return static_cast<int>(ExitCode::done);
  }
  std::vector<policy::Rule> rules = rules_of(options);
  const std::string destination = options.destination.empty() ? config::kUsualDestination : options.destination;
  config::check_destination(destination, rules, "--destination");
  report::ChipVerdicts verdicts = report::judge_chips(chips, std::move(rules), destination, options.count);
  verdicts.on = options.on;
  write_output(common.json ? report::chips_json(verdicts) : report::verdicts_text(verdicts));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_chips(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("chips", "list the parts of the catalogue, or hold them against export rules");
  auto options = std::make_shared<ChipsOptions>();
  command->add_option("chips", options->chips, "parts of the catalogue or files of your own (default: all)");
  CLI::Option* rule = command->add_option("--rule", options->rules,
                                          "rule of the catalogue or a file of your own; may be given several times");
  rule->allow_extra_args(false);
  command->add_option("--on", options->on, "all rules of the catalogue that are in force on this date")
      ->type_name("DATE")
      ->excludes(rule);
  command->add_option("--destination", options->destination, "where the parts go (default: china)");
  command->add_option("--count", options->count, "parts of each kind in one cluster, for rules on clusters")
      ->check(CLI::Range(1.0, 1e8));
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return list_chips(*options, invocation.common); };
  });
}

}  // namespace sim::cli
