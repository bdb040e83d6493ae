#pragma once

#include "sim/config/fields.hpp"
#include "sim/hardware/chip.hpp"
#include "sim/hardware/kernels.hpp"
#include "sim/hardware/link.hpp"
#include "sim/hardware/software.hpp"
#include "sim/policy/rule.hpp"

namespace sim::config {

// The keys of the catalogue's files are the fields of the structs.
void describe(Fields& fields, hardware::Chip& chip);
void describe(Fields& fields, hardware::KernelConstants& kernels);
void describe(Fields& fields, hardware::LinkGeneration& link);
void describe(Fields& fields, hardware::CollectiveLibrary& library);
void describe(Fields& fields, hardware::NetworkKind& network);
void describe(Fields& fields, hardware::SoftwarePreset& software);
void describe(Fields& fields, policy::Rule& rule);

}  // namespace sim::config
