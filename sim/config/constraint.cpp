#include <algorithm>
#include <utility>

#include "sim/campaign/clock.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/describe_campaign.hpp"
#include "sim/config/scenario.hpp"
#include "sim/hardware/plausibility.hpp"
#include "sim/policy/verdict.hpp"

namespace sim::config {
namespace {

using iteration::Job;
using policy::Name;
using policy::Rule;
using policy::Status;
using policy::Verdict;

// Chips of one fleet entry that come on one day, and how many of it are there then.
struct Delivery {
  std::string date;      // empty: nobody says
  bool arrives = false;  // the date is that of the entry, not of the constraint
  std::int64_t chips = 0;
  std::int64_t so_far = 0;
};

constexpr std::size_t kMostDeliveries = 120;  // as in the campaign

std::vector<Delivery> deliveries_of(const FleetSpec& spec, std::size_t entry, const std::string& usual_date) {
  const std::string first = spec.arrives.empty() ? usual_date : spec.arrives;
  if (spec.monthly == 0) return {{first, !spec.arrives.empty(), spec.count, spec.count}};
  std::vector<Delivery> deliveries;
  const campaign::Moment start = *parse_date(spec.arrives);
  for (std::int64_t came = 0; came < spec.count;) {
    const std::int64_t chips = std::min(spec.monthly, spec.count - came);
    came += chips;
    if (deliveries.size() == kMostDeliveries) {
      throw infeasible("fleet." + std::to_string(entry) + ".monthly: more than 120 deliveries",
                       "deliver more at a time");
    }
    const int month = static_cast<int>(deliveries.size());
    deliveries.push_back({campaign::date_text(campaign::months_later(start, month)).text, true, chips, came});
  }
  return deliveries;
}

// Dates of the form 2024-03-01 sort like text; what has no date is there from the start.
std::int64_t chips_by(const std::vector<Delivery>& deliveries, const std::string& date) {
  std::int64_t chips = 0;
  for (const Delivery& delivery : deliveries) {
    if (date.empty() || delivery.date <= date) chips = delivery.so_far;
  }
  return chips;
}

double packages(const hardware::Chip& chip, std::int64_t devices) {
  const std::int64_t whole = (devices + chip.devices_in_package - 1) / chip.devices_in_package;
  return static_cast<double>(whole);
}

class Tester {
 public:
  Tester(const LoadedScenario& loaded, const Job& job)
      : constraint_(*loaded.scenario.constraint),
        destination_(constraint_.destination.empty() ? kUsualDestination : constraint_.destination),
        job_(job) {
    find_rules();
    const std::vector<FleetSpec>& fleet = loaded.scenario.fleet;
    for (std::size_t i = 0; i < fleet.size(); ++i) deliveries_.push_back(deliveries_of(fleet[i], i, constraint_.on));
  }

  void test(std::size_t entry, std::vector<std::string>& notes) const {
    for (const Delivery& delivery : deliveries_[entry]) {
      const std::vector<Rule> rules = rules_for(delivery.date);
      if (rules.empty()) continue;
      const Verdict verdict = policy::judge_together(rules, part(entry, delivery), destination_).combined;
      const std::string what = who(entry, delivery);
      if (verdict.status == Status::controlled) {
        throw infeasible(what + " forbidden by " + reason(verdict),
                         "`simulate chips " + asked(delivery) + "` lists what is not");
      }
      if (verdict.status == Status::unknown) {
        throw infeasible(
            what + " perhaps forbidden by " + verdict.rule + ": it hangs on " + verdict.needs,
            "state what is missing in place: chip: {like: " + job_.fleet[entry].chip.id + ", total_io: 500 GB/s, ...}");
      }
      if (verdict.status == Status::not_controlled) continue;
      const bool is_case = verdict.status == Status::case_by_case;
      notes.push_back(
          what + (is_case ? " subject to a licence, decided case by case: " : " let through by a licence exception: ") +
          reason(verdict));
    }
  }

