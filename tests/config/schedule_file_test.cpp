#include "sim/config/schedule_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using sim::InputError;
using sim::config::load_schedule;
using sim::config::schedule_yaml;
using sim::parallel::make_schedule;
using sim::parallel::Pass;
using sim::parallel::Placement;
using sim::parallel::Schedule;
using sim::parallel::ScheduleKind;
using sim::parallel::Task;

namespace {

namespace fs = std::filesystem;

/// A file that is gone afterwards.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(fs::temp_directory_path() / ("sim_schedule_" + std::to_string(getpid()) + ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { fs::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

Schedule read(const std::string& text) {
  return load_schedule(TemporaryFile(text).path());
}

/// "line:column message" of every fault.
std::vector<std::string> faults_of(const std::string& text) {
  std::vector<std::string> faults;
  try {
    (void)read(text);
  } catch (const InputError& error) {
    CHECK(error.exit_code() == sim::ExitCode::bad_input);
    for (const sim::Diagnostic& fault : error.diagnostics()) {
      faults.push_back(std::to_string(fault.mark.line) + ":" + std::to_string(fault.mark.column) + " " + fault.message);
    }
  }
  return faults;
}

}  // namespace

TEST_CASE("every kind of schedule that is written reads back as it was") {
  for (int index = 0; index < static_cast<int>(ScheduleKind::file); ++index) {
    const auto kind = static_cast<ScheduleKind>(index);
    const bool is_chunked = kind == ScheduleKind::interleaved || kind == ScheduleKind::breadth_first;
    const Schedule made = make_schedule(kind, 4, is_chunked ? 3 : kind == ScheduleKind::zb_v ? 2 : 1, 12);
    const Schedule found = read(schedule_yaml(made));
    CAPTURE(index);
    CHECK(found.stages == made.stages);
    CHECK(found.pp == made.pp);
    CHECK(found.chunks == made.chunks);
    CHECK(found.micro_batches == made.micro_batches);
    CHECK(found.placement == made.placement);
  }
}

TEST_CASE("a stage is a text of tasks, over one line or several") {
  const Schedule schedule = read("micro_batches: 2\nstages:\n  - >\n    F0 I0\n    F1 W0\n    I1 W1\n");
  const std::vector<Task> expected{{Pass::forward, 0, 0},        {Pass::backward_input, 0, 0},
                                   {Pass::forward, 1, 0},        {Pass::backward_weight, 0, 0},
                                   {Pass::backward_input, 1, 0}, {Pass::backward_weight, 1, 0}};
  REQUIRE(schedule.stages.size() == 1);
  CHECK(schedule.stages[0] == expected);
  CHECK(schedule.placement == Placement::wrap);
  CHECK(schedule.chunks == 1);
}

TEST_CASE("words that are no task are faults at their own place") {
  using Faults = std::vector<std::string>;
  // The word stands behind two spaces, a dash, a space and "F0 ".
  CHECK(faults_of("micro_batches: 1\nstages:\n  - F0 X0\n") == Faults{"3:8 stages.0: \"X0\" is no task"});
  for (const char* word : {"F", "f0", "F-1", "F00", "F1x", "F0.0", "F9999999999", "0F", "B1,"}) {
    CHECK(faults_of(std::string("micro_batches: 1\nstages: [\"F0 ") + word + " B0\"]\n") ==
          Faults{std::string("2:14 stages.0: \"") + word + "\" is no task"});
  }
  // With several chunks a task names its own.
  CHECK(faults_of("micro_batches: 1\nchunks: 2\nstages: [F0.0 F0 F0.2]\n") ==
        Faults{"3:15 stages.0: \"F0\" is no task", "3:18 stages.0: F0.2 is beyond the 2 chunks"});
  CHECK(faults_of("micro_batches: 1\nstages: [F0 F1 B0 B0]\n") ==
        Faults{"2:13 stages.0: F1 is beyond the 1 micro-batches", "2:19 stages.0: B0 stands twice"});
}

TEST_CASE("a schedule that cannot be kept is a fault of its stage") {
  using Faults = std::vector<std::string>;
  CHECK(faults_of("micro_batches: 2\nstages:\n  - F0 F1 B0 B1\n  - F0 B0 F1\n") ==
        Faults{"4:5 stages.1: F1 has no backward pass"});
  CHECK(faults_of("micro_batches: 2\nstages:\n  - F0 B0 F1 B1\n  - F0 F1 B0 B1\n") ==
        Faults{"3:3 stages: they never end: stage 0 waits at its task 2 (B0) for B0 of stage 1, which waits at its "
               "task 2 (F1) for F1 of stage 0"});
  CHECK(faults_of("micro_batches: 1000000\nstages: [F0 B0]\n") ==
        Faults{"2:9 stages: 2 tasks are too few for stages x chunks x micro_batches"});
  CHECK(faults_of("micro_batches: 1\nplacement: v\nstages: [F0 B0]\n") ==
        Faults{"2:12 placement: stages in a v have an even number of chunks"});
  CHECK(faults_of("micro_batches: 1\nstages: []\n") == Faults{"2:1 stages: there must be one at least"});
  CHECK(faults_of("stages: [F0 B0]\n") == Faults{"1:1 micro_batches: required key is missing"});
}

TEST_CASE("a file that is not there is named") {
  CHECK_THROWS_AS(load_schedule("/no/such/schedule.yaml"), InputError);
}
