// Both sides of every line of every rule, on parts that are nobody's.
#include <cmath>
#include <limits>

#include "sim/config/catalog.hpp"
#include "sim/policy/verdict.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::policy;

namespace {

struct Part {
  double tpp = 1000, area = 800, io = 500e9, memory = 1000e9, capacity = 40e9, count = 1;
  bool data_centre = true;
};

Quantities quantities(const Part& part) {
  Quantities made;
  made[Name::tpp] = exactly(part.tpp);
  made[Name::die_area] = exactly(part.area);
  made[Name::io_bandwidth] = exactly(part.io);
  made[Name::memory_bandwidth] = exactly(part.memory);
  made[Name::memory_capacity] = exactly(part.capacity);
  made[Name::count] = exactly(part.count);
  made.data_centre = part.data_centre;
  return made;
}

struct Answer {
  Status status;
  std::string paragraph;
};

Answer ask(const Rule& rule, const Part& part) {
  const Verdict verdict = judge(rule, quantities(part));
  return {verdict.status, verdict.paragraph};
}

double below(double value) {
  return std::nextafter(value, 0);
}

// The largest area at which the density is at least this, and the smallest at which it is less.
Part with_density(double density, double tpp) {
  Part part;
  part.tpp = tpp;
  part.area = tpp / density;
  while (part.tpp / part.area < density) part.area = std::nextafter(part.area, 0);
  return part;
}

Part just_under_density(double density, double tpp) {
  Part part = with_density(density, tpp);
  while (part.tpp / part.area >= density)
    part.area = std::nextafter(part.area, std::numeric_limits<double>::infinity());
  return part;
}

}  // namespace

TEST_CASE("October 2022 catches 4800 and 600 GB/s together, and neither alone") {
  const Rule rule = config::load_rule("bis-2022");
  const auto status = [&](double tpp, double io) { return ask(rule, {.tpp = tpp, .io = io}).status; };
  CHECK(status(4800, 600e9) == Status::controlled);
  CHECK(status(below(4800), 600e9) == Status::not_controlled);
  CHECK(status(4800, below(600e9)) == Status::not_controlled);
  CHECK(status(1e6, below(600e9)) == Status::not_controlled);
  CHECK(status(below(4800), 1e13) == Status::not_controlled);
}

TEST_CASE("October 2023 catches 4800 whatever the density") {
  const Rule rule = config::load_rule("bis-2023");
  const auto at = [&](double tpp) { return ask(rule, {.tpp = tpp, .area = 1e6}); };
  CHECK(at(4800).status == Status::controlled);
  CHECK(at(4800).paragraph == "3A090.a.1");
  CHECK(at(below(4800)).status == Status::not_controlled);
}

TEST_CASE("October 2023 catches a density of 5.92 from a TPP of 1600 on") {
  const Rule rule = config::load_rule("bis-2023");
  const Answer dense = ask(rule, with_density(5.92, 1600));
  CHECK(dense.status == Status::controlled);
  CHECK(dense.paragraph == "3A090.a.2");
  CHECK(ask(rule, with_density(5.92, below(1600))).status == Status::not_controlled);
  const Answer less = ask(rule, just_under_density(5.92, 1600));
  CHECK(less.status == Status::licence_exception);
  CHECK(less.paragraph == "3A090.b.2 (NAC)");
}

TEST_CASE("October 2023: 2400 with a density from 1.6, and 1600 with one from 3.2, need a licence or NAC") {
  const Rule rule = config::load_rule("bis-2023");
  CHECK(ask(rule, with_density(1.6, 2400)).paragraph == "3A090.b.1 (NAC)");
  CHECK(ask(rule, with_density(1.6, 2400)).status == Status::licence_exception);
  CHECK(ask(rule, just_under_density(1.6, 2400)).status == Status::not_controlled);
  CHECK(ask(rule, with_density(1.6, below(2400))).status == Status::not_controlled);
  CHECK(ask(rule, with_density(1.6, below(4800))).status == Status::licence_exception);
  CHECK(ask(rule, with_density(1.6, 4800)).status == Status::controlled);
  CHECK(ask(rule, with_density(3.2, 1600)).paragraph == "3A090.b.2 (NAC)");
  CHECK(ask(rule, just_under_density(3.2, 1600)).status == Status::not_controlled);
  CHECK(ask(rule, with_density(3.2, below(1600))).status == Status::not_controlled);
}

