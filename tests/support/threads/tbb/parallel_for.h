#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

// Stands in for oneTBB under ThreadSanitizer. Debian's libtbb is not built for it: the sanitizer does not see that a
// task starts after what its caller did, and calls every loop a race. These loops start threads that it does see, so
// that what it still reports are races of the bodies.
namespace tbb {

template <class Index, class Body>
void parallel_for(Index first, Index last, const Body& body) {
  constexpr unsigned kThreads = 4;  // also where there are fewer cores: a race needs two threads, not two cores
  std::atomic<Index> next{first};
  std::exception_ptr failure;
  std::mutex failing;
  const auto work = [&] {
    try {
      for (Index i = next++; i < last; i = next++) body(i);
    } catch (...) {
      const std::lock_guard lock(failing);
      if (!failure) failure = std::current_exception();
      next = last;
    }
  };
  std::vector<std::thread> threads;
  const Index count = last > first ? last - first : Index{0};
  for (Index t = 0; t < std::min<Index>(kThreads, count); ++t) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace tbb
