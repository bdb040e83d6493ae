#pragma once

#include <optional>
#include <string>

#include "sim/campaign/inputs.hpp"
#include "sim/campaign/money.hpp"
#include "sim/config/fields.hpp"

namespace sim::config {

void describe(Fields& fields, campaign::Reliability& reliability);
void describe(Fields& fields, campaign::Economics& economics);
void describe(Fields& fields, campaign::Storage& storage);
void describe(Fields& fields, campaign::Uncertainty& uncertainty);
void describe(Fields& fields, campaign::PhaseInput& phase);

/// "2024-03-01"; empty where that is no date of the calendar between 1970 and 2200.
[[nodiscard]] std::optional<campaign::Moment> parse_date(const std::string& text);

/// A text key that holds a date. Complains about anything else.
void describe_date(Fields& fields, const char* key, std::string& date, const std::string& help);

}  // namespace sim::config
