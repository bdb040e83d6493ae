#pragma once

#include <string>

#include "sim/iteration/job.hpp"

namespace sim::config {

/// Lays the numbers of a calibration file over the constants of the job. The file is a map of shelves (kernels, links,
/// networks, software), each a map of ids with the keys of such a file that change. Throws InputError with every
/// mistake: unknown shelves, ids and keys, formats and attention kernels that the id does not have, and a file of which
/// the job uses nothing.
void lay_calibration_over(iteration::Job& job, const std::string& path);

}  // namespace sim::config
