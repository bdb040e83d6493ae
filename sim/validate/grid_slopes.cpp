#include "sim/validate/grid_slopes.hpp"

#include <fmt/core.h>

#include <Eigen/Dense>
#include <cmath>
#include <set>

namespace sim::validate {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

using Rows = std::vector<const RecordResult*>;

double micro_batches(const RecordResult& row) {
  return static_cast<double>(row.run.global_batch) / (row.run.dp * static_cast<double>(row.run.micro_batch));
}

// Coefficients of layer, micro_batch and fixed.
Eigen::Vector3d terms(const RecordResult& row) {
  const double m = micro_batches(row);
  return {(m + row.run.pp - 1) / row.run.pp * row.layers, m, 1};
}

GridSlopes fit(const Rows& rows, double RecordResult::*seconds) {
  MatrixXd left(rows.size(), 3);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    left.row(static_cast<Eigen::Index>(i)) = terms(*rows[i]).transpose() / rows[i]->*seconds;
  }
  const Eigen::Vector3d x = left.colPivHouseholderQr().solve(VectorXd::Ones(left.rows()));
  return {x[0], x[1], x[2]};
}

bool is_enough(const Rows& rows) {
  std::set<int> depths;
  std::set<double> counts;
  for (const RecordResult* row : rows) {
    depths.insert(row->layers);
    counts.insert(micro_batches(*row));
  }
  return rows.size() >= 6 && depths.size() >= 2 && counts.size() >= 2;
}

}  // namespace

std::vector<GridCell> grid_slopes(const std::vector<RecordResult>& results, const std::string& family) {
  std::map<std::string, Rows> groups;
  for (const RecordResult& row : results) {
    if (row.status != Status::ok || row.family != family) continue;
    groups[fmt::format("hidden {}, tp {}, pp {}, micro-batch {}", row.hidden, row.run.tp, row.run.pp,
                       row.run.micro_batch)]
        .push_back(&row);
  }
  std::vector<GridCell> cells;
  for (const auto& [name, rows] : groups) {
    if (!is_enough(rows)) continue;
    cells.push_back({name, static_cast<int>(rows.size()), fit(rows, &RecordResult::measured_seconds),
                     fit(rows, &RecordResult::predicted_seconds)});
  }
  return cells;
}

double median_layer_slope_error(const std::vector<GridCell>& cells) {
  std::vector<double> errors;
  for (const GridCell& cell : cells) errors.push_back(std::abs(cell.predicted.layer / cell.measured.layer - 1));
  return quantile(errors, 0.5);
}

}  // namespace sim::validate
