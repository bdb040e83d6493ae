#include "sim/policy/design.hpp"

#include <algorithm>

#include "sim/config/catalog.hpp"
#include "sim/policy/verdict.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using Catch::Matchers::WithinRel;
using policy::Name;
using policy::Package;

namespace {

const policy::Technology kTechnology;

bool all_pass(const policy::Quantities&) {
  return true;
}

std::function<bool(const policy::Quantities&)> free_under(const policy::Rule& rule) {
  return [&rule](const policy::Quantities& part) {
    return policy::judge(rule, part).status == policy::Status::not_controlled;
  };
}

}  // namespace

TEST_CASE("a package with the base's own parts is the base, to the rules too") {
  const hardware::Chip base = config::load_chip("H100-SXM5-80GB");
  CHECK(policy::stacks_of(base) == 5);
  CHECK(policy::stacks_of(config::load_chip("H20-SXM-96GB")) == 6);
  CHECK(policy::stacks_of(config::load_chip("H200-SXM-141GB")) == 6);
  CHECK(policy::stacks_of(config::load_chip("V100-SXM2-32GB")) == 4);
  const hardware::Chip same = policy::chip_of(base, kTechnology, {1, 5, 18, 1});
  for (const auto& [format, peak] : base.peak) CHECK(same.peak.at(format).value == peak.value);
  CHECK(same.memory_bandwidth->value == base.memory_bandwidth->value);
  CHECK(same.scale_up->wire_rate.value == base.scale_up->wire_rate.value);
  for (const Name name : {Name::tpp, Name::die_area, Name::io_bandwidth, Name::memory_bandwidth}) {
    CHECK_THAT(policy::quantities_of(same)[name].high, WithinRel(policy::quantities_of(base)[name].high, 1e-9));
  }
}

TEST_CASE("two dies with half the peak have a quarter of the density; links and memory follow their counts") {
  const hardware::Chip base = config::load_chip("H100-SXM5-80GB");
  const hardware::Chip made = policy::chip_of(base, kTechnology, {2, 8, 36, 0.5});
  const policy::Quantities part = policy::quantities_of(made);
  CHECK_THAT(part[Name::tpp].high, WithinRel(15831.2 / 2, 1e-4));
  CHECK_THAT(policy::value_of(Name::performance_density, part).high, WithinRel(15831.2 / 2 / 1628, 1e-4));
  CHECK_THAT(made.memory_capacity->value.value(), WithinRel(128e9, 1e-12));  // 8 x 16 GB
  CHECK_THAT(part[Name::io_bandwidth].high, WithinRel(2 * (36 * 25e9 + 64e9), 1e-9));
  CHECK(made.multiprocessors->value == 66);
}

TEST_CASE("without a rule the area alone bounds the peak: more ports, less of it") {
  const hardware::Chip base = config::load_chip("H100-SXM5-80GB");
  const std::vector<Package> packages = policy::legal_packages(base, kTechnology, 1, all_pass);
  CHECK(packages.size() == 36);  // 6 numbers of stacks x 6 of links: none beats another
  for (const Package& package : packages) {
    CAPTURE(package.stacks, package.links);
    // (0.8 x 814 - 20 stacks - 4 links) / (0.55 x 814)
    CHECK_THAT(package.compute, WithinRel((651.2 - 20 * package.stacks - 4 * package.links) / 447.7, 1e-9));
    CHECK_THAT(policy::area_used(base, kTechnology, package), WithinRel(1.0, 1e-9));
  }
}

TEST_CASE("two dies have the ports of both, and eight stacks around them") {
  const hardware::Chip base = config::load_chip("H100-SXM5-80GB");
  const std::vector<Package> packages = policy::legal_packages(base, kTechnology, 2, all_pass);
  int stacks = 0, links = 0;
  for (const Package& package : packages) {
    stacks = std::max(stacks, package.stacks);
    links = std::max(links, package.links);
  }
  CHECK(stacks == 8);
  CHECK(links == 36);
}

TEST_CASE("what a rule lets through is legal, has room, and lies at its line") {
  const hardware::Chip base = config::load_chip("H100-SXM5-80GB");
  const policy::Rule rule = config::load_rule("bis-2023");
  // One die: below 2400. Two: density below 1.6. Four: 3256 mm2 are enough for TPP just below 4800.
  const double lines[] = {2400, 1.6 * 2 * 814, 1.6 * 3 * 814, 4800};
  for (int dies = 1; dies <= 4; ++dies) {
    const std::vector<Package> packages = policy::legal_packages(base, kTechnology, dies, free_under(rule));
    REQUIRE(packages.size() == 1);  // the most stacks and links, as the rule says nothing of them
    const policy::Quantities part = policy::quantities_of(policy::chip_of(base, kTechnology, packages.front()));
    CHECK(free_under(rule)(part));
    CHECK(part[Name::tpp].high < lines[dies - 1]);
    CHECK(part[Name::tpp].high > 0.998 * lines[dies - 1]);
    CHECK(policy::area_used(base, kTechnology, packages.front()) < 1);
  }
}

TEST_CASE("a rule on links and memory together leaves a choice between them") {
  const hardware::Chip base = config::load_chip("H100-SXM5-80GB");
  const policy::Rule rule = config::load_rule("bis-2025-04");  // 1400 GB/s of memory, 1100 of links, 1700 of both
  const std::vector<Package> packages = policy::legal_packages(base, kTechnology, 1, free_under(rule));
  REQUIRE(packages.size() > 1);
  for (const Package& package : packages) {
    CAPTURE(package.stacks, package.links);
    CHECK(package.stacks * 670.4 < 1400);
    CHECK(package.stacks * 670.4 + 2 * (package.links * 25 + 64) < 1700);
  }
}

TEST_CASE("a rule that forbids everything leaves nothing") {
  const hardware::Chip base = config::load_chip("H100-SXM5-80GB");
  CHECK(policy::legal_packages(base, kTechnology, 1, [](const policy::Quantities&) { return false; }).empty());
}
