#pragma once

#include <string>

namespace sim::report {

/// `text` as it stands in HTML and SVG, in attributes too: & < > " are written as entities.
[[nodiscard]] std::string markup_text(const std::string& text);

}  // namespace sim::report
