#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/config/value.hpp"
#include "sim/launch/megatron.hpp"

namespace sim::fuzz {

void feed_megatron(std::string_view input) {
  std::string text;
  may_refuse([&] {
    const config::YamlSource source("fuzz.sh", std::string(input));
    const launch::MegatronRun run = launch::read_megatron(source);
    text = launch::scenario_yaml(run, {"H100-SXM5-80GB", "dgx_h100_rail_ndr400", "megatron-core-2025", "", "", ""},
                                 "fuzz.sh");
  });
  if (!text.empty()) (void)config::read_yaml_text(text, "import.yaml");  // a refusal is a mistake of the writer
}

}  // namespace sim::fuzz
