#include "sim/config/schedule_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/base/error.hpp"
#include "tests/iteration/jobs.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::test;
using parallel::make_schedule;
using parallel::Schedule;
using parallel::ScheduleKind;

namespace {

namespace fs = std::filesystem;

iteration::Job eight_chips(const std::string& keys, int global_batch = 16) {
  return job_of("gpt4_h100",
                {"model=llama2-7b", "fleet.0.count=8", "training.sequence_length=4096",
                 "training.global_batch=" + std::to_string(global_batch), "parallel={pp: 4, dp: 2, " + keys + "}"});
}

// The same job under the order of a file, with 8 micro-batches in each replica.
iteration::Job from_file(const Schedule& schedule, const std::string& keys = "", int global_batch = 16) {
  const fs::path path = fs::temp_directory_path() / ("sim_order_" + std::to_string(getpid()) + ".yaml");
  std::ofstream(path) << config::schedule_yaml(schedule);
  const auto remove = [](const fs::path* file) { fs::remove(*file); };
  const std::unique_ptr<const fs::path, decltype(remove)> removed_at_the_end(&path, remove);
  return eight_chips(keys + "schedule_file: " + path.string(), global_batch);
}

}  // namespace

TEST_CASE("an order from a file takes the same time, to the bit, as the schedule that it was written from") {
  CHECK(seconds_of(from_file(make_schedule(ScheduleKind::one_f_one_b, 4, 1, 8))) ==
        seconds_of(eight_chips("schedule: 1f1b")));
  CHECK(seconds_of(from_file(make_schedule(ScheduleKind::gpipe, 4, 1, 8))) ==
        seconds_of(eight_chips("schedule: gpipe")));
  CHECK(seconds_of(from_file(make_schedule(ScheduleKind::interleaved, 4, 2, 8), "vpp: 2, ")) ==
        seconds_of(eight_chips("vpp: 2")));
  // Two copies of the stages, and weight gradients apart.
  CHECK(seconds_of(from_file(make_schedule(ScheduleKind::dualpipe, 4, 1, 8), "zero: 1, ")) ==
        seconds_of(eight_chips("zero: 1, schedule: dualpipe")));
}

TEST_CASE("an order from a file needs the memory of its own micro-batches in flight") {
  for (const ScheduleKind kind : {ScheduleKind::one_f_one_b, ScheduleKind::gpipe, ScheduleKind::zb_h2}) {
    const std::string name = parallel::schedule_names()[static_cast<std::size_t>(kind)];
    const auto made = iteration::job_memory(eight_chips("schedule: " + name));
    const auto read = iteration::job_memory(from_file(make_schedule(kind, 4, 1, 8)));
    REQUIRE(read.size() == made.size());
    for (std::size_t stage = 0; stage < made.size(); ++stage) {
      CHECK(read[stage].total().value() == made[stage].total().value());
    }
  }
}

TEST_CASE("a file's weight gradients run where it puts them, and its optimizer waits for all ranks") {
  // ZB-H1 validates its step afterwards; the same order with a step that waits is slower, but not than 1F1B.
  const double split = seconds_of(from_file(make_schedule(ScheduleKind::zb_h1, 4, 1, 8)));
  CHECK(split > seconds_of(eight_chips("schedule: zb_h1")));
  CHECK(split < seconds_of(eight_chips("schedule: 1f1b")));
}

TEST_CASE("a file that does not fit the job is impossible") {
  const Schedule plain = make_schedule(ScheduleKind::one_f_one_b, 4, 1, 8);
  const auto code = [](const auto& work) {
    try {
      work();
    } catch (const InputError& error) {
      return error.exit_code();
    }
    return ExitCode::done;
  };
  CHECK(code([&] { (void)from_file(plain); }) == ExitCode::done);
  CHECK(code([&] { (void)from_file(plain, "", 32); }) == ExitCode::infeasible);
  CHECK(code([&] { (void)from_file(plain, "vpp: 2, "); }) == ExitCode::infeasible);
  CHECK(code([&] { (void)from_file(make_schedule(ScheduleKind::one_f_one_b, 2, 1, 8)); }) == ExitCode::infeasible);
  const Schedule split = make_schedule(ScheduleKind::zb_h1, 4, 1, 8);
  CHECK(code([&] { (void)from_file(split, "recompute: full, "); }) == ExitCode::infeasible);
  CHECK(code([&] { (void)from_file(plain, "recompute: full, "); }) == ExitCode::done);
  CHECK(code([&] { (void)from_file(plain, "schedule: gpipe, "); }) == ExitCode::bad_input);
  CHECK(code([&] { (void)from_file(plain, "schedule: file, "); }) == ExitCode::done);
}

TEST_CASE("what does not fit names the file whose order holds the activations") {
  const iteration::Job job = from_file(make_schedule(ScheduleKind::gpipe, 4, 1, 256), "", 512);
  try {
    iteration::check_memory(job, iteration::job_memory(job));
    FAIL("256 micro-batches of 7B fit");
  } catch (const InputError& error) {
    CHECK(error.exit_code() == ExitCode::infeasible);
    CHECK_THAT(error.what(), ContainsSubstring("GB under " + job.schedule_file + ", workspace"));
  }
}
