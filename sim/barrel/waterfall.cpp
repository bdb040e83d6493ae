#include "sim/barrel/waterfall.hpp"

namespace sim::barrel {

std::vector<Fall> waterfall(const iteration::IterationResult& result, double steps) {
  constexpr double kSecondsPerDay = 86400;
  constexpr const char* kNames[iteration::kStaves] = {"products and attention below the peak",
                                                      "device memory",
                                                      "launches",
                                                      "scale-up links",
                                                      "network",
                                                      "host links",
                                                      "latency",
                                                      "bubble",
                                                      "imbalance"};
  const double ideal = result.ideal_compute.value();
  const double repeated = ideal * (result.hardware_flops / result.model_flops - 1);
  std::vector<Fall> falls{{"model FLOP at the peak", ideal}, {"recompute at the peak", repeated}};
  for (std::size_t stave = 0; stave < result.pacing.staves.size(); ++stave) {
    const bool computes = static_cast<iteration::Stave>(stave) == iteration::Stave::tensor_compute;
    const double seconds = result.pacing.staves[stave] - (computes ? ideal + repeated : 0);
    falls.push_back({kNames[stave], seconds});
  }
  for (Fall& fall : falls) fall.days *= steps / kSecondsPerDay;
  return falls;
}

}  // namespace sim::barrel
