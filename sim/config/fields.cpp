#include "sim/config/fields.hpp"

namespace sim::config {

void Fields::whole(const char* key, int& field, const Spec& spec) {
  std::int64_t value = field;
  count(key, value, spec);
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    complain(key, "must be at most 2147483647, got " + std::to_string(value), "", false);
    return;
  }
  field = static_cast<int>(value);
}

const std::vector<std::string>& origin_names() {
  static const std::vector<std::string> names = {"datasheet", "measured", "fitted", "assumed"};
  return names;
}

}  // namespace sim::config
