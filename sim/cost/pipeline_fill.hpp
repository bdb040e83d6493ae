#pragma once

namespace sim::cost {

/// Seconds lost while the chunks of a message of `moving` seconds fill the pipeline: proportional to `moving` for short
/// messages, at most `saturation` seconds for long ones. Source: docs/model.md, "Collectives", fitted.
[[nodiscard]] constexpr double pipeline_fill(double moving, double saturation) {
  constexpr double kSlope = 2.07;  // loss per second of a very short message
  return moving > 0 && saturation > 0 ? saturation * moving / (moving + saturation / kSlope) : 0.0;
}

}  // namespace sim::cost
