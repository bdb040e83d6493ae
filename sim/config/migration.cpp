#include "sim/config/migration.hpp"

#include <optional>

#include "sim/base/version.hpp"

namespace sim::config {
namespace {

// No number of up to six digits: what stands there is for the reader to refuse.
std::optional<int> version_in(const Value* written) {
  const bool is_number = written != nullptr && written->kind == Value::Kind::scalar && !written->quoted &&
                         !written->text.empty() && written->text.size() <= 6 &&
                         written->text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::optional<int>(std::stoi(written->text)) : std::nullopt;
}

// True when the key is there. A file that has the new name too keeps both, and the reader refuses the old one.
bool rename(Value& value, const std::string& path, const std::string& name) {
  const std::size_t dot = path.find('.');
  const std::string step = path.substr(0, dot);
  if (dot == std::string::npos) {
    for (Value::Entry& entry : value.entries) {
      if (entry.key != step || value.find(name) != nullptr) continue;
      entry.key = name;
      return true;
    }
    return false;
  }
  const std::string rest = path.substr(dot + 1);
  if (step != "*") {
    Value* const inner = value.find(step);
    return inner != nullptr && rename(*inner, rest, name);
  }
  bool found = false;
  for (Value& item : value.items) found = rename(item, rest, name) || found;
  return found;
}

}  // namespace

const std::vector<Rename>& scenario_renames() {
  static const std::vector<Rename> renames{};  // version 1 is the first
  return renames;
}

std::vector<std::string> migrate(Value& root, int now, const std::vector<Rename>& renames) {
  Value* const written = root.find("schema_version");
  const std::optional<int> version = version_in(written);
  if (!version || *version < 1 || *version == now) return {};
  if (*version > now) {
    throw InputError({Diagnostic{written->mark,
                                 "schema_version: the file is of version " + std::to_string(*version) + "; simulate " +
                                     kVersion + " reads versions up to " + std::to_string(now),
                                 "a later simulate reads it, or write the file with the keys of docs/scenario.md"}});
  }
  std::string renamed;
  for (const Rename& key : renames) {
    if (key.until < *version || !rename(root, key.path, key.name)) continue;
    renamed += (renamed.empty() ? "" : ", ") + key.path + " is now called " + key.name;
  }
  written->text = std::to_string(now);
  return {root.mark.file + " has schema_version " + std::to_string(*version) + " and is read as " +
          std::to_string(now) + (renamed.empty() ? "" : ": " + renamed)};
}

}  // namespace sim::config
