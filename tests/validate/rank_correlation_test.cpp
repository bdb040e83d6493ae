#include "sim/validate/rank_correlation.hpp"

#include "sim/base/error.hpp"
#include "tests/support/catch.hpp"

using sim::validate::correlate_ranks;
using sim::validate::RankCorrelation;
using sim::validate::ranks_of;
using sim::validate::spearman;

TEST_CASE("equal values share the mean of their ranks") {
  // Ascending 1, 2, 2, 5: the two twos take ranks 2 and 3.
  CHECK(ranks_of({5, 2, 1, 2}) == std::vector<double>{4, 2.5, 1, 2.5});
}

TEST_CASE("rank correlation sees order only") {
  CHECK_THAT(spearman({1, 2, 3, 4}, {1, 10, 100, 1e9}).value(), WithinRel(1.0, 1e-12));
  CHECK_THAT(spearman({1, 2, 3, 4}, {4, 3, 2, 1}).value(), WithinRel(-1.0, 1e-12));
  // Without ties 1 - 6 sum d^2 / (n (n^2 - 1)): ranks 1 2 3 4 against 2 1 4 3 differ by 1 each: 1 - 24 / 60.
  CHECK_THAT(spearman({10, 20, 30, 40}, {7, 5, 9, 8}).value(), WithinRel(0.6, 1e-12));
}

TEST_CASE("rank correlation with ties is Pearson's correlation of the shared ranks") {
  // Ranks 1 2.5 2.5 4 and 1 2 3 4, less their mean 2.5: -1.5 0 0 1.5 and -1.5 -0.5 0.5 1.5. Products sum to 4.5,
  // squares to 4.5 and 5: 4.5 / sqrt(22.5) = 0.948683. The formula without ties would give 1 - 6 x 0.5 / 60 = 0.95.
  CHECK_THAT(spearman({1, 2, 2, 5}, {3, 4, 5, 6}).value(), WithinRel(0.9486832980505138, 1e-12));
}

TEST_CASE("where all are equal there is no order to compare") {
  CHECK_FALSE(spearman({1, 1, 1}, {1, 2, 3}).has_value());
  CHECK_FALSE(spearman({1, 2, 3}, {4, 4, 4}).has_value());
  CHECK_FALSE(spearman({}, {}).has_value());
  CHECK_THROWS_AS(spearman({1, 2}, {1}), sim::InternalError);
}

TEST_CASE("the mean over groups is weighted by rows and leaves small groups out") {
  const RankCorrelation ranks = correlate_ranks({{"right", {{1, 2, 3}, {1, 2, 3}}},
                                                 {"wrong", {{1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}}},
                                                 {"no order", {{2, 2, 2}, {1, 2, 3}}},
                                                 {"two rows", {{1, 2}, {1, 2}}}});
  CHECK(ranks.groups == 2);
  CHECK(ranks.n == 8);
  CHECK_THAT(ranks.mean, WithinRel((3 * 1.0 - 5 * 1.0) / 8, 1e-12));
  CHECK(ranks.by_group.count("two rows") == 0);
  CHECK(ranks.by_group.at("no order").n == 3);
  CHECK_FALSE(ranks.by_group.at("no order").correlation.has_value());
  CHECK(correlate_ranks({}).mean == 0);
}
