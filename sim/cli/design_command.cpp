#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "sim/base/error.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/reference_scenario.hpp"
#include "sim/cli/rule_option.hpp"
#include "sim/cli/solve.hpp"
#include "sim/config/catalog.hpp"
#include "sim/plan/chip_search.hpp"
#include "sim/report/design_report.hpp"

namespace sim::cli {
namespace {

constexpr const char* kUsualBase = "H100-SXM5-80GB";

struct DesignOptions {
  ScenarioOptions scenario;  // without a file until one is chosen for the model
  std::string origin;        // of the chosen one
  RuleOptions rule;
  std::vector<std::string> bases;  // empty: the scenario's own chip and the H100
  std::string model;
  int count = 0;
  policy::Technology technology;
  std::vector<std::string> fixed{"schedule", "overlap"};
  std::size_t simulations = 12;
  bool frontier = false;
  std::string svg;  // of the frontier; empty: none
};

// `base`: a chip in the place of the scenario's; empty: its own.
iteration::Job load(const DesignOptions& options, const std::string& base, const CommonOptions& common) {
  std::vector<std::string> overrides = options.scenario.overrides;
  if (!base.empty()) overrides.push_back("fleet.0.chip=" + base);
  if (!options.model.empty()) overrides.push_back("model=" + options.model);
  if (options.count > 0) overrides.push_back("fleet.0.count=" + std::to_string(options.count));
  const config::LoadedScenario loaded = config::load_scenario(options.scenario.file, overrides);
  if (base.empty()) print_notes(loaded.notes, common);
  return config::make_job(loaded);
}

// What the model's reference scenario says, under what the user says.
void choose_scenario(DesignOptions& options) {
  if (options.model.empty()) {
    throw InputError("design needs a scenario file, or a model for which it takes one that ships",
                     "for example: simulate design --rule bis-2023 --model gpt4-1.8t-moe");
  }
  const ReferenceScenario reference = reference_scenario(options.model, options.count);
  options.scenario.file = reference.file;
  options.origin = reference.origin;
  if (options.bases.empty()) options.bases = {kPartToBeat, kUsualBase};
  options.scenario.overrides.insert(options.scenario.overrides.begin(), reference.overrides.begin(),
                                    reference.overrides.end());
}

bool is_whole(const hardware::Chip& chip) {
  return chip.dies.size() == 1 && chip.dies.front().count == 1 && chip.memory_capacity && chip.memory_bandwidth &&
         chip.multiprocessors && chip.scale_up && chip.applicable_die_area && !chip.peak.empty();
}

/// The job on a chip whose parts are to be used, with the best strategy for it as it is.
struct Base {
  iteration::Job job;
  plan::Found usual;
  [[nodiscard]] const hardware::Chip& chip() const { return job.fleet.front().chip; }
};

using IsLegal = std::function<bool(const policy::Quantities&)>;

/// One run of the command.
class Designer {
 public:
  Designer(const DesignOptions& options, const CommonOptions& common)
      : options_(options), common_(common), own_(load(options, "", common)), rules_(chosen_rules(options.rule)) {
    if (rules_.empty()) throw InputError("design needs a rule that the chip shall obey", "add --rule ID or --on DATE");
    destination_ = destination_of(options.rule, rules_);
    if (own_.fleet.size() > 1) throw InputError("design is for a fleet of one entry");
    add_bases();
  }

  report::DesignAnswer answer() {
    report::DesignAnswer made;
    made.job = &own_;
    made.origin = options_.origin;
    for (const policy::Rule& rule : rules_) made.rules.push_back(rule.id);
    for (const Base& base : bases_) made.bases.push_back(base.chip().id);
    for (int dies = 1; dies <= options_.technology.most_dies; ++dies) {
      const auto row = fastest(
          dies, [&](const policy::Quantities& part) { return ruling(part).status == policy::Status::not_controlled; });
      if (!row) continue;
      made.rows.push_back(*row);
      made.rows.back().verdict = ruling(counted(row->chip));
      if (row->ideal_days < made.rows[made.best].ideal_days) made.best = made.rows.size() - 1;
    }
    if (made.rows.empty()) throw infeasible("the rules let no chip of this technology through that could run the job");
    made.own = own_row();
    add_barrel(made);
    if (options_.frontier) add_frontier(made);
    if (wants_progress(common_)) std::fprintf(stderr, "\r\033[K");
    return made;
  }

