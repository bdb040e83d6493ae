#pragma once

#include <string>

#include "sim/program/build.hpp"

namespace sim::iteration {

/// "all-gather parameters": what an exchange does with what.
[[nodiscard]] std::string exchange_name(const program::Operation& operation);

/// "data parallel": the communicator or direction of a slot that posts.
[[nodiscard]] std::string stream_name(program::Slot slot);

/// True for exchanges that belong to layers, of which there are many.
[[nodiscard]] bool is_inner(program::Slot slot);

}  // namespace sim::iteration
