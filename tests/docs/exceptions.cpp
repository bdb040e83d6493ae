#include "tests/docs/exceptions.hpp"

namespace sim::test {

const std::vector<NotRun>& commands_not_run() {
  static const std::vector<NotRun> commands{
      {"simulate barrel scenarios/gpt4_*", Why::slow, "55 iterations of 10,000 chips: 8 to 20 s"},
      {"simulate report scenarios/gpt4_*", Why::slow, "up to five fleets of 10,000 chips: 20 to 90 s"},
      {"simulate plan scenarios/gpt4_*", Why::slow, "a whole space for 10,000 chips: 20 s"},
      {"simulate match scenarios/gpt4_*", Why::slow, "a search at each size: minutes"},
      {"simulate design scenarios/gpt4_*", Why::slow, "a search for each chip: minutes"},
      {"simulate run scenarios/gpt4_h20.yaml --trace h20.json.gz --trace-ranks*", Why::slow, "as the trace before it"},
      {"simulate design --rule bis-2023 --model gpt4*", Why::slow, "a search for each chip: minutes"},
      {"simulate completion zsh -o*", Why::elsewhere, "writes below one's home; tests/package looks at it"},
      {"simulate completion fish -o*", Why::elsewhere, "the same"},
      {"simulate validate", Why::slow, "846 records: 20 s"},
      {"simulate sweep studies/h20_map.yaml*", Why::slow, "16 points of 10,000 chips: 26 s"},
      {"simulate map h20.jsonl*", Why::slow, "needs the sweep above"},
      {"simulate pareto h20.jsonl*", Why::slow, "needs the sweep above"},
      {"simulate merge part_0.jsonl*", Why::slow, "needs the sweeps above"},
      {"simulate calibrate run_a.yaml --nccl*", Why::elsewhere,
       "needs nccl-tests on a machine of one's own; tests/cli and tests/validate have some"},
  };
  return commands;
}

}  // namespace sim::test
