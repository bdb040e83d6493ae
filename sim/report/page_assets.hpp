#pragma once

#include <string_view>

namespace sim::report {

/// Texts of sim/report/page, compiled in.
extern const std::string_view kPageHtml, kPageStyle, kPageScript, kPageWordsEnglish, kPageWordsChinese;

}  // namespace sim::report
