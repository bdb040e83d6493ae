#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/config/value.hpp"

namespace sim::fuzz {

void feed_yaml(std::string_view input) {
  const auto [assignment, text] = cut_first_line(input);
  may_refuse([&, assignment = assignment, text = text] {
    config::Value root = config::read_yaml_text(std::string(text), "fuzz.yaml");
    const std::size_t sign = assignment.find('=');
    if (sign == std::string_view::npos) return;
    const config::Value before = root;
    config::set_value(root, std::string(assignment.substr(0, sign)), std::string(assignment.substr(sign + 1)));
    (void)config::merge(before, root);
  });
}

}  // namespace sim::fuzz
