#include "sim/config/catalog.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/error.hpp"
#include "sim/base/lower_case.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::config;
using hardware::Chip;
using hardware::Format;

namespace {

template <class T>
double value_of(const std::optional<Sourced<T>>& field) {
  REQUIRE(field.has_value());
  return field->value.value();
}

double teraflops_of(const Chip& chip, Format format) {
  return chip.peak.at(format).value.value() / 1e12;
}

double sixteen_bit_teraflops(const Chip& chip) {
  return teraflops_of(chip, chip.peak.count(Format::bf16) > 0 ? Format::bf16 : Format::fp16);
}

template <class T>
void check_sourced(const Sourced<T>& field) {
  CHECK(std::isfinite(field.value.value()));
  CHECK(field.value.value() > 0);
  CHECK_FALSE(field.source.empty());
}

template <class T>
void check_sourced(const std::optional<Sourced<T>>& field) {
  if (field) check_sourced(*field);
}

}  // namespace

TEST_CASE("every chip of the catalogue is sound: its file has its name, each number a source, each reference a file") {
  const std::vector<std::string> ids = catalog_ids("chips");
  CHECK(ids.size() >= 53);
  for (const std::string& id : ids) {
    CAPTURE(id);
    const Chip chip = load_chip(id);
    CHECK(lower_case(chip.id) == id);
    CHECK_FALSE(chip.announced.empty());
    for (const auto& [format, rate] : chip.peak) check_sourced(rate);
    check_sourced(chip.memory_capacity);
    check_sourced(chip.memory_bandwidth);
    check_sourced(chip.cache);
    check_sourced(chip.boost_clock);
    check_sourced(chip.power);
    check_sourced(chip.applicable_die_area);
    check_sourced(chip.host_link);
    check_sourced(chip.usual_nic);
    check_sourced(chip.total_io);
    CHECK(load_kernels(chip.kernels).id == chip.kernels);
    if (!chip.scale_up) continue;
    check_sourced(chip.scale_up->wire_rate);
    CHECK(load_link(chip.scale_up->link).id == chip.scale_up->link);
  }
}

TEST_CASE("kernels, links, networks, collective libraries and software load, each from the file of its name") {
  for (const std::string& id : catalog_ids("kernels")) CHECK(load_kernels(id).id == id);
  for (const std::string& id : catalog_ids("links")) CHECK(load_link(id).id == id);
  for (const std::string& id : catalog_ids("networks")) CHECK(load_network(id).id == id);
  for (const std::string& id : catalog_ids("collectives")) CHECK(load_library(id).id == id);
  for (const std::string& id : catalog_ids("software")) {
    const hardware::SoftwarePreset software = load_software(id);
    CHECK(software.id == id);
    if (!software.collectives.empty()) CHECK(load_library(software.collectives).date <= software.date);
  }
  CHECK(catalog_ids("kernels").size() >= 18);
  CHECK(catalog_ids("links").size() >= 22);
  CHECK(catalog_ids("networks").size() >= 8);
  CHECK(catalog_ids("software").size() >= 16);
}

TEST_CASE("parts that scenarios and records name have all that a simulation needs") {
  const std::string id = GENERATE(values<std::string>({"V100-SXM2-16GB",
                                                       "V100-SXM2-32GB",
                                                       "V100-SXM3-32GB",
                                                       "V100S-PCIe-32GB",
                                                       "A100-SXM4-40GB",
                                                       "A100-SXM4-80GB",
                                                       "A800-SXM4-80GB",
                                                       "H100-SXM5-80GB",
                                                       "H800-SXM5-80GB",
                                                       "H20-SXM-96GB",
                                                       "H20-SXM-141GB",
                                                       "H200-SXM-141GB",
                                                       "L20-PCIe",
                                                       "B100-SXM",
                                                       "B200-SXM",
                                                       "B300-SXM",
                                                       "GB200",
                                                       "GB300",
                                                       "RTX4090",
                                                       "RTX4090D",
                                                       "TPUv2",
                                                       "TPUv3",
                                                       "TPUv4",
                                                       "TPUv5e",
                                                       "TPUv5p",
                                                       "MI250X-GCD",
                                                       "MI300X",
                                                       "MI308X",
                                                       "MI325X",
                                                       "Gaudi2",
                                                       "Gaudi3",
                                                       "Ascend-910A",
                                                       "Ascend-910B",
                                                       "Ascend-910B1",
                                                       "Ascend-910B2",
                                                       "Ascend-910B3",
                                                       "Ascend-910B4",
                                                       "Ascend-910C",
                                                       "BR100",
                                                       "BR104",
                                                       "MetaX-C500",
                                                       "MLU370-X8",
                                                       "MLU590",
                                                       "Iluvatar-BI-V100",
                                                       "MTT-S4000",
                                                       "Hygon-K100_AI",
                                                       "H100-SXM5-96GB-HBM2e-500W"}));
  CAPTURE(id);
  const Chip chip = load_chip(id);
  CHECK((chip.peak.count(Format::bf16) > 0 || chip.peak.count(Format::fp16) > 0));
  CHECK(value_of(chip.memory_capacity) >= 16e9);
  CHECK(value_of(chip.memory_bandwidth) > 0);
  if (load_kernels(chip.kernels).power_rule) CHECK(value_of(chip.power) > 0);
}

