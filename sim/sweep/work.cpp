#include "sim/sweep/work.hpp"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for_each.h>
#include <tbb/task_arena.h>

#include <mutex>
#include <vector>

namespace sim::sweep {

bool work_off(Journal& journal, const Work& work) {
  const std::vector<std::int64_t> open = open_points(journal.results());
  const int jobs = work.jobs > 0 ? work.jobs : tbb::info::default_concurrency();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(jobs));
  tbb::task_arena arena(jobs);
  std::mutex mutex;
  std::size_t done = 0;
  const auto stopped = [&] { return work.stops != nullptr && *work.stops; };
  arena.execute([&] {
    tbb::parallel_for_each(open.begin(), open.end(), [&](std::int64_t index) {
      if (stopped()) return;
      // A point may use threads itself: isolated, they take no other point while this one waits.
      const std::string row = tbb::this_task_arena::isolate([&] { return work.row(index); });
      const std::lock_guard lock(mutex);
      journal.append(index, row);
      ++done;
      if (work.progress) work.progress(done, open.size());
    });
  });
  return done == open.size();
}

}  // namespace sim::sweep
