#include "sim/config/chip_changes.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/quantity.hpp"
#include "sim/config/describe_hardware.hpp"
#include "sim/config/field_reader.hpp"

namespace sim::config {
namespace {

bool has_any(const Value& map, std::initializer_list<const char*> keys) {
  return std::any_of(keys.begin(), keys.end(), [&map](const char* key) { return map.find(key) != nullptr; });
}

void remove_key(Value& map, const std::string& key) {
  std::erase_if(map.entries, [&key](const Value::Entry& entry) { return entry.key == key; });
}

// Mistakes are told when the whole document is read.
hardware::Chip chip_of(const Value& document) {
  Diagnostics ignored;
  return read<hardware::Chip>(document, ignored);
}

double ports_of(const hardware::Chip& chip) {
  const double scale_up = chip.scale_up ? chip.scale_up->wire_rate.value.value() : 0;
  return scale_up + (chip.host_link ? chip.host_link->value.value() : 0);
}

Value scalar(const std::string& text, const SourceMark& mark) {
  Value value;
  value.kind = Value::Kind::scalar;
  value.text = text;
  value.mark = mark;
  return value;
}

void set_total_io(Value& map, double rate, const std::string& base_id) {
  Value* const written = map.find("total_io");
  Value value;
  value.kind = Value::Kind::map;
  value.mark = written->mark;
  value.entries.push_back({"value", value.mark, scalar(format_quantity(rate, "data rate"), value.mark)});
  value.entries.push_back({"kind", value.mark, scalar("assumed", value.mark)});
  value.entries.push_back({"source", value.mark, scalar("that of " + base_id + " with the ports changed", value.mark)});
  *written = std::move(value);
}

void put(Value& map, const char* key, const std::string& text, const SourceMark& mark) {
  remove_key(map, key);
  map.entries.push_back({key, mark, scalar(text, mark)});
}

// Links of the same make: a new rate is a number of them, a new number a rate. A rate between two numbers stays, and is
// refused where the chip is used.
void update_ports(const hardware::Chip& before, const Value& over, Value& merged) {
  const Value* const changed = over.find("scale_up");
  if (changed == nullptr || !before.scale_up || before.scale_up->links <= 0) return;
  const bool has_rate = changed->find("wire_rate") != nullptr, has_links = changed->find("links") != nullptr;
  if (changed->find("link") != nullptr || has_rate == has_links) return;
  Value* const place = merged.find("scale_up");
  const hardware::Chip after = chip_of(merged);
  const double each = before.scale_up->wire_rate.value.value() / before.scale_up->links;
  if (has_links) {
    put(*place, "wire_rate", format_quantity(after.scale_up->links * each, "data rate"), changed->mark);
    return;
  }
  const double links = std::round(after.scale_up->wire_rate.value.value() / each);
  constexpr double kSame = 0.01;
  if (links >= 1 && std::abs(links * each / after.scale_up->wire_rate.value.value() - 1) < kSame)
    put(*place, "links", std::to_string(std::lround(links)), changed->mark);
}

}  // namespace

void update_derived_facts(const Value& base, const Value& over, Value& merged) {
  if (over.kind != Value::Kind::map || base.kind != Value::Kind::map) return;
  if (has_any(over, {"peak", "devices_in_package"}) && over.find("tpp") == nullptr) remove_key(merged, "tpp");
  const bool changes_dies = has_any(over, {"dies", "devices_in_package", "die_area_range"});
  if (changes_dies && over.find("applicable_die_area") == nullptr) remove_key(merged, "applicable_die_area");
  const bool states_area = has_any(over, {"dies", "applicable_die_area"});
  if (states_area && over.find("die_area_range") == nullptr) remove_key(merged, "die_area_range");
  if (!has_any(over, {"scale_up", "host_link"})) return;
  const hardware::Chip before = chip_of(base);
  update_ports(before, over, merged);
  if (over.find("total_io") != nullptr) return;
  if (!before.total_io) return;
  const double rate = before.total_io->value.value() + 2 * (ports_of(chip_of(merged)) - ports_of(before));
  set_total_io(merged, rate, before.id);
}

}  // namespace sim::config
