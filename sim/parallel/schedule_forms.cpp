#include "sim/parallel/schedule_forms.hpp"

#include <algorithm>
#include <array>

namespace sim::parallel {

const ScheduleForms& forms_of(ScheduleKind kind) {
  // By ScheduleKind. The papers on zero-bubble schedules write B for what is I here.
  static constexpr std::array<ScheduleForms, 11> kForms{{
      {"all forward passes, then all backward passes", "(pp - 1)(F + B)", "", "m", "Huang et al. 2019, section 2.3"},
      {"one forward, one backward pass in turn (PipeDream-Flush)", "(pp - 1)(F + B)", "", "pp",
       "Narayanan et al. 2021b, section 2.2.1"},
      {"1F1B over vpp chunks of layers a stage", "(pp - 1)(F + B)/vpp", "m >= pp", "pp (1 + (pp - 1)/(pp vpp))",
       "Narayanan et al. 2021b, section 2.2.2; Korthikanti et al. 2022, section 4.2.3"},
      {"GPipe over vpp chunks of layers a stage", "(pp - 1)(F + B)/vpp", "m >= pp", "m",
       "Lamy-Poirier 2022, section 3"},
      {"1F1B with late weight gradients, in the memory of 1F1B", "(pp - 1)(F + I - W)", "W <= F, W <= I, m >= pp", "pp",
       "Qi et al. 2023, table 2"},
      {"the same in nearly twice the memory", "(pp - 1)(F + I - 2 W)", "W <= F, W <= I, m >= 2 pp - 1", "2 pp - 1",
       "Qi et al. 2023, table 2"},
      {"the best of several split orders for the stages' times, in the memory of 1F1B", "", "", "pp at most",
       "Qi et al. 2023, section 3"},
      {"the same in twice the memory", "", "", "2 pp at most", "Qi et al. 2023, section 3"},
      {"two chunks a stage that go down and up the stages, in the memory of 1F1B", "0", "F = I = W", "pp",
       "Qi et al. 2023, section 6"},
      {"two copies of the model in opposite directions, forward beside backward passes", "(pp/2 - 1)(F&B + B - 3 W)",
       "passes in pairs, W <= F <= I", "pp + 1, and the parameters twice", "DeepSeek-V3 2024, table 2"},
      {"the order that a file gives", "", "", "as the file has it", ""},
  }};
  return kForms[static_cast<std::size_t>(kind)];
}

std::optional<double> closed_form_bubble(ScheduleKind kind, int pp, int vpp, int micro_batches, const PassTimes& stage,
                                         bool pairs) {
  const double f = stage.forward, i = stage.input, w = stage.weight;
  if (pp == 1) return 0.0;
  if (pairs != (kind == ScheduleKind::dualpipe)) return std::nullopt;
  switch (kind) {
    case ScheduleKind::gpipe:
    case ScheduleKind::one_f_one_b:
      return (pp - 1) * (f + i + w);
    case ScheduleKind::interleaved:
    case ScheduleKind::breadth_first:
      if (vpp > 1 && micro_batches < pp) return std::nullopt;
      return (pp - 1) * (f + i + w) / vpp;
    case ScheduleKind::zb_h1:
    case ScheduleKind::zb_h2: {
      const int depth = kind == ScheduleKind::zb_h1 ? 1 : 2;
      if (micro_batches < depth * (pp - 1) + 1 || w > std::min(f, i)) return std::nullopt;
      return (pp - 1) * (f + i - depth * w);
    }
    case ScheduleKind::zb_v:
      return f == i && i == w ? std::optional<double>(0.0) : std::nullopt;
    case ScheduleKind::dualpipe:
      if (f > i || w > f) return std::nullopt;
      return (pp / 2 - 1) * ((f + i + w) + (i + w) - 3 * w);
    case ScheduleKind::zb_1p:
    case ScheduleKind::zb_2p:
    case ScheduleKind::file:
      break;
  }
  return std::nullopt;
}

}  // namespace sim::parallel
