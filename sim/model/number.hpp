#pragma once

#include <cstdint>

#include "sim/model/transformer.hpp"

namespace sim::model {

/// Counts and widths multiply as double: their products pass 2^63.
[[nodiscard]] inline double number(std::int64_t count) {
  return static_cast<double>(count);
}

/// Of a norm over `width` values: its scales and, where it is a layer norm, its biases.
[[nodiscard]] inline double norm_parameters(const Transformer& model, std::int64_t width) {
  return (model.layer_norm ? 2.0 : 1.0) * number(width);
}

}  // namespace sim::model