 private:
  void add_bases() {
    std::vector<std::string> names = options_.bases;
    if (names.empty()) {
      const hardware::Chip& own = own_.fleet.front().chip;
      if (is_whole(own)) names.push_back("");
      if (own.id != kUsualBase) names.push_back(kUsualBase);
    }
    for (const std::string& name : names) {
      Base base{load(options_, name, common_), {}};
      if (!is_whole(base.chip())) {
        throw InputError("--base: " + base.chip().id +
                             " cannot be taken apart: one die, its area, memory, cores and "
                             "links must be known",
                         "for example H100-SXM5-80GB or A100-SXM4-80GB");
      }
      say("as it is", base.chip().id);
      base.usual = best_of(base.job);
      if (base.usual.seconds > 0) bases_.push_back(std::move(base));
    }
    if (bases_.empty()) throw infeasible("no strategy of the searched space is possible with the chips to start from");
  }

  void say(const std::string& what, const std::string& base) const {
    if (wants_progress(common_))
      std::fprintf(stderr, "\rsearching strategies: %s, parts of %s\033[K", what.c_str(), base.c_str());
  }

  [[nodiscard]] std::set<std::string> fixed() const { return {options_.fixed.begin(), options_.fixed.end()}; }

  // Zero seconds: nothing is possible.
  [[nodiscard]] plan::Found best_of(const iteration::Job& job) const {
    const plan::SearchResult result =
        plan::search(job, plan::search_space(job, fixed()), {.simulations = options_.simulations, .top = 1});
    return result.best.empty() ? plan::Found{} : result.best.front();
  }

  // Lines on clusters count all chips.
  [[nodiscard]] policy::Quantities counted(policy::Quantities part) const {
    part[policy::Name::count] = policy::exactly(own_.chips());
    return part;
  }
  [[nodiscard]] policy::Quantities counted(const hardware::Chip& chip) const {
    return counted(policy::quantities_of(chip));
  }
  [[nodiscard]] policy::Verdict ruling(const policy::Quantities& part) const {
    return policy::judge_together(rules_, part, destination_).combined;
  }

  [[nodiscard]] static double days_of(const iteration::Job& job, const plan::Found& found) {
    constexpr double kDay = 86400;
    return found.seconds * iteration::steps_of(job) / kDay;
  }

  // The fastest legal package of as many dies, of any base.
  std::optional<report::DesignRow> fastest(int dies, const IsLegal& is_legal) const {
    std::optional<report::DesignRow> best;
    for (const Base& base : bases_) {
      say("packages of " + std::to_string(dies), base.chip().id);
      const auto row = fastest_of(base, dies, is_legal);
      if (row && (!best || row->ideal_days < best->ideal_days)) best = row;
    }
    return best;
  }

  std::optional<report::DesignRow> fastest_of(const Base& base, int dies, const IsLegal& is_legal) const {
    policy::Technology technology = options_.technology;
    technology.base_stacks = policy::stacks_of(base.chip());
    const auto is_free = [&](const policy::Quantities& part) { return is_legal(counted(part)); };
    const std::vector<policy::Package> packages = policy::legal_packages(base.chip(), technology, dies, is_free);
    std::vector<hardware::Chip> chips;
    for (const policy::Package& package : packages) {
      chips.push_back(policy::chip_of(base.chip(), technology, package));
      chips.back().id = "design of " + std::to_string(dies) + (dies == 1 ? " die" : " dies");
    }
    plan::ChipSearchOptions search{fixed(), options_.simulations};
    const std::vector<plan::ChipTried> tried = plan::fastest_chips(base.job, chips, base.usual.strategy, search);
    if (tried.empty()) return std::nullopt;
    const plan::Found& found = tried.front().found;
    const std::size_t at = tried.front().chip;
    return report::DesignRow{base.chip().id, packages[at], chips[at], {}, found, days_of(base.job, found)};
  }

