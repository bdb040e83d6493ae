#pragma once

#include <string>
#include <vector>

#include "sim/config/fields.hpp"

namespace sim::config {

/// Writes the keys of a struct as a Markdown table (key, type, unit, default, allowed, meaning) through its describe()
/// function. Keys are dotted from the root: `fleet[].chip` is a key of every item, `chips.<name>.power` of every entry.
/// Describing grows the lists of the struct: use a throwaway one.
class TableWriter final : public Fields {
 public:
  struct Row {
    std::string key;
    std::string type;
    std::string unit;
    std::string default_text;
    std::string allowed;
    std::string meaning;
  };

  explicit TableWriter(std::string path = "") : path_(std::move(path)) {}

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

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
  void add(const char* key, const Spec& spec, Row row);
  void add_nested(const char* key, const Spec& spec, const std::string& type, const TableWriter& inner);
  [[nodiscard]] std::string path_of(const char* key) const { return path_ + key; }

  std::string path_;  // with its dot
  std::vector<Row> rows_;
};

/// The rows as a Markdown table; bars in the cells are escaped.
[[nodiscard]] std::string markdown_table(const std::vector<TableWriter::Row>& rows);

/// The table of a default-made T.
template <class T, class Describe = DescribeByType>
[[nodiscard]] std::string key_table(const Describe& describe = {}, T object = {}) {
  TableWriter writer;
  describe(writer, object);
  return markdown_table(writer.rows());
}

}  // namespace sim::config
