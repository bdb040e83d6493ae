#pragma once

#include <stdexcept>

#include "sim/config/catalog.hpp"
#include "sim/iteration/job.hpp"
#include "sim/validate/record.hpp"

namespace sim::validate {

/// A run that the simulator cannot describe; what() says which part.
class Unsupported : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Turns a record into the job that was measured. Every rule here looks at fields (chip, sizes, stack and year, words
/// about the fabric and the overlap), never at a record's name, source or family: validation/README.md lists them.
/// Throws Unsupported for a mechanism that the simulator lacks, and InputError where the record contradicts itself
/// (infeasible) or names a chip that the catalogue does not have.
[[nodiscard]] iteration::Job make_job(const Record& record, config::Constants constants = config::Constants::fitted);

}  // namespace sim::validate
