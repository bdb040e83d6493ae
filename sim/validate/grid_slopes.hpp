#pragma once

#include <vector>

#include "sim/validate/validate.hpp"

namespace sim::validate {

/// How step time grows in one cell of a grid of runs: T = (m + pp - 1) / pp x L x layer + m x micro_batch + fixed, with
/// m micro-batches and L layers (docs/model.md, "Schedules": the bubble of 1F1B).
struct GridSlopes {
  double layer = 0;        ///< s per layer and micro-batch in the pipeline
  double micro_batch = 0;  ///< s per micro-batch, whatever the depth: embedding, logits, loss
  double fixed = 0;        ///< s per step
};

/// Runs of one tp, pp, micro_batch, hidden size and sequence length, fitted by least squares of relative errors.
struct GridCell {
  std::string name;  ///< "hidden 1024, tp 2, pp 1, micro-batch 4"
  int runs = 0;
  GridSlopes measured;
  GridSlopes predicted;
};

/// Cells of `family` with at least six runs at two depths and two numbers of micro-batches. Empty without such cells.
[[nodiscard]] std::vector<GridCell> grid_slopes(const std::vector<RecordResult>& results, const std::string& family);

/// Median over the cells of |predicted / measured - 1| of the slope per layer; `cells` must not be empty.
[[nodiscard]] double median_layer_slope_error(const std::vector<GridCell>& cells);

}  // namespace sim::validate
