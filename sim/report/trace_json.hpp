#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sim/iteration/timeline.hpp"

namespace sim::report {

/// Takes a text part by part.
using TextSink = std::function<void(std::string_view)>;

/// A timeline in the trace event format that ui.perfetto.dev and chrome://tracing open: a process for every cell, a
/// thread for every stream, complete events ("X") for spans, arrows ("s", "f") for messages, counters ("C") for links.
/// `iterations` copies, one after another, each as the one that was simulated. Times are microseconds, cut to whole
/// nanoseconds at both ends of a span (docs/cli.md says why). Only a small part of the text is in memory at a time.
void write_trace(const iteration::Timeline& timeline, int iterations, const TextSink& sink);

/// "0-7, 16": ascending numbers as ranges; after `most` ranges it is cut and says how many numbers there are.
[[nodiscard]] std::string ranges_text(const std::vector<std::uint32_t>& numbers, std::size_t most);

/// What was left out of a timeline and how to see it; empty if nothing.
[[nodiscard]] std::string left_out_text(const iteration::Timeline& timeline);

}  // namespace sim::report
