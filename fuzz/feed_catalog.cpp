#include <map>

#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/config/calibration.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/scenario.hpp"
#include "sim/config/schedule_file.hpp"
#include "sim/policy/evaluate.hpp"

namespace sim::fuzz {
namespace {

// A job for a calibration to lie over.
const iteration::Job& usual_job() {
  static const iteration::Job job =
      config::make_job(config::load_scenario((config::data_directory() / "scenarios/quickstart.yaml").string()));
  return job;
}

void judge(const policy::Rule& rule) {
  static const policy::Quantities part = policy::quantities_of(config::load_chip("H20-SXM-96GB"));
  (void)policy::decided(policy::outcomes_of(rule, part));
}

const std::map<std::string_view, void (*)(const std::string&)>& readers() {
  using Path = const std::string&;
  static const std::map<std::string_view, void (*)(Path)> map{
      {"chips", [](Path path) { (void)policy::quantities_of(config::load_chip(path)); }},
      {"kernels", [](Path path) { (void)config::load_kernels(path); }},
      {"links", [](Path path) { (void)config::load_link(path); }},
      {"networks", [](Path path) { (void)config::load_network(path); }},
      {"collectives", [](Path path) { (void)config::load_library(path); }},
      {"software", [](Path path) { (void)config::load_software(path); }},
      {"models", [](Path path) { (void)config::load_model(path); }},
      {"reliability", [](Path path) { (void)config::load_reliability(path); }},
      {"prices", [](Path path) { (void)config::load_economics(path); }},
      {"rules", [](Path path) { judge(config::load_rule(path)); }},
      {"schedule", [](Path path) { (void)config::schedule_yaml(config::load_schedule(path)); }},
      {"calibration", [](Path path) {
         iteration::Job job = usual_job();
         config::lay_calibration_over(job, path);
       }}};
  return map;
}

}  // namespace

void feed_catalog(std::string_view input) {
  const auto [shelf, text] = cut_first_line(input);
  const auto reader = readers().find(shelf);
  if (reader == readers().end()) return;
  may_refuse([&, text = text] { reader->second(as_file(text)); });
}

}  // namespace sim::fuzz