TEST_CASE("parts with too little to simulate are records all the same") {
  CHECK_FALSE(load_chip("Kunlun-P800").memory_bandwidth.has_value());
  CHECK(load_chip("T-Head-PPU").peak.empty());
}

TEST_CASE("rates are dense and one direction, where vendors quote sparse rates and both directions") {
  struct Case {
    const char* id;
    double teraflops;         // bf16, or fp16 where there is none; the sparse figure is twice as high
    double scale_up;          // GB/s, one direction; the vendor's figure is twice as high
    double memory_bandwidth;  // GB/s
  };
  const auto item = GENERATE(values<Case>({
      {"V100-SXM2-32GB", 125, 150, 900},     // 130 TFLOPS is the V100S; 300 GB/s both directions
      {"A100-SXM4-80GB", 312, 300, 2039},    // 624 sparse; 600 both
      {"A800-SXM4-80GB", 312, 200, 2039},    // 400 both
      {"H100-SXM5-80GB", 989.4, 450, 3352},  // 1979 sparse; 900 both
      {"H800-SXM5-80GB", 989.4, 200, 3352},  // 400 both
      {"H200-SXM-141GB", 989.4, 450, 4800},
      {"H20-SXM-96GB", 148, 450, 4000},
      {"B200-SXM", 2250, 900, 8000},  // 4500 sparse; 1800 both
      {"GB200", 2500, 900, 8000},
      {"MI300X", 1307.4, 448, 5300},     // 2615 sparse; 896 both
      {"TPUv5p", 459, 600, 2765},        // 1200 both
      {"Ascend-910B2", 376, 196, 1600},  // 392 GB/s is all links in both directions, not the memory
      {"BR100", 1024, 256, 1640},        // 2.3 TB/s adds the ports to the memory
  }));
  CAPTURE(item.id);
  const Chip chip = load_chip(item.id);
  CHECK_THAT(sixteen_bit_teraflops(chip), WithinRel(item.teraflops, 1e-9));
  REQUIRE(chip.scale_up.has_value());
  CHECK_THAT(chip.scale_up->wire_rate.value.value() / 1e9, WithinRel(item.scale_up, 1e-9));
  CHECK_THAT(value_of(chip.memory_bandwidth) / 1e9, WithinRel(item.memory_bandwidth, 1e-9));
}

// Published best matrix-product rates in TFLOPS, 16 bit: stas00/ml-engineering (744d01e18b79) and
// zzc0721/torch-performance-test-data (9d82827). A fall below them would be a halved peak.
TEST_CASE("a dense peak is above the best rate that anyone measured") {
  struct Case {
    const char* id;
    double best;
  };
  const auto item = GENERATE(values<Case>({{"V100-SXM2-16GB", 112.3},
                                           {"A100-SXM4-80GB", 271.2},
                                           {"A800-SXM4-80GB", 266.5},
                                           {"H100-SXM5-80GB", 798},
                                           {"H200-SXM-141GB", 794.5},
                                           {"H20-SXM-96GB", 142.3},
                                           {"L20-PCIe", 114},
                                           {"B200-SXM", 1745},
                                           {"B300-SXM", 1769},
                                           {"GB200", 1822},
                                           {"MI300X", 668.4},
                                           {"MI325X", 784.9},
                                           {"Gaudi2", 418.7},
                                           {"Gaudi3", 1243},
                                           {"Ascend-910B2", 315.4},
                                           {"Hygon-K100_AI", 90},
                                           {"MTT-S4000", 78.2}}));
  CAPTURE(item.id);
  CHECK(sixteen_bit_teraflops(load_chip(item.id)) > item.best);
}

