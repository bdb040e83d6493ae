#include "sim/config/describe_hardware.hpp"

namespace sim::config {
namespace {

using hardware::ElementwiseCost;
using hardware::SoftwarePreset;

const std::vector<std::string>& attention_names() {
  static const std::vector<std::string> names{"unfused_2019", "unfused_fused_softmax", "flash_1", "flash_2", "flash_3",
                                              "native"};
  return names;
}

void describe_elementwise(Fields& fields, ElementwiseCost& cost) {
  fields.number("forward_bytes", cost.forward_bytes, {.help = "B per element", .required = true, .least = 0});
  fields.number("backward_bytes", cost.backward_bytes, {.help = "B per element", .required = true, .least = 0});
  fields.whole("forward_kernels", cost.forward_kernels, {.help = "kernels", .least = 0, .most = 1000});
  fields.whole("backward_kernels", cost.backward_kernels, {.help = "kernels", .least = 0, .most = 1000});
}

Spec at_least_zero(const std::string& help) {
  return {.help = help, .required = true, .least = 0};
}

void describe_gathers(Fields& fields, hardware::ParameterGathers& gathers) {
  fields.whole("prefetch", gathers.prefetch, {.help = "units gathered ahead of their use", .least = 0, .most = 64});
  fields.whole("gathers_a_layer", gathers.gathers_a_layer,
               {.help = "exchanges that bring the parameters of one layer", .least = 1, .most = 1000});
  fields.sourced(
      "rails", gathers.rails, "",
      {.help = "NICs of a node that carry parameters and gradients; 0: all that the group owns", .least = 0});
}

}  // namespace

void describe(Fields& fields, SoftwarePreset& software) {
  fields.text("id", software.id, {.help = "preset", .required = true});
  fields.text("date", software.date, {.help = "from when on", .required = true});
  fields.texts("stacks", software.stacks, {.help = "training stacks that it covers"});
  fields.whole("from_year", software.from_year, {.help = "first year of those stacks", .least = 0, .most = 9999});
  fields.whole("to_year", software.to_year, {.help = "last year of those stacks", .least = 0, .most = 9999});
  fields.flag("any_stack", software.any_stack, {.help = "also stands for stacks of its years that no preset names"});
  fields.choice("attention", software.attention, attention_names(), {.help = "best attention kernel of the date"});
  fields.choice("attention_without_flash", software.attention_without_flash, attention_names(),
                {.help = "where a chip or a run has no fused attention"});
  std::vector<std::string> keys;
  for (const auto& [key, cost] : software.elementwise) keys.push_back(key);
  fields.map(
      "elementwise", keys,
      [&software](const std::string& key, Fields& inner) { describe_elementwise(inner, software.elementwise[key]); },
      {.help = "memory traffic and kernels of elementwise operations", .required = true});
  const Spec over_counted{.help = "traffic over what is counted", .least = 0, .above_least = true};
  fields.sourced("elementwise_traffic", software.elementwise_traffic, "", over_counted);
  fields.sourced("score_traffic", software.score_traffic, "", over_counted);
  fields.sourced("loss_traffic", software.loss_traffic, "", over_counted);
  fields.sourced("host_time_per_layer_pass", software.host_time_per_layer_pass,
                 at_least_zero("host time to issue one pass over a layer"));
  fields.sourced("gradient_accumulation_bytes", software.gradient_accumulation_bytes, "",
                 at_least_zero("B moved per parameter and micro-batch"));
  fields.sourced("optimizer_bytes", software.optimizer_bytes, "", at_least_zero("B moved per owned parameter"));
  fields.sourced("gradient_norm_bytes", software.gradient_norm_bytes, "",
                 at_least_zero("B read per owned parameter for the norm of the gradients"));
  fields.sourced("gradient_scale_bytes", software.gradient_scale_bytes, "",
                 at_least_zero("B moved per owned parameter to unscale or clip gradients"));
  fields.sourced("gradient_bytes", software.gradient_bytes, "",
                 at_least_zero("B per parameter that data parallelism sends by default"));
  fields.sourced("fixed_time_per_iteration", software.fixed_time_per_iteration,
                 at_least_zero("data loading, logging and the like"));
  fields.sourced("pipeline_message_split", software.pipeline_message_split, "",
                 at_least_zero("1: stage messages are divided by tp, 0: not"));
  fields.object("zero3", [&software](Fields& inner) { describe_gathers(inner, software.zero3); },
                {.help = "how parameters sharded over ranks are gathered"});
  fields.text("collectives", software.collectives,
              {.help = "age of its collective library, a file of catalog/collectives"});
  fields.flag("alternate_recompute", software.alternate_recompute,
              {.help = "what the stack calls selective recompute repeats every second product"});
  fields.flag("overlap_tensor_parallel_backward", software.overlap_tensor_parallel_backward,
              {.help = "the input-gradient exchange hides under the weight gradient"});
  fields.flag("overlap_data_parallel", software.overlap_data_parallel,
              {.help = "gradient buckets start during the last backward pass"});
}

}  // namespace sim::config
