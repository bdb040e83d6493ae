#include <cmath>

#include "fuzz/feeding.hpp"
#include "fuzz/targets.hpp"
#include "sim/config/describe_model.hpp"
#include "sim/config/field_reader.hpp"
#include "sim/config/hf_config.hpp"
#include "sim/model/transformer.hpp"

namespace sim::fuzz {

void feed_hf(std::string_view input) {
  may_refuse([&] {
    const config::HfModel read = config::read_hf_text(std::string(input), "config.json");
    config::Diagnostics diagnostics;
    const auto model = config::read<model::Transformer>(read.model, diagnostics);
    diagnostics.throw_if_any();
    check(std::isfinite(model::parameters(model).total()), "a model without a count of parameters");
  });
}

}  // namespace sim::fuzz
