#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace sim::test {

/// What nccl-tests 2.13 prints for one run.
struct NcclSample {
  struct Row {
    double bytes, seconds;
  };
  std::string title;
  std::vector<std::string> hosts{"node1"};
  int ranks_per_host = 8;
  std::string device = "NVIDIA H100 80GB HBM3";
  std::string operation = "sum";
  double bus_over_algorithm = 1.75;  // 2 (n - 1) / n of eight
  std::vector<Row> rows;
  std::size_t wrong_row = static_cast<std::size_t>(-1);
};

inline std::string nccl_text(const NcclSample& sample) {
  std::string text =
      "# nThread 1 nGpus 1 minBytes 1048576 maxBytes 8589934592 step: 2(factor) warmup iters: 5 iters: 20\n" +
      sample.title + "#\n# Using devices\n";
  char line[256];
  int rank = 0;
  for (const std::string& host : sample.hosts) {
    for (int device = 0; device < sample.ranks_per_host; ++device, ++rank) {
      std::snprintf(line, sizeof line, "#  Rank %2d Group  0 Pid %6d on %10s device %2d [0x1b] %s\n", rank, 4000 + rank,
                    host.c_str(), device, sample.device.c_str());
      text += line;
    }
  }
  text +=
      "#\n#                                                              out-of-place                       in-place\n"
      "#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw "
      "#wrong\n"
      "#        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)\n";
  for (std::size_t row = 0; row < sample.rows.size(); ++row) {
    const auto& [bytes, seconds] = sample.rows[row];
    const double rate = bytes / seconds / 1e9;
    std::snprintf(line, sizeof line, " %12.0f %12.0f float %s -1 %.4f %.2f %.2f %d %.4f %.2f %.2f 0\n", bytes,
                  bytes / 4, sample.operation.c_str(), seconds * 1e6, rate, rate * sample.bus_over_algorithm,
                  row == sample.wrong_row ? 3 : 0, seconds * 1e6, rate, rate * sample.bus_over_algorithm);
    text += line;
  }
  return text + "# Out of bounds values : 0 OK\n# Avg bus bandwidth    : 175.2\n#\n";
}

}  // namespace sim::test
