#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "sim/base/error.hpp"

namespace sim::fuzz {

/// The first line without its end, and what follows it.
[[nodiscard]] std::pair<std::string_view, std::string_view> cut_first_line(std::string_view input);

/// A path under which `text` can be read until the next call.
[[nodiscard]] std::string as_file(std::string_view text);

/// Checks that the message is one that people can use: words, and an exit code of bad input.
void expect_useful(const InputError& error);

/// Runs a reader, which may refuse what it reads.
template <class Read>
void may_refuse(Read&& read) {
  try {
    read();
  } catch (const InputError& error) {
    expect_useful(error);
  }
}

}  // namespace sim::fuzz
