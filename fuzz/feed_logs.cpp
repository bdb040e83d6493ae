#include <map>

#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/validate/collective_table.hpp"
#include "sim/validate/kernel_table.hpp"
#include "sim/validate/megatron_log.hpp"
#include "sim/validate/nccl_log.hpp"
#include "sim/validate/record.hpp"
#include "sim/validate/record_job.hpp"
#include "sim/validate/residual_table.hpp"

namespace sim::fuzz {
namespace {

void read_records(const std::string& text) {
  for (const validate::Record& record : validate::parse_records(text, "fuzz.yaml")) {
    try {
      may_refuse([&] { (void)validate::make_job(record); });
    } catch (const validate::Unsupported&) {
      // the documented answer to a run that the simulator cannot describe
    }
  }
}

const std::map<std::string_view, void (*)(const std::string&)>& readers() {
  using Text = const std::string&;
  static const std::map<std::string_view, void (*)(Text)> map{
      {"training", [](Text text) { (void)validate::parse_training_log(text, "fuzz.log", 512); }},
      {"nccl", [](Text text) { (void)validate::parse_nccl_log(text, "fuzz.log"); }},
      {"nccl all_reduce", [](Text text) { (void)validate::parse_nccl_log(text, "fuzz.log", "all_reduce"); }},
      {"records", read_records},
      {"collectives", [](Text text) { (void)validate::parse_collectives(text, "fuzz.csv"); }},
      {"kernels", [](Text text) { (void)validate::parse_kernels(text, "fuzz.csv"); }},
      {"residuals", [](Text text) { (void)validate::residuals_csv(validate::parse_residuals(text, "fuzz.csv")); }}};
  return map;
}

}  // namespace

void feed_logs(std::string_view input) {
  const auto [kind, text] = cut_first_line(input);
  const auto reader = readers().find(kind);
  if (reader == readers().end()) return;
  may_refuse([&, text = text] { reader->second(std::string(text)); });
}

}  // namespace sim::fuzz
