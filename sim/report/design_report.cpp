#include "sim/report/design_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/policy/quantities.hpp"
#include "sim/report/answer.hpp"
#include "sim/report/barrel_report.hpp"
#include "sim/report/plan_report.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;
using policy::Name;

double tpp_of(const hardware::Chip& chip) {
  return policy::quantities_of(chip)[Name::tpp].high;
}

double density_of(const hardware::Chip& chip) {
  return policy::value_of(Name::performance_density, policy::quantities_of(chip)).high;
}

std::string row_text(const DesignRow& row, double of_own) {
  const hardware::Chip& chip = row.chip;
  const double links = chip.scale_up ? chip.scale_up->wire_rate.value.value() : 0;
  std::string text = fmt::format("{:>4} {:>7.0f} {:>8.2f} {:>6.0f} {:>6.2f} {:>7.0f} {:>10.1f}", row.package.dies,
                                 tpp_of(chip), density_of(chip), chip.memory_capacity->value.value() / 1e9,
                                 chip.memory_bandwidth->value.value() / 1e12, links / 1e9, row.ideal_days);
  if (of_own <= 0) return text + "  " + row.base;
  text += fmt::format(" {:>8.2f}", row.ideal_days / of_own);
  return text + "  " + row.base;
}

// What a user puts into a file of their own.
std::string chip_yaml(const DesignRow& row) {
  const hardware::Chip& chip = row.chip;
  std::string text = fmt::format("  {{like: {}, peak: {{", row.base);
  bool is_first = true;
  for (const auto& [format, peak] : chip.peak) {
    text += fmt::format("{}{}: {:.4g} TFLOPS", is_first ? "" : ", ", hardware::name(format), peak.value.value() / 1e12);
    is_first = false;
  }
  return text + fmt::format(
                    "}}, multiprocessors: {:.0f}, memory_capacity: {:.0f} GB, memory_bandwidth: {:.0f} GB/s, "
                    "scale_up: {{link: {}, links: {}, wire_rate: {:.0f} GB/s}}, tpp: {:.0f}, dies: [{{count: {}, area: "
                    "{:.0f} mm2}}], applicable_die_area: {:.0f} mm2}}\n",
                    chip.multiprocessors->value, chip.memory_capacity->value.value() / 1e9,
                    chip.memory_bandwidth->value.value() / 1e9, chip.scale_up->link, chip.scale_up->links,
                    chip.scale_up->wire_rate.value.value() / 1e9, tpp_of(chip), row.package.dies,
                    chip.dies.front().area.value(), chip.applicable_die_area->value.value());
}

std::string frontier_text(const DesignAnswer& answer) {
  std::string text = "\n  the fastest chip under one line alone\n";
  text += "  line             dies     TPP  density     GB   TB/s    GB/s ideal days  parts of\n";
  for (const CapRow& cap : answer.frontier) {
    const std::string line = cap.quantity == "TPP" ? fmt::format("TPP {:.0f}", cap.cap)
                                                   : fmt::format("{} {:.0f} GB/s", cap.quantity, cap.cap / 1e9);
    text += fmt::format("  {:<16} {}\n", line, cap.row ? row_text(*cap.row, 0) : "no chip can run the job");
  }
  return text;
}

Json row_json(const DesignRow& row) {
  return {
      {"base", row.base},
      {"dies", row.package.dies},
      {"stacks", row.package.stacks},
      {"links", row.package.links},
      {"tpp", tpp_of(row.chip)},
      {"performance_density", density_of(row.chip)},
      {"memory_bytes", row.chip.memory_capacity->value.value()},
      {"memory_bandwidth_bytes_per_second", row.chip.memory_bandwidth->value.value()},
      {"link_bytes_per_second", row.chip.scale_up ? Json(row.chip.scale_up->wire_rate.value.value()) : Json(nullptr)},
      {"status", policy::status_name(row.verdict.status)},
      {"margin", policy::margin_text(row.verdict)},
      {"ideal_days", row.ideal_days},
      {"parallel", strategy_yaml(row.found.strategy)}};
}

std::string assumed_text(const DesignAnswer& answer) {
  const iteration::Job& job = *answer.job;
  const iteration::FleetEntry& fleet = job.fleet.front();
  return fmt::format(
      "  no scenario was named; assumed is {}:\n  sequences of {}, {} of them a step, {} nodes, software {}; "
      "name a file or change keys with --set\n\n",
      answer.origin, job.training.sequence_length, job.training.global_batch, fleet.node.id, job.software.id);
}

}  // namespace

std::string design_text(const DesignAnswer& answer, bool color) {
  std::string text = fmt::format(
      "{}\n\n  the fastest chips made of {} parts that {} lets through, in {} chips each\n\n", title_line(*answer.job),
      fmt::join(answer.bases, " or "), fmt::join(answer.rules, " and "), answer.job->chips());
  if (!answer.origin.empty()) text += assumed_text(answer);
  const double own = answer.own ? answer.own->ideal_days : 0;
  text += "  dies     TPP  density     GB   TB/s    GB/s ideal days" + std::string(own > 0 ? "     over" : "") +
          "  parts of\n";
  for (std::size_t i = 0; i < answer.rows.size(); ++i) {
    text += "  " + row_text(answer.rows[i], own) + (i == answer.best ? "  <- the fastest" : "") + "\n";
  }
  if (answer.own) text += "  " + row_text(*answer.own, own) + " as it is\n";
  const DesignRow& best = answer.rows[answer.best];
  text +=
      fmt::format("\n  the rule: {}\n", policy::margin_text(best.verdict).empty() ? "nothing is near a line"
                                                                                  : policy::margin_text(best.verdict));
  text += fmt::format("  parallel: {}\n  chip:\n{}\n", strategy_yaml(best.found.strategy), chip_yaml(best));
  text += barrel_text({answer.job->name, "the fastest one", answer.barrel, answer.falls}, color);
  if (!answer.frontier.empty()) text += frontier_text(answer);
  return text +
         "\n  areas of cores, ports and caches are judgement, good to a third (docs/model.md, \"Chip design\");\n"
         "  a package of several dies is one chip to software, without a cost between its dies\n";
}

std::string design_json(const DesignAnswer& answer) {
  Json rows = Json::array(), frontier = Json::array(), staves = Json::array();
  for (const DesignRow& row : answer.rows) rows.push_back(row_json(row));
  for (const CapRow& cap : answer.frontier)
    frontier.push_back(
        {{"quantity", cap.quantity}, {"cap", cap.cap}, {"chip", cap.row ? row_json(*cap.row) : Json(nullptr)}});
  for (const barrel::StaveLength& stave : answer.barrel.staves)
    staves.push_back({{"stave", stave_name(stave.stave)}, {"seconds", stave.seconds}});
  const Json json{{"scenario", answer.job->name},
                  {"assumed_scenario", answer.origin.empty() ? Json(nullptr) : Json(answer.origin)},
                  {"bases", answer.bases},
                  {"rules", answer.rules},
                  {"rows", rows},
                  {"best", answer.best},
                  {"own", answer.own ? row_json(*answer.own) : Json(nullptr)},
                  {"staves", staves},
                  {"frontier", frontier}};
  return json.dump(2) + "\n";
}

}  // namespace sim::report
