#include "sim/config/describe_hardware.hpp"

namespace sim::config {
namespace {

using hardware::Chip;
using hardware::Format;

// Fields of the catalogue are positive, and unknown when their key is absent.
template <class T>
void optional_sourced(Fields& fields, const char* key, std::optional<Sourced<T>>& field, const std::string& help) {
  Sourced<T> value = field.value_or(Sourced<T>{});
  fields.sourced(key, value, {.help = help, .least = 0, .above_least = fields.has(key)});
  field = fields.has(key) ? std::optional(value) : std::nullopt;
}

void optional_count(Fields& fields, const char* key, std::optional<Sourced<double>>& field, const std::string& help) {
  Sourced<double> value = field.value_or(Sourced<double>{});
  fields.sourced(key, value, "", {.help = help, .least = 0, .above_least = fields.has(key)});
  field = fields.has(key) ? std::optional(value) : std::nullopt;
}

void describe_peak(Fields& fields, Chip& chip) {
  fields.object("peak",
                [&chip](Fields& inner) {
                  for (int index = 0; index <= static_cast<int>(Format::int4); ++index) {
                    const auto format = static_cast<Format>(index);
                    const std::string key(hardware::name(format));
                    const auto known = chip.peak.find(format);
                    Sourced<FlopsPerSecond> rate = known == chip.peak.end() ? Sourced<FlopsPerSecond>{} : known->second;
                    inner.sourced(key.c_str(), rate, {.help = "dense rate of " + key + " products", .least = 0});
                    if (inner.has(key.c_str()) && rate.value > FlopsPerSecond(0)) chip.peak[format] = rate;
                  }
                },
                {.help = "dense peak by number format; a vendor's sparse figure is twice as high"});
}

void describe_dies(Fields& fields, Chip& chip) {
  fields.list("dies", chip.dies.size(),
              [&chip](std::size_t index, Fields& inner) {
                if (index >= chip.dies.size()) chip.dies.resize(index + 1);
                inner.whole("count", chip.dies[index].count, {.help = "dies of this kind", .least = 1, .most = 64});
                inner.quantity("area", chip.dies[index].area, {.help = "of one die", .required = true, .least = 0});
                inner.flag("planar", chip.dies[index].planar,
                           {.help = "made with planar transistors (28 nm and older): export rules do not count it"});
              },
              {.help = "dies of the package"});
}

void describe_area_range(Fields& fields, Chip& chip) {
  hardware::AreaRange range = chip.die_area_range.value_or(hardware::AreaRange{});
  fields.object("die_area_range",
                [&range](Fields& inner) {
                  inner.quantity("at_least", range.at_least, {.help = "it is not smaller", .least = 0});
                  inner.quantity("at_most", range.at_most, {.help = "it is not larger", .least = 0});
                  inner.text("source", range.source, {.help = "who says so"});
                  if (range.at_most < range.at_least) inner.complain("at_most", "is below at_least", "", false);
                },
                {.help = "what is known of applicable_die_area where it is not published"});
  if (fields.has("die_area_range") && chip.applicable_die_area) {
    fields.complain("die_area_range", "applicable_die_area gives the area already", "leave one of both out", false);
  }
  chip.die_area_range = fields.has("die_area_range") ? std::optional(range) : std::nullopt;
}

void describe_scale_up(Fields& fields, Chip& chip) {
  hardware::ScaleUpPort port = chip.scale_up.value_or(hardware::ScaleUpPort{});
  fields.object("scale_up",
                [&port](Fields& inner) {
                  inner.text("link", port.link, {.help = "link generation, a file of catalog/links", .required = true});
                  inner.whole("links", port.links,
                              {.help = "links of a chip", .required = true, .least = 1, .most = 1000});
                  inner.sourced("wire_rate", port.wire_rate,
                                {.help = "all links of the chip, one direction; vendors quote both directions",
                                 .required = true,
                                 .least = 0,
                                 .above_least = true});
                },
                {.help = "ports into the scale-up domain (NVLink and the like)"});
  chip.scale_up = fields.has("scale_up") ? std::optional(port) : std::nullopt;
}

}  // namespace

void describe(Fields& fields, Chip& chip) {
  fields.text("id", chip.id, {.help = "part number that scenarios name", .required = true});
  fields.text("vendor", chip.vendor, {.help = "maker", .required = true});
  fields.text("announced", chip.announced, {.help = "year, year-month or date"});
  fields.text("process", chip.process, {.help = "semiconductor process"});
  fields.flag("data_centre", chip.data_centre, {.help = "designed or marketed for data centres"});
  describe_peak(fields, chip);
  optional_sourced(fields, "memory_capacity", chip.memory_capacity, "device memory, the vendor's figure");
  optional_sourced(fields, "memory_bandwidth", chip.memory_bandwidth, "device memory, nominal");
  fields.text("memory_type", chip.memory_type, {.help = "HBM2e, HBM3, GDDR6 ..."});
  optional_sourced(fields, "cache", chip.cache, "last-level cache or on-chip memory");
  optional_count(fields, "multiprocessors", chip.multiprocessors, "cores that run tiles independently");
  optional_sourced(fields, "boost_clock", chip.boost_clock, "clock that the vendor quotes");
  optional_sourced(fields, "power", chip.power, "thermal design power");
  describe_dies(fields, chip);
  optional_sourced(fields, "applicable_die_area", chip.applicable_die_area,
                   "logic dies of the package on non-planar processes, as export rules count; none: those of `dies`");
  describe_area_range(fields, chip);
  fields.whole("devices_in_package", chip.devices_in_package,
               {.help = "devices to software that are one part to export rules", .least = 1, .most = 64});
  optional_count(fields, "tpp", chip.tpp, "total processing performance as published: largest TFLOPS x bits, dense");
  describe_scale_up(fields, chip);
  optional_sourced(fields, "host_link", chip.host_link, "PCIe or chip-to-chip link, one direction");
  optional_sourced(fields, "usual_nic", chip.usual_nic, "scale-out rate per chip of the usual server, one direction");
  optional_sourced(fields, "total_io", chip.total_io, "all ports, both directions summed, as export rules count");
  fields.text("kernels", chip.kernels, {.help = "kernel constants, a file of catalog/kernels", .required = true});
  fields.text("notes", chip.notes, {.help = "what else people should know"});
}

}  // namespace sim::config
