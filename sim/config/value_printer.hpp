#pragma once

#include <string>
#include <vector>

#include "sim/config/fields.hpp"
#include "sim/config/value.hpp"

namespace sim::config {

/// Writes a struct back as YAML with units through its describe() function, so that it reads to the same values.
/// Numbers that are not finite stand for "not set" and are left out.
/// What stands as a map where a name may stand is written as it was read.
class ValuePrinter final : public Fields {
 public:
  enum class Comments { none, places };

  /// With Comments::places each key gets `# from file:line`, or `# default` when `written` (the map that was read, null
  /// when there was none) lacks it.
  explicit ValuePrinter(Comments comments, const Value* written = nullptr, std::size_t indent = 0)
      : comments_(comments), written_(written), indent_(indent) {}

  [[nodiscard]] const std::string& text() const { return text_; }

  void text(const char* key, std::string& field, const Spec& spec) override;
  void flag(const char* key, bool& field, const Spec& spec) override;
  void count(const char* key, std::int64_t& field, const Spec& spec) override;
  void number(const char* key, double& field, const Spec& spec) override;
  void choice(const char* key, int& field, const std::vector<std::string>& names, const Spec& spec) override;
  void texts(const char* key, std::vector<std::string>& field, const Spec& spec) override;
  void counts(const char* key, std::vector<std::int64_t>& field, const Spec& spec) override;
  void quantity(const char* key, double& field, const char* dimension, const Spec& spec) override;
  void sourced(const char* key, Sourced<double>& field, const char* dimension, const Spec& spec) override;
  void object(const char* key, const std::function<void(Fields&)>& describe, const Spec& spec) override;
  void list(const char* key, std::size_t size, const std::function<void(std::size_t, Fields&)>& make,
            const Spec& spec) override;
  void map(const char* key, const std::vector<std::string>& keys,
           const std::function<void(const std::string&, Fields&)>& make, const Spec& spec) override;
  [[nodiscard]] bool has(const char* /*key*/) const override { return true; }
  void complain(const char* /*key*/, const std::string& /*message*/, const std::string& /*hint*/,
                bool /*infeasible*/) override {}

 private:
  [[nodiscard]] const Value* written_at(const char* key, const Spec& spec) const;
  void line(const char* key, const Spec& spec, const std::string& value);

  Comments comments_;
  const Value* written_;
  std::size_t indent_;
  std::string text_;
};

/// `object` as YAML. It is taken by value because a describe() function may fill in what follows from other keys.
template <class T, class Describe = DescribeByType>
[[nodiscard]] std::string print_yaml(T object, ValuePrinter::Comments comments = ValuePrinter::Comments::none,
                                     const Value* written = nullptr, const Describe& describe = {}) {
  ValuePrinter printer(comments, written);
  describe(printer, object);
  return printer.text();
}

}  // namespace sim::config
