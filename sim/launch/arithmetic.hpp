#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace sim::launch {

/// The value of a whole-number expression of the shell: numbers, names (asked of `value`), + - * / % and brackets.
/// Nothing for what is no such expression, for a name without a number, for a division by zero and beyond 1e15.
[[nodiscard]] std::optional<std::int64_t> evaluate(const std::string& text,
                                                   const std::function<std::string(const std::string&)>& value);

}  // namespace sim::launch