 private:
  void find_rules() {
    if (constraint_.rule.empty()) {
      for (const std::string& id : catalog_ids("rules")) {
        Rule rule = load_rule(id);
        if (!rule.hypothetical && rule.from <= constraint_.on) rules_.push_back(std::move(rule));
      }
    } else {
      try {
        rules_.push_back(load_rule(constraint_.rule));
      } catch (const InputError& error) {
        throw at_rule(error);
      }
    }
    check_destination(destination_, rules_, "constraint.destination");
    if (constraint_.rule.empty() || constraint_.on.empty() || is_in_force(rules_.front(), constraint_.on)) return;
    const Rule& rule = rules_.front();
    throw InputError("constraint.on: " + rule.id + " is not in force on " + constraint_.on,
                     "it is from " + rule.from + (rule.until.empty() ? " on" : " to " + rule.until));
  }

  static InputError at_rule(const InputError& error) {
    std::vector<Diagnostic> messages = error.diagnostics();
    for (Diagnostic& message : messages) {
      if (message.mark.file.empty()) message.message = "constraint.rule: " + message.message;
    }
    return InputError(std::move(messages));
  }

  [[nodiscard]] std::vector<Rule> rules_for(const std::string& date) const {
    std::vector<Rule> rules;
    std::copy_if(rules_.begin(), rules_.end(), std::back_inserter(rules),
                 [&date](const Rule& rule) { return date.empty() || is_in_force(rule, date); });
    return rules;
  }

  // With the rest of the cluster as it stands on that day.
  [[nodiscard]] policy::Quantities part(std::size_t entry, const Delivery& delivery) const {
    const hardware::Chip& chip = job_.fleet[entry].chip;
    policy::Quantities quantities = policy::quantities_of(chip);
    quantities[Name::count] = policy::exactly(packages(chip, delivery.so_far));
    for (std::size_t other = 0; other < job_.fleet.size(); ++other) {
      if (other == entry) continue;
      const hardware::Chip& kind = job_.fleet[other].chip;
      const double count = packages(kind, chips_by(deliveries_[other], delivery.date));
      quantities.rest_of_cluster =
          quantities.rest_of_cluster + policy::quantities_of(kind)[Name::tpp] * policy::exactly(count);
    }
    return quantities;
  }

  [[nodiscard]] std::string who(std::size_t entry, const Delivery& delivery) const {
    const std::int64_t all = job_.fleet[entry].count;
    const std::string chips =
        delivery.chips == all ? std::to_string(all) : std::to_string(delivery.chips) + " of the " + std::to_string(all);
    return "fleet." + std::to_string(entry) + ".chip: " + chips + " " + job_.fleet[entry].chip.id +
           (delivery.date.empty() ? " are"
                                  : (delivery.arrives ? ", delivered on " : ", bought on ") + delivery.date + ", are");
  }

  static std::string reason(const Verdict& verdict) {
    const std::string margin = policy::margin_text(verdict);
    return verdict.rule + ", paragraph " + verdict.paragraph + (margin.empty() ? "" : ": " + margin);
  }

  [[nodiscard]] std::string asked(const Delivery& delivery) const {
    return constraint_.rule.empty() ? "--on " + delivery.date : "--rule " + constraint_.rule;
  }

  const ConstraintSpec& constraint_;
  std::string destination_;
  const Job& job_;
  std::vector<Rule> rules_;
  std::vector<std::vector<Delivery>> deliveries_;  // by fleet entry
};

}  // namespace

std::vector<std::string> check_constraint(const LoadedScenario& loaded, const Job& job) {
  std::vector<std::string> notes;
  if (!loaded.scenario.constraint) return notes;
  const Tester tester(loaded, job);
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) tester.test(entry, notes);
  return notes;
}

std::vector<std::string> fleet_notes(const LoadedScenario& loaded, const Job& job) {
  std::vector<std::string> notes = loaded.notes;
  for (std::string& note : check_constraint(loaded, job)) notes.push_back(std::move(note));
  for (std::size_t entry = 0; entry < job.fleet.size(); ++entry) {
    const hardware::Chip& chip = job.fleet[entry].chip;
    for (const std::string& doubt : hardware::implausible(chip)) {
      notes.push_back("fleet." + std::to_string(entry) + ".chip: " + chip.id + " could hardly be built: " + doubt);
    }
  }
  return notes;
}

}  // namespace sim::config