TEST_CASE("the stated TPP is the largest product of dense TFLOPS and bits") {
  for (const std::string& id : catalog_ids("chips")) {
    const Chip chip = load_chip(id);
    if (!chip.tpp) continue;
    CAPTURE(id);
    double largest = 0;
    for (const auto& [format, rate] : chip.peak) {
      if (format == Format::tf32) continue;  // half of fp16 at twice the bits, but for its rounding
      largest = std::max(largest, rate.value.value() / 1e12 * hardware::bits(format));
    }
    // The rule counts both dies of the MI250X package, of which a GCD is one.
    const double dies = id == "mi250x-gcd" ? 2 : 1;
    CHECK_THAT(chip.tpp->value, WithinRel(dies * largest, 1e-3));  // rounded by the sources
  }
}

TEST_CASE("total I/O of NVIDIA and AMD parts is twice the one-way rates of scale-up ports and host link") {
  int compared = 0;
  for (const std::string& id : catalog_ids("chips")) {
    const Chip chip = load_chip(id);
    if ((chip.vendor != "NVIDIA" && chip.vendor != "AMD") || !chip.total_io || !chip.host_link) continue;
    CAPTURE(id);
    const double ports = chip.scale_up ? chip.scale_up->wire_rate.value.value() : 0.0;
    CHECK_THAT(chip.total_io->value.value(), WithinRel(2 * (ports + chip.host_link->value.value()), 1e-9));
    ++compared;
  }
  CHECK(compared >= 20);
}

TEST_CASE("the usable rate of a chip's links is 70 to 95 % of their wire rate") {
  for (const std::string& id : catalog_ids("chips")) {
    const Chip chip = load_chip(id);
    if (!chip.scale_up) continue;
    CAPTURE(id);
    const double usable = chip.scale_up->links * load_link(chip.scale_up->link).usable_rate.value.value();
    const double share = usable / chip.scale_up->wire_rate.value.value();
    CHECK(share >= 0.7);
    CHECK(share <= 0.95);
  }
}

TEST_CASE("power ceilings are ordered: what lasts is at most what a burst reaches, and that at most the main loop") {
  for (const std::string& id : catalog_ids("kernels")) {
    const hardware::KernelConstants kernels = load_kernels(id);
    for (const auto& [format, gemm] : kernels.gemm) {
      CAPTURE(id, std::string(hardware::name(format)));
      CHECK(gemm.sustained_ceiling.value <= gemm.short_ceiling.value);
      CHECK(gemm.short_ceiling.value <= gemm.main_loop.value);
      CHECK_FALSE((kernels.power_rule && gemm.short_ceiling.value > 0));  // one or the other
    }
  }
}

TEST_CASE("switches reduce from Hopper on: from five ranks, on Blackwell from six") {
  CHECK_FALSE(load_link("nvlink3").in_switch_reduction);
  CHECK(load_link("nvlink4").in_switch_reduction);
  CHECK(load_link("nvlink4").in_switch_minimum_ranks == 5);
  CHECK(load_link("nvlink5").in_switch_reduction);
  CHECK(load_link("nvlink5").in_switch_minimum_ranks == 6);
}

TEST_CASE("links that nobody measured say so and carry a wide error") {
  for (const char* id : {"hccs", "blink", "ub", "ici-v4", "metaxlink", "mtlink", "mlu-link", "roce-scale-up"}) {
    CAPTURE(id);
    const hardware::LinkGeneration link = load_link(id);
    CHECK(link.ring_start.origin == Origin::assumed);
    CHECK(link.ring_start.relative_error >= 0.2);
    CHECK(link.usable_rate.relative_error >= 0.2);
  }
}

TEST_CASE("every software preset prices every elementwise operation of the model") {
  for (const std::string& id : catalog_ids("software")) {
    const hardware::SoftwarePreset preset = load_software(id);
    CHECK(preset.from_year <= preset.to_year);
    for (const char* operation : {"norm", "bias_activation", "gated_activation", "bias_dropout_add", "residual", "rope",
                                  "cast_fp8", "cross_entropy", "router", "permute", "embedding"}) {
      CAPTURE(id, operation);
      REQUIRE(preset.elementwise.count(operation) == 1);
      CHECK(preset.elementwise.at(operation).forward_bytes > 0);
    }
  }
}
