#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/config/scenario.hpp"

namespace sim::fuzz {

void feed_scenario(std::string_view input) {
  may_refuse([&] {
    const config::LoadedScenario loaded = config::load_scenario(as_file(input));
    const iteration::Job job = config::make_job(loaded);
    (void)config::fleet_notes(loaded, job);
    (void)config::make_campaign_inputs(loaded);
    (void)config::print_config(loaded);
  });
}

}  // namespace sim::fuzz
