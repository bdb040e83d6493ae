#include "tests/docs/exceptions.hpp"

namespace sim::test {

const std::vector<NotRun>& commands_not_run() {
  static const std::vector<NotRun> commands{
      {"simulate report scenarios/gpt4_h100.yaml scenarios/gpt4_h20.yaml", Why::slow, "two fleets of 10,000 chips"},
  };
  return commands;
}

}  // namespace sim::test
