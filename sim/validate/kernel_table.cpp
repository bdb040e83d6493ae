#include "sim/validate/kernel_table.hpp"

#include "sim/base/lower_case.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/yaml_source.hpp"
#include "sim/validate/csv_table.hpp"
#include "sim/validate/record_job.hpp"
#include "sim/validate/words.hpp"

namespace sim::validate {
namespace {

constexpr std::int64_t kMostWidth = 1'000'000'000;
constexpr double kMicrosecond = 1e-6;

std::string id_of(const MeasuredKernel& kernel) {
  const cost::GemmShape& shape = kernel.shape;
  return kernel.chip + " " + kernel.format + " " + kernel.kernel + " " + std::to_string(shape.m) + "x" +
         std::to_string(shape.n) + "x" + std::to_string(shape.k);
}

/// Machines by chip and format: the catalogue is read once for each.
class Machines {
 public:
  [[nodiscard]] const cost::GemmMachine& machine(const std::string& chip, hardware::Format format) {
    const auto key = std::pair(chip, format);
    const auto found = machines_.find(key);
    if (found != machines_.end()) return found->second;
    const hardware::Chip part = config::load_chip(chip);
    const hardware::KernelConstants constants = config::load_kernels(part.kernels);
    cost::KernelPricing pricing;
    pricing.chip = &part;
    pricing.constants = &constants;
    return machines_.emplace(key, cost::gemm_machine(pricing, format)).first->second;
  }

 private:
  std::map<std::pair<std::string, hardware::Format>, cost::GemmMachine> machines_;
};

double price(const MeasuredKernel& kernel, Machines& machines) {
  const std::optional<hardware::Format> format = hardware::format_from_name(kernel.format);
  if (!format) throw Unsupported("format " + kernel.format + " is not known");
  const cost::GemmMachine& machine = machines.machine(kernel.chip, *format);
  if (contains(lower_case(kernel.kernel), "quantise")) {
    if (*format != hardware::Format::fp8) throw Unsupported("the kernel that quantises is known in fp8 only");
    return cost::quantising_fp8_gemm_time(machine, kernel.shape);
  }
  const double output_bytes = hardware::bits(*format) >= 32 ? 4 : 2;
  return cost::gemm_time(machine, kernel.shape, output_bytes, cost::PowerState::repeated, 1).time.total().value();
}

}  // namespace

std::vector<MeasuredKernel> parse_kernels(const std::string& text, const std::string& name) {
  CsvTable table(text, name, {"chip", "format", "kernel", "m", "n", "k", "latency_us"});
  std::vector<MeasuredKernel> kernels;
  while (table.next()) {
    MeasuredKernel& kernel = kernels.emplace_back();
    kernel.chip = table.word("chip");
    kernel.format = table.word("format");
    kernel.kernel = table.word("kernel");
    kernel.shape.m = table.whole("m", 1, kMostWidth);
    kernel.shape.n = table.whole("n", 1, kMostWidth);
    kernel.shape.k = table.whole("k", 1, kMostWidth);
    kernel.seconds = table.positive("latency_us") * kMicrosecond;
  }
  table.finish();
  return kernels;
}

std::vector<MeasuredKernel> read_kernels(const std::string& path) {
  const config::YamlSource source = config::read_source(path);
  return parse_kernels(source.text(), source.name());
}

TimingTable score_kernels(const std::vector<MeasuredKernel>& kernels) {
  Machines machines;
  std::vector<TimedRow> rows;
  for (const MeasuredKernel& kernel : kernels) {
    TimedRow& row = rows.emplace_back();
    row.id = id_of(kernel);
    row.chip = kernel.chip;
    row.kind = kernel.format;
    row.software = kernel.kernel;
    row.measured_seconds = kernel.seconds;
    predict(row, [&] { return price(kernel, machines); });
  }
  return tabulate_timings(std::move(rows));
}

}  // namespace sim::validate