TEST_CASE("October 2023: Note 2 frees what is not for data centres below 4800; NAC helps from there on") {
  const Rule rule = config::load_rule("bis-2023");
  const auto consumer = [&](double tpp) { return ask(rule, {.tpp = tpp, .area = 400, .data_centre = false}); };
  CHECK(consumer(below(4800)).status == Status::not_controlled);
  CHECK(consumer(below(4800)).paragraph == "3A090.a.2 (Note 2)");
  CHECK(consumer(4800).status == Status::licence_exception);
  CHECK(consumer(4800).paragraph == "3A090.a.1 (NAC) and 3A090.a.2 (NAC)");
}

TEST_CASE("April 2025 catches memory, links, and their sum") {
  const Rule rule = config::load_rule("bis-2025-04");
  const auto at = [&](double memory, double io) { return ask(rule, {.io = io, .memory = memory}); };
  CHECK(at(1400e9, 0).paragraph == "memory");
  CHECK(at(below(1400e9), 0).status == Status::not_controlled);
  CHECK(at(0, 1100e9).paragraph == "links");
  CHECK(at(0, below(1100e9)).status == Status::not_controlled);
  CHECK(at(1000e9, 700e9).paragraph == "memory + links");
  CHECK(at(1000e9, 699.999e9).status == Status::not_controlled);
  CHECK(at(1400e9, 1100e9).paragraph == "memory and links and memory + links");
}

TEST_CASE("January 2026 opens a window below 21,000 and 6,500 GB/s for what 3A090.a catches") {
  const Rule rule = config::load_rule("bis-2026-01");
  const auto status = [&](double tpp, double memory) { return ask(rule, {.tpp = tpp, .memory = memory}).status; };
  CHECK(status(below(21000), below(6500e9)) == Status::case_by_case);
  CHECK(status(21000, below(6500e9)) == Status::controlled);
  CHECK(status(below(21000), 6500e9) == Status::controlled);
  CHECK(ask(rule, {.tpp = 21000}).paragraph == "presumption of denial");
  CHECK(ask(rule, {.tpp = 4800, .area = 1e6}).status == Status::case_by_case);
  CHECK(ask(rule, {.tpp = below(4800), .area = 1e6}).status == Status::not_controlled);
  CHECK(ask(rule, with_density(5.92, 1600)).status == Status::case_by_case);
  CHECK(ask(rule, just_under_density(5.92, 1600)).status == Status::not_controlled);
  CHECK(ask(rule, with_density(5.92, below(1600))).status == Status::not_controlled);
  Part consumer = with_density(5.92, 1600);
  consumer.data_centre = false;
  CHECK(ask(rule, consumer).status == Status::not_controlled);
}

TEST_CASE("imagined rules draw their lines on bandwidth, on memory, and on whole clusters") {
  const Rule bandwidth = config::load_rule("whatif-bandwidth"), memory = config::load_rule("whatif-memory"),
             cluster = config::load_rule("whatif-cluster");
  CHECK(bandwidth.hypothetical);
  CHECK(memory.hypothetical);
  CHECK(cluster.hypothetical);
  CHECK(ask(bandwidth, {.tpp = 1600, .io = 600e9}).paragraph == "links");
  CHECK(ask(bandwidth, {.tpp = 1600, .io = below(600e9)}).status == Status::not_controlled);
  CHECK(ask(bandwidth, {.tpp = below(1600), .io = 600e9, .memory = 2e12}).status == Status::not_controlled);
  CHECK(ask(bandwidth, {.tpp = 1600, .memory = 2e12}).paragraph == "memory");
  CHECK(ask(bandwidth, {.tpp = 1600, .memory = below(2e12)}).status == Status::not_controlled);
  CHECK(ask(memory, {.capacity = 80e9}).status == Status::controlled);
  CHECK(ask(memory, {.capacity = below(80e9)}).status == Status::not_controlled);
  CHECK(ask(memory, {.capacity = 80e9, .data_centre = false}).status == Status::not_controlled);
  // 26.9 million over 2000 a part: 13,450 parts.
  CHECK(ask(cluster, {.tpp = 2000, .count = 13450}).status == Status::controlled);
  CHECK(ask(cluster, {.tpp = 2000, .count = 13449}).status == Status::not_controlled);
}

TEST_CASE("the rest of a cluster counts towards a line on clusters") {
  const Rule cluster = config::load_rule("whatif-cluster");
  Quantities part = quantities({.tpp = 2000, .count = 1});
  part.rest_of_cluster = exactly(26900000 - 2000);
  CHECK(judge(cluster, part).status == Status::controlled);
  part.rest_of_cluster = exactly(26900000 - 2001);
  CHECK(judge(cluster, part).status == Status::not_controlled);
  part[Name::count] = {1, std::numeric_limits<double>::infinity()};
  CHECK(judge(cluster, part).status == Status::unknown);
  CHECK(judge(cluster, part).needs == "count: below 2 not_controlled, from 2 controlled (cluster)");
}
