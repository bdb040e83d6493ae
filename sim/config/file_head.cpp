#include "sim/config/file_head.hpp"

namespace sim::config {

void describe(Fields& fields, SourceDefaults& defaults) {
  fields.choice("default_kind", defaults.origin, origin_names(), {.help = "kind of the numbers that state none"});
  fields.text("default_source", defaults.source, {.help = "source of the numbers that state none"});
  fields.number("default_relative_error", defaults.relative_error,
                {.help = "relative error of the numbers that state none", .least = 0});
}

void describe(Fields& fields, FileHead& head) {
  fields.text("like", head.like, {.help = "file of the same shelf that this one changes"});
  describe(fields, head.defaults);
}

}  // namespace sim::config
