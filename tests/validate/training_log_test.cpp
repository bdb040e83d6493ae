#include "sim/base/error.hpp"
#include "sim/validate/megatron_log.hpp"
#include "tests/support/catch.hpp"

using sim::InputError;
using sim::validate::parse_training_log;
using sim::validate::TrainingLog;

namespace {

// A report as Megatron-LM of 2024 writes it.
std::string report(int iteration, double milliseconds, int batch = 32, int skipped = 0) {
  return " [2024-05-01 10:00:0" + std::to_string(iteration % 10) + "] iteration " + std::to_string(iteration) +
         "/     100 | consumed samples:         " + std::to_string(iteration * batch) +
         " | elapsed time per iteration (ms): " + std::to_string(milliseconds) +
         " | throughput per GPU (TFLOP/s/GPU): 401.3 | learning rate: 1.000000E-05 | global batch size:    " +
         std::to_string(batch) + " | lm loss: 1.1E+01 | number of skipped iterations:   " + std::to_string(skipped) +
         " | number of nan iterations:   0 |\n";
}

}  // namespace

TEST_CASE("a training log gives the median and the scatter of its reports after the warm-up") {
  const std::string text = "using world size: 8\n" + report(10, 9000) + report(20, 1010) + report(30, 1000) +
                           " validation loss at iteration 30 | lm loss value: 9.1 |\n" + report(40, 990) +
                           report(50, 4000) + report(60, 1000);
  const TrainingLog log = parse_training_log(text, "train.log", 32);
  CHECK(log.lines == 8);
  CHECK(log.reports == 6);
  CHECK(log.warm_up == 1);
  CHECK(log.seconds.size() == 5);
  CHECK_THAT(log.median, WithinRel(1.0, 1e-12));
  // Deviations of 10, 0, 10, 3000 and 0 ms: their median is 10 ms.
  CHECK_THAT(log.scatter, WithinRel(0.014826, 1e-6));
}

TEST_CASE("five iterations of every start are warm-up") {
  std::string text;
  for (int iteration = 1; iteration <= 8; ++iteration) text += report(iteration, iteration <= 5 ? 9000 : 1000);
  for (int iteration = 4; iteration <= 10; ++iteration) text += report(iteration, iteration <= 8 ? 9000 : 1000);
  const TrainingLog log = parse_training_log(text, "train.log", 32);
  CHECK(log.warm_up == 10);
  CHECK(log.seconds == std::vector<double>{1, 1, 1, 1, 1});
}

TEST_CASE("reports of another global batch and of skipped steps do not count") {
  const std::string text = report(10, 9000) + report(20, 500, 16) + report(30, 1000) + report(40, 800, 32, 2) +
                           report(50, 1000) + report(60, 1000);
  const TrainingLog log = parse_training_log(text, "train.log", 32);
  CHECK(log.other_batch == 1);
  CHECK(log.skipped_steps == 1);
  CHECK(log.seconds.size() == 3);
}

TEST_CASE("an older log without the batch and with ends of Windows is read") {
  std::string text;
  for (int iteration = 100; iteration <= 400; iteration += 100) {
    text += " iteration      " + std::to_string(iteration) +
            "/  500000 | elapsed time per iteration (ms): 583.2 | learning rate: 1.5E-04 | lm loss: 6.9E+00 |\r\n";
  }
  CHECK_THAT(parse_training_log(text, "train.log", 8).median, WithinRel(0.5832, 1e-9));
}

TEST_CASE("a last line that a killed run left torn is passed over") {
  const std::string text = report(10, 9000) + report(20, 1000) + report(30, 1000) + report(40, 1000);
  const TrainingLog log = parse_training_log(text + " iteration 50/ 100 | elapsed time per iter", "train.log", 32);
  CHECK(log.reports == 4);
}

TEST_CASE("logs that cannot be used are refused with their place") {
  const auto message = [](const std::string& text) -> std::string {
    try {
      (void)parse_training_log(text, "train.log", 32);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(message(""), ContainsSubstring("train.log: error: has no line such as"));
  CHECK_THAT(message("hello\n iteration 10/ 100 | lm loss: 3 |\n"),
             ContainsSubstring("train.log:2:1: error: an iteration without"));
  CHECK_THAT(message(" iteration 10/ 100 | elapsed time per iteration (ms): 12x.5 |\n"),
             ContainsSubstring("train.log:1:1: error: elapsed time per iteration (ms): expected a number"));
  CHECK_THAT(message(report(10, -1)), ContainsSubstring("must be above 0"));
  CHECK_THAT(message(report(10, 9000) + report(20, 1000) + report(30, 1000)),
             ContainsSubstring("2 of 3 reports can be used, 3 are needed"));
  CHECK_THAT(message(report(10, 9000, 16) + report(20, 1000, 16)),
             ContainsSubstring("is it the scenario of this run?"));
}
