#pragma once

#include <string>

#include "sim/config/fields.hpp"

namespace sim::validate {

/// Walks the description of a struct down one path of keys, "gemm.bf16.in_step_share", and multiplies the sourced
/// number at its end. Leaves the rest alone.
class FieldScaler final : public config::Fields {
 public:
  FieldScaler(const std::string& path, double factor);

  /// What was found at the end of the path, before it was multiplied: SI value and dimension.
  [[nodiscard]] bool found() const { return found_; }
  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] const std::string& dimension() const { return dimension_; }

  void text(const char*, std::string&, const config::Spec&) override {}
  void flag(const char*, bool&, const config::Spec&) override {}
  void count(const char*, std::int64_t&, const config::Spec&) override {}
  void number(const char*, double&, const config::Spec&) override {}
  void choice(const char*, int&, const std::vector<std::string>&, const config::Spec&) override {}
  void texts(const char*, std::vector<std::string>&, const config::Spec&) override {}
  void counts(const char*, std::vector<std::int64_t>&, const config::Spec&) override {}
  void quantity(const char*, double&, const char*, const config::Spec&) override {}
  void sourced(const char* key, Sourced<double>& field, const char* dimension, const config::Spec& spec) override;
  void object(const char* key, const std::function<void(config::Fields&)>& describe_inner,
              const config::Spec& spec) override;
  void list(const char*, std::size_t, const std::function<void(std::size_t, config::Fields&)>&,
            const config::Spec&) override {}
  void map(const char* key, const std::vector<std::string>& keys,
           const std::function<void(const std::string&, config::Fields&)>& make, const config::Spec& spec) override;
  [[nodiscard]] bool has(const char* key) const override { return key == key_; }
  void complain(const char*, const std::string&, const std::string&, bool) override {}

 private:
  std::string key_;   // first part of the path
  std::string rest_;  // after it
  double factor_ = 1;
  bool found_ = false;
  double value_ = 0;
  std::string dimension_;
};

}  // namespace sim::validate
