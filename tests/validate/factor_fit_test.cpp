#include "sim/validate/factor_fit.hpp"

#include <cmath>

#include "tests/support/catch.hpp"

using sim::validate::FactorFit;
using sim::validate::fit_factors;
using sim::validate::FitProblem;

namespace {

// Seconds of a row: work of two kinds and a rest that no factor moves.
struct Row {
  double first, second, rest;
};

FitProblem problem_of(std::vector<Row> rows, const std::vector<double>& truth) {
  FitProblem problem;
  problem.predict = [rows](std::size_t row, const std::vector<double>& factors) {
    return rows[row].first / factors[0] + rows[row].second / factors[1] + rows[row].rest;
  };
  for (std::size_t row = 0; row < rows.size(); ++row) problem.measured.push_back(problem.predict(row, truth));
  problem.errors.assign(rows.size(), 0.002);
  problem.prior_errors = {0.2, 0.2};
  return problem;
}

}  // namespace

TEST_CASE("factors that rows tell apart are found, and rows are met") {
  const FactorFit fit = fit_factors(problem_of({{8, 1, 1}, {1, 8, 1}, {4, 4, 2}, {2, 6, 0}}, {0.8, 1.3}));
  CHECK(fit.factors[0].moved);
  CHECK(fit.factors[1].moved);
  CHECK_THAT(fit.factors[0].factor, WithinRel(0.8, 0.002));
  CHECK_THAT(fit.factors[1].factor, WithinRel(1.3, 0.002));
  CHECK_THAT(fit.before[0], WithinRel(10.0, 1e-12));
  CHECK_THAT(fit.after[0], WithinRel(8 / 0.8 + 1 / 1.3 + 1, 0.002));
}

TEST_CASE("one row moves one factor, as far as its prior and its error say") {
  // All of the second's time hangs on one factor: log(f) = log(1.25) p^2 / (p^2 + e^2), with p = 0.2 and e = 0.2.
  FitProblem problem = problem_of({{1, 0, 0}}, {1.25, 1});
  problem.errors = {0.2};
  const FactorFit fit = fit_factors(problem);
  CHECK_THAT(fit.factors[0].factor, WithinRel(std::sqrt(1.25), 1e-4));
  CHECK_THAT(fit.factors[0].error, WithinRel(0.2 / std::sqrt(2.0), 1e-3));
  CHECK_FALSE(fit.factors[1].moved);
  CHECK(fit.factors[1].factor == 1);
  CHECK(fit.factors[1].error == 0.2);
}

TEST_CASE("what the rows cannot tell stays at 1") {
  FitProblem problem = problem_of({{8, 0.001, 1}, {4, 0.001, 1}, {2, 0.001, 1}}, {0.8, 1.3});
  const FactorFit fit = fit_factors(problem);
  CHECK(fit.factors[0].moved);
  CHECK_FALSE(fit.factors[1].moved);
}

TEST_CASE("there are always fewer moved factors than rows") {
  const FactorFit fit = fit_factors(problem_of({{8, 1, 1}, {1, 8, 1}}, {0.8, 1.3}));
  CHECK(static_cast<int>(fit.factors[0].moved) + static_cast<int>(fit.factors[1].moved) == 1);
}

TEST_CASE("a held-out row is predicted by the others alone") {
  FitProblem problem = problem_of({{5, 0, 1}, {6, 0, 1}, {7, 0, 1}, {8, 0, 1}}, {0.8, 1});
  problem.measured[3] *= 1.5;  // an outlier that nothing explains
  problem.folds = {0, 1, 2, 3};
  const FactorFit fit = fit_factors(problem);
  REQUIRE(fit.held_out.size() == 4);
  CHECK_THAT(fit.held_out[3], WithinRel(8 / 0.8 + 1, 0.01));
  CHECK(std::abs(fit.held_out[0] / problem.measured[0] - 1) > 0.05);  // the outlier pulls the others' factor
  CHECK(fit.factors[0].error > 0.01);                                 // misses far above the errors widen what is left
}
