#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/sourced.hpp"
#include "sim/base/units.hpp"
#include "sim/hardware/format.hpp"

namespace sim::hardware {

/// Dies of one kind inside a package; the export rules count those on non-planar processes.
struct Die {
  int count = 1;
  SquareMillimetres area;
  bool planar = false;  ///< made with planar transistors (28 nm and older)
};

/// What is known of a die area that nobody has published.
struct AreaRange {
  SquareMillimetres at_least{0};
  SquareMillimetres at_most{std::numeric_limits<double>::infinity()};
  std::string source;
};

/// The chip's own ports into its scale-up domain (NVLink, HCCS, ICI, xGMI). Rates are per direction.
struct ScaleUpPort {
  std::string link;                   ///< link generation, a file of catalog/links
  int links = 0;                      ///< links per chip
  Sourced<BytesPerSecond> wire_rate;  ///< all links of the chip, one direction, vendor's figure
};

/// One accelerator part. Every peak is dense. Optional fields are unknown when empty.
struct Chip {
  std::string id;
  std::string vendor;
  std::string announced;  ///< year, year-month or date, as published
  std::string process;
  std::string notes;
  std::map<Format, Sourced<FlopsPerSecond>> peak;
  std::optional<Sourced<Bytes>> memory_capacity;
  std::optional<Sourced<BytesPerSecond>> memory_bandwidth;
  std::string memory_type;
  std::optional<Sourced<Bytes>> cache;             ///< last-level on-chip memory shared by all cores
  std::optional<Sourced<double>> multiprocessors;  ///< SMs, compute units or cores that run tiles independently
  std::optional<Sourced<Hertz>> boost_clock;       ///< clock that the vendor quotes, not always the highest one
  std::optional<Sourced<Watts>> power;             ///< thermal design power of the part
  std::vector<Die> dies;
  std::optional<Sourced<SquareMillimetres>> applicable_die_area;  ///< logic dies on non-planar processes
  std::optional<AreaRange> die_area_range;                        ///< of the same, where it is not published
  int devices_in_package = 1;          ///< devices to software that export rules count as one part
  std::optional<Sourced<double>> tpp;  ///< total processing performance, TFLOPS x bits, as published
  std::optional<ScaleUpPort> scale_up;
  std::optional<Sourced<BytesPerSecond>> host_link;  ///< PCIe or C2C, one direction
  std::optional<Sourced<BytesPerSecond>> usual_nic;  ///< scale-out rate per chip of the usual server, one direction
  std::optional<Sourced<BytesPerSecond>> total_io;   ///< all ports, both directions summed, as the export rules count
  bool data_centre = true;
  std::string kernels;  ///< kernel constants, a file of catalog/kernels
};

}  // namespace sim::hardware
