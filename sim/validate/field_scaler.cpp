#include "sim/validate/field_scaler.hpp"

namespace sim::validate {

FieldScaler::FieldScaler(const std::string& path, double factor) : factor_(factor) {
  const std::size_t dot = path.find('.');
  key_ = path.substr(0, dot);
  if (dot != std::string::npos) rest_ = path.substr(dot + 1);
}

void FieldScaler::sourced(const char* key, Sourced<double>& field, const char* dimension, const config::Spec&) {
  if (key != key_ || !rest_.empty()) return;
  found_ = true;
  value_ = field.value;
  dimension_ = dimension;
  field.value *= factor_;
}

void FieldScaler::object(const char* key, const std::function<void(config::Fields&)>& describe_inner,
                         const config::Spec&) {
  if (key != key_) return;
  FieldScaler inner(rest_, factor_);
  describe_inner(inner);
  if (!inner.found_) return;
  found_ = true;
  value_ = inner.value_;
  dimension_ = inner.dimension_;
}

void FieldScaler::map(const char* key, const std::vector<std::string>& keys,
                      const std::function<void(const std::string&, config::Fields&)>& make, const config::Spec& spec) {
  object(
      key,
      [&](config::Fields& inner) {
        for (const std::string& name : keys) {
          inner.object(
              name.c_str(), [&](config::Fields& leaf) { make(name, leaf); }, spec);
        }
      },
      spec);
}

}  // namespace sim::validate