  [[nodiscard]] std::optional<report::DesignRow> own_row() const {
    const hardware::Chip& chip = own_.fleet.front().chip;
    if (!chip.memory_capacity || !chip.memory_bandwidth) return std::nullopt;
    const auto searched =
        std::find_if(bases_.begin(), bases_.end(), [&](const Base& base) { return base.chip().id == chip.id; });
    const plan::Found found = searched == bases_.end() ? best_of(own_) : searched->usual;
    if (found.seconds == 0) return std::nullopt;
    report::DesignRow row{chip.id, {}, chip, ruling(counted(chip)), found, days_of(own_, found)};
    row.package = {0, policy::stacks_of(chip), chip.scale_up ? chip.scale_up->links : 0, 1};
    for (const hardware::Die& die : chip.dies) row.package.dies += die.count;
    return row;
  }

  void add_barrel(report::DesignAnswer& made) const {
    const report::DesignRow& best = made.rows[made.best];
    const auto base =
        std::find_if(bases_.begin(), bases_.end(), [&](const Base& one) { return one.chip().id == best.base; });
    iteration::Job job = plan::with_chip(base->job, best.chip);
    job.strategy = best.found.strategy;
    job.schedule.reset();
    const iteration::IterationResult result = iteration::simulate(job, {.check_stability = false});
    made.barrel = barrel::make_barrel(job, result);
    made.falls = barrel::waterfall(result, iteration::steps_of(job));
  }

  // Lines on compute around those of the rules, and lines on links and memory.
  void add_frontier(report::DesignAnswer& made) const {
    const auto add = [&](const char* quantity, policy::Name name, double cap) {
      const auto row = fastest(options_.technology.most_dies,
                               [&](const policy::Quantities& part) { return part[name].high <= cap; });
      made.frontier.push_back({quantity, cap, row});
    };
    for (const double tpp : {1200, 2400, 4800, 9600, 19200}) add("TPP", policy::Name::tpp, tpp);
    for (const double rate : {500e9, 1000e9, 1600e9}) add("links", policy::Name::io_bandwidth, rate);
    for (const double rate : {1400e9, 2800e9, 4200e9}) add("memory", policy::Name::memory_bandwidth, rate);
  }

  const DesignOptions& options_;
  const CommonOptions& common_;
  iteration::Job own_;  ///< the scenario's, with its own chip
  std::vector<policy::Rule> rules_;
  std::string destination_;
  std::vector<Base> bases_;
};

int design(DesignOptions options, const CommonOptions& common) {
  if (options.scenario.file.empty()) choose_scenario(options);
  Designer designer(options, common);
  const report::DesignAnswer answer = designer.answer();
  if (!options.svg.empty()) write_file(options.svg, report::frontier_svg(answer));
  write_output(common.json ? as_data(common, report::design_json(answer))
                           : report::design_text(answer, wants_color(common)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

void add_design(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("design", "the fastest chip that export rules let through, for a job");
  auto options = std::make_shared<DesignOptions>();
  add_optional_scenario(*command, options->scenario);
  add_rule_options(*command, options->rule);
  command
      ->add_option("--model", options->model,
                   "another model than the scenario's; without a file it takes one that ships")
      ->type_name("MODEL|FILE.yaml");
  command->add_option("--count", options->count, "another number of chips")->check(CLI::Range(1, 10'000'000));
  command
      ->add_option("--base", options->bases, "chips whose parts may be used (default: the scenario's own and the H100)")
      ->delimiter(',')
      ->type_name("CHIP,...");
  command->add_option("--most-dies", options->technology.most_dies, "most dies in one package")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command->add_option("--fix", options->fixed, "axes of the strategy that stay as the scenario has them")
      ->delimiter(',')
      ->type_name("AXIS,...")
      ->capture_default_str();
  command->add_option("--simulations", options->simulations, "most strategies that are simulated for each chip")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  CLI::Option* frontier = command->add_flag("--frontier", options->frontier,
                                            "also the fastest chips under lines on compute, links or memory alone");
  command->add_option("--svg", options->svg, "also write the frontier as a picture")
      ->type_name("FILE")
      ->needs(frontier);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return design(*options, invocation.common); };
  });
}

}  // namespace sim::cli
