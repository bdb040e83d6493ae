#pragma once

#include <string>

#include "sim/config/field_reader.hpp"

namespace sim::config {

/// The keys that every file of the catalogue may have beside those of its struct.
struct FileHead {
  std::string like;
  SourceDefaults defaults;
};

void describe(Fields& fields, FileHead& head);

/// The head of a file that cannot be `like` another.
void describe(Fields& fields, SourceDefaults& defaults);

}  // namespace sim::config
