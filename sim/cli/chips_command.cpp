#include <CLI/CLI.hpp>
#include <memory>

#include "sim/cli/command.hpp"
#include "sim/cli/rule_option.hpp"
#include "sim/config/catalog.hpp"
#include "sim/report/catalog_text.hpp"
#include "sim/report/chips_report.hpp"

namespace sim::cli {
namespace {

struct ChipsOptions {
  std::vector<std::string> chips;  // names or files; empty: the whole catalogue
  RuleOptions rule;
  double count = 0;
};

std::vector<hardware::Chip> chips_of(const ChipsOptions& options) {
  std::vector<hardware::Chip> chips;
  for (const std::string& id : options.chips.empty() ? config::catalog_ids("chips") : options.chips) {
    chips.push_back(config::load_chip(id));
  }
  return chips;
}

// Without a choice all laws of the catalogue.
std::vector<policy::Rule> rules_of(const RuleOptions& options) {
  std::vector<policy::Rule> rules = chosen_rules(options);
  if (!options.on.empty() || !options.rules.empty()) return rules;
  for (const std::string& id : config::catalog_ids("rules")) {
    policy::Rule rule = config::load_rule(id);
    if (!rule.hypothetical) rules.push_back(std::move(rule));
  }
  return rules;
}

int list_chips(const ChipsOptions& options, const CommonOptions& common) {
  const std::vector<hardware::Chip> chips = chips_of(options);
  const bool only_lists = options.rule.rules.empty() && options.rule.on.empty();
  if (only_lists && !common.json) {
    if (!options.rule.destination.empty() || options.count > 0) {
      throw InputError("--destination and --count say how to test a rule, and none is named", "add --rule or --on");
    }
    write_output(report::chips_text(chips));
    return static_cast<int>(ExitCode::done);
  }
  std::vector<policy::Rule> rules = rules_of(options.rule);
  const std::string destination = destination_of(options.rule, rules);
  report::ChipVerdicts verdicts = report::judge_chips(chips, std::move(rules), destination, options.count);
  verdicts.on = options.rule.on;
  write_output(common.json ? as_data(common, report::chips_json(verdicts)) : report::verdicts_text(verdicts));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_chips(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("chips", "list the parts of the catalogue, or hold them against export rules");
  auto options = std::make_shared<ChipsOptions>();
  command->add_option("chips", options->chips, "parts of the catalogue or files of your own (default: all)")
      ->type_name("CHIP|FILE.yaml");
  add_rule_options(*command, options->rule);
  command->add_option("--count", options->count, "parts of each kind in one cluster, for rules on clusters")
      ->check(CLI::Range(1.0, 1e8));
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return list_chips(*options, invocation.common); };
  });
}

}  // namespace sim::cli
